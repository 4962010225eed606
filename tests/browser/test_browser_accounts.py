"""Signing up, logging in and out, and being taken to log in and back."""

from __future__ import annotations

import re

from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import Page, expect
from scripting import with_and_without_javascript, with_javascript_and_by_keyboard


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill in the form to log in that the page shows, and send it."""
    fill(page.get_by_label("Username"), username)
    fill(page.get_by_label("Password"), password)
    press(page.get_by_role("button", name="Log in", exact=True))


def test_signing_up_shows_the_errors_and_keeps_what_was_typed(browser, board):
    board.user("Taken")
    page = browser()
    page.goto("/questions/")
    press(page.get_by_role("link", name="Sign up"))
    fill(page.get_by_label("Username"), "taken")
    fill(page.get_by_label("Email address"), "me@example.org")
    fill(page.get_by_label("Password", exact=True), "short")
    fill(page.get_by_label("Confirm password"), "short")
    press(page.get_by_role("button", name="Sign up"))

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Password: Use at least")
    expect(page.get_by_label("Username")).to_have_value("taken")
    expect(page.get_by_label("Email address")).to_have_value("me@example.org")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    press(summary.get_by_role("link", name="Password:"))
    password = page.get_by_label("Password", exact=True)
    expect(password).to_be_focused()
    expect(password).to_have_accessible_description(re.compile("^Use at least"))

    fill(password, PASSWORD)
    fill(page.get_by_label("Confirm password"), PASSWORD)
    press(page.get_by_role("button", name="Sign up"))
    # The address has led to a field in between; a browser focuses nothing by itself then.
    expect(summary).to_contain_text("Username: That username is taken.")
    expect(summary).to_be_focused()
    fill(page.get_by_label("Username"), "새사람")
    fill(page.get_by_label("Password", exact=True), PASSWORD)
    fill(page.get_by_label("Confirm password"), PASSWORD)
    press(page.get_by_role("button", name="Sign up"))
    expect(page).to_have_url("/questions/")
    expect(page.get_by_role("status")).to_have_text(
        [
            "Welcome, 새사람! You’re signed up and logged in.",
            "We emailed a link to me@example.org. Open it to confirm the address.",
        ]
    )


def test_logging_in_and_out(browser, board):
    board.user("민지")
    page = browser()
    page.goto("/questions/?sort=votes")
    press(page.get_by_role("link", name="Log in"))
    log_in(page, "민지", "not this one")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Wrong username, email address or password.")
    expect(page.get_by_label("Username")).to_have_value("민지")
    log_in(page, "민지")
    expect(page).to_have_url("/questions/?sort=votes")
    expect(page.get_by_role("status")).to_have_text("Welcome back, 민지!")
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="민지")).to_be_visible()
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    press(menu.get_by_role("button", name="Log out"))
    expect(page.get_by_role("status")).to_have_text("You’re logged out.")
    expect(menu.get_by_role("link", name="Log in")).to_be_visible()
    page.goto("/account/")
    expect(page).to_have_url("/login?next=%2Faccount%2F")


def test_whoever_asks_answers_or_votes_is_taken_to_log_in_and_back(browser, board):
    board.user("Ann")
    question = board.question()
    path = f"/questions/{question.id}/"

    page = browser()
    page.goto("/questions/")
    press(page.get_by_role("link", name="Ask a question"))
    log_in(page, "Ann")
    expect(page).to_have_url("/questions/ask")
    expect(page.get_by_label("Title")).to_be_visible()

    page.context.clear_cookies()
    page.goto(path)
    press(page.get_by_role("link", name="Log in to answer"))
    log_in(page, "Ann")
    expect(page).to_have_url(f"{path}#your-answer")
    expect(page.get_by_label("Text", exact=True)).to_be_in_viewport()

    page.context.clear_cookies()
    page.goto(path)
    press(page.get_by_role("link", name="Upvote: Log in to vote", exact=True))
    log_in(page, "Ann")
    # What it says after the "#" is why one was sent to log in.
    expect(page).to_have_url(f"{path}#vote")
    expect(page.get_by_role("button", name="Upvote", exact=True)).to_be_visible()


@with_javascript_and_by_keyboard
def test_signing_up_instead_of_logging_in_leads_to_the_same_place(browser, board):
    page = browser()
    page.goto("/questions/ask")
    press(page.get_by_role("main").get_by_role("link", name="Sign up"))
    fill(page.get_by_label("Username"), "Newcomer")
    fill(page.get_by_label("Email address"), "newcomer@example.org")
    fill(page.get_by_label("Password", exact=True), PASSWORD)
    fill(page.get_by_label("Confirm password"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/questions/ask")


@with_javascript_and_by_keyboard
def test_a_password_is_shown_on_request(browser, board):
    board.user("Ann")
    page = browser()
    page.goto("/login")
    password = page.get_by_label("Password")
    show = page.get_by_role("button", name="Show")
    fill(password, "not the password")
    expect(password).to_have_attribute("type", "password")
    press(show)
    expect(password).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    press(show)
    expect(password).to_have_attribute("type", "password")
    press(show)
    fill(page.get_by_label("Username"), "Ann")
    fill(password, PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")


@with_and_without_javascript
def test_without_a_script_there_is_no_button_for_it(browser, javascript):
    page = browser()
    page.goto("/login")
    expect(page.get_by_role("button", name="Show")).to_be_visible(visible=javascript)


def test_logins_are_seen_and_ended(browser, board):
    user = board.user("Ann")
    here, there = browser(user), browser(user)
    there.goto("/account/sessions")
    here.goto("/account/")
    press(here.get_by_role("link", name="Sessions"))
    logins = here.get_by_role("main").get_by_role("listitem")
    expect(logins).to_have_count(2)
    press(here.get_by_role("button", name=re.compile("^Log out ?:")))
    expect(here.get_by_role("status")).to_have_text("That session is logged out.")
    expect(logins).to_have_count(1)
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Log in")


def test_a_password_is_changed(browser, board):
    page = browser(board.user("Ann"))
    page.goto("/account/")
    press(page.get_by_role("link", name="Password", exact=True))
    fill(page.get_by_label("Current password"), PASSWORD)
    fill(page.get_by_label("New password", exact=True), "password123")
    fill(page.get_by_label("Confirm new password"), "password123")
    press(page.get_by_role("button", name="Change password"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("This password is too common.")
    fill(page.get_by_label("Current password"), PASSWORD)
    fill(page.get_by_label("New password", exact=True), "a horse of another colour")
    fill(page.get_by_label("Confirm new password"), "a horse of another colour")
    press(page.get_by_role("button", name="Change password"))
    expect(page.get_by_role("status")).to_contain_text("Password changed")
