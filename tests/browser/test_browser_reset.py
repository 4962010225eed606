"""Forgetting a password, and proving an address, by the links in mails."""

from __future__ import annotations

import re

from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import expect

NEW_PASSWORD = "a horse of another colour"


def link_in(mail) -> str:
    """The link of a mail."""
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"http://localhost:\d+(/\S+\?token=\S+)", text)[1]


def test_a_forgotten_password_is_replaced(browser, board, mails):
    user = board.user("Ann")
    elsewhere = browser(user)
    elsewhere.goto("/account/")

    page = browser()
    page.goto("/login")
    press(page.get_by_role("link", name="Forgot your password?"))
    fill(page.get_by_label("Email address"), "ann@example.com")
    press(page.get_by_role("button", name="Email me a link"))
    expect(page.get_by_role("status")).to_contain_text("we’ve emailed a link")

    # The mail is read on another device.
    phone = browser(width=360)
    phone.goto(link_in(mails()[0]))
    expect(phone).to_have_url("/reset-password")
    fill(phone.get_by_label("New password", exact=True), "short")
    fill(phone.get_by_label("Confirm new password"), "short")
    press(phone.get_by_role("button", name="Reset password"))
    summary = phone.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Use at least")
    fill(phone.get_by_label("New password", exact=True), NEW_PASSWORD)
    fill(phone.get_by_label("Confirm new password"), NEW_PASSWORD)
    press(phone.get_by_role("button", name="Reset password"))
    expect(phone.get_by_role("status")).to_contain_text("Password changed.")
    expect(phone).to_have_url("/login")

    elsewhere.reload()
    expect(elsewhere).to_have_url("/login?next=%2Faccount%2F")
    fill(phone.get_by_label("Username"), "Ann")
    fill(phone.get_by_label("Password"), NEW_PASSWORD)
    press(phone.get_by_role("button", name="Log in", exact=True))
    expect(phone.get_by_role("status")).to_have_text("Welcome back, Ann!")

    page.goto(link_in(mails()[0]))
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    press(page.get_by_role("link", name="Get a new link"))
    expect(page).to_have_url("/forgot-password")


def test_an_address_is_confirmed_and_changed(browser, board, mails):
    page = browser()
    page.goto("/signup")
    fill(page.get_by_label("Username"), "Ann")
    fill(page.get_by_label("Email address"), "ann@example.com")
    fill(page.get_by_label("Password", exact=True), PASSWORD)
    fill(page.get_by_label("Confirm password"), PASSWORD)
    press(page.get_by_role("button", name="Sign up"))
    expect(page.get_by_role("status").first).to_contain_text("Welcome, Ann!")

    page.goto(link_in(mails()[0]))
    main = page.get_by_role("main")
    expect(main).to_contain_text("ann@example.com")
    expect(main).to_contain_text("Ann")
    press(main.get_by_role("button", name="Confirm address"))
    expect(page.get_by_role("status")).to_have_text(re.compile("^The address .+ is confirmed.$"))

    press(page.get_by_role("link", name="Email address"))
    expect(main.get_by_text("Confirmed", exact=True)).to_be_visible()
    fill(page.get_by_label("New email address"), "new@example.com")
    press(page.get_by_role("button", name="Change email address"))
    expect(page.get_by_role("status")).to_contain_text("We emailed a link to new@example.com.")
    page.goto(link_in(mails()[1]))
    press(main.get_by_role("button", name="Confirm address"))
    expect(main.get_by_text("new@example.com", exact=True)).to_be_visible()
