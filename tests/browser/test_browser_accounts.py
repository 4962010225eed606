"""Signing up, logging in and out, and being taken to log in and back."""

from __future__ import annotations

import re

from factories import PASSWORD
from playwright.sync_api import Page, expect
from scripting import only_with_javascript


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill in the form to log in that the page shows, and send it."""
    page.get_by_label("Name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


def test_signing_up_shows_the_errors_and_keeps_what_was_typed(browser, board):
    board.user("Taken")
    page = browser()
    page.goto("/questions/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("taken")
    page.get_by_label("Email address").fill("me@example.org")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password again").fill("short")
    page.get_by_role("button", name="Sign up").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Password: A password has at least")
    expect(page.get_by_label("Name")).to_have_value("taken")
    expect(page.get_by_label("Email address")).to_have_value("me@example.org")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    summary.get_by_role("link", name="Password:").click()
    password = page.get_by_label("Password", exact=True)
    expect(password).to_be_focused()
    expect(password).to_have_accessible_description(re.compile("^A password has at least"))

    password.fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    # The address has led to a field in between; a browser focuses nothing by itself then.
    expect(summary).to_contain_text("Name: This name is taken.")
    expect(summary).to_be_focused()
    page.get_by_label("Name").fill("새사람")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_url("/questions/")
    expect(page.get_by_role("status")).to_have_text(
        [
            "Welcome, 새사람! You are signed up and logged in.",
            "We sent a mail to me@example.org. Open the link in it to confirm the address.",
        ]
    )


def test_logging_in_and_out(browser, board):
    board.user("민지")
    page = browser()
    page.goto("/questions/?sort=votes")
    page.get_by_role("link", name="Log in").click()
    log_in(page, "민지", "not this one")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Name and password do not match.")
    expect(page.get_by_label("Name")).to_have_value("민지")
    log_in(page, "민지")
    expect(page).to_have_url("/questions/?sort=votes")
    expect(page.get_by_role("status")).to_have_text("Welcome back, 민지!")
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="민지")).to_be_visible()
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    menu.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
    expect(menu.get_by_role("link", name="Log in")).to_be_visible()
    page.goto("/account/")
    expect(page).to_have_url("/login?next=%2Faccount%2F")


def test_whoever_asks_answers_or_votes_is_taken_to_log_in_and_back(browser, board):
    board.user("Ann")
    question = board.question()
    path = f"/questions/{question.id}/"

    page = browser()
    page.goto("/questions/")
    page.get_by_role("link", name="Ask a question").click()
    log_in(page, "Ann")
    expect(page).to_have_url("/questions/ask")
    expect(page.get_by_label("Title")).to_be_visible()

    page.context.clear_cookies()
    page.goto(path)
    page.get_by_role("link", name="Log in to answer").click()
    log_in(page, "Ann")
    expect(page).to_have_url(f"{path}#your-answer")
    expect(page.get_by_label("Text", exact=True)).to_be_in_viewport()

    page.context.clear_cookies()
    page.goto(path)
    page.get_by_role("link", name="Useful: Log in to vote", exact=True).click()
    log_in(page, "Ann")
    expect(page).to_have_url(path)
    expect(page.get_by_role("button", name="Useful", exact=True)).to_be_visible()


@only_with_javascript
def test_signing_up_instead_of_logging_in_leads_to_the_same_place(browser, board):
    page = browser()
    page.goto("/questions/ask")
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("Newcomer")
    page.get_by_label("Email address").fill("newcomer@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/questions/ask")


@only_with_javascript
def test_a_password_is_shown_on_request(browser, board):
    board.user("Ann")
    page = browser()
    page.goto("/login")
    password = page.get_by_label("Password")
    show = page.get_by_role("button", name="Show")
    password.fill("not the password")
    expect(password).to_have_attribute("type", "password")
    show.click()
    expect(password).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.press("Space")
    expect(password).to_have_attribute("type", "password")
    show.click()
    page.get_by_label("Name").fill("Ann")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")


def test_without_a_script_there_is_no_button_for_it(browser, javascript):
    page = browser()
    page.goto("/login")
    expect(page.get_by_role("button", name="Show")).to_be_visible(visible=javascript)


def test_logins_are_seen_and_ended(browser, board):
    user = board.user("Ann")
    here, there = browser(user), browser(user)
    there.goto("/account/sessions")
    here.goto("/account/")
    here.get_by_role("link", name="Your logins").click()
    logins = here.get_by_role("main").get_by_role("listitem")
    expect(logins).to_have_count(2)
    here.get_by_role("button", name="End this login").click()
    expect(here.get_by_role("status")).to_have_text("The login there has ended.")
    expect(logins).to_have_count(1)
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Log in")


def test_a_password_is_changed(browser, board):
    page = browser(board.user("Ann"))
    page.goto("/account/")
    page.get_by_role("link", name="Password", exact=True).click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("password123")
    page.get_by_label("New password again").fill("password123")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Very many people have this password.")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("a horse of another colour")
    page.get_by_label("New password again").fill("a horse of another colour")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
