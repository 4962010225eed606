"""Closing one's account, and staying after all."""

from __future__ import annotations

from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import expect


def test_an_account_is_closed_and_kept_after_all(browser, board):
    page = browser(board.user("Ann"))
    page.goto("/questions/")
    press(page.get_by_role("link", name="Settings"))
    press(page.get_by_role("link", name="Delete account"))
    press(page.get_by_role("radio", name="Erase all my questions and answers"))
    fill(page.get_by_label("Enter your username to confirm"), "Bela")
    press(page.get_by_role("button", name="Delete account"))
    expect(page.get_by_role("alert")).to_be_focused()
    fill(page.get_by_label("Enter your username to confirm"), "Ann")
    press(page.get_by_role("button", name="Delete account"))
    expect(page.get_by_role("status")).to_contain_text("Your account will be deleted on")

    press(page.get_by_role("link", name="Log in"))
    fill(page.get_by_label("Username"), "Ann")
    fill(page.get_by_label("Password"), PASSWORD)
    press(page.get_by_role("button", name="Log in", exact=True))
    press(page.get_by_role("button", name="Keep account"))
    expect(page.get_by_role("status")).to_have_text("Your account won’t be deleted.")
    expect(page.get_by_role("button", name="Keep account")).to_have_count(0)
