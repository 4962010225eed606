"""Closing one's account, and staying after all."""

from __future__ import annotations

from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import expect


def test_an_account_is_closed_and_kept_after_all(browser, board):
    page = browser(board.user("Ann"))
    page.goto("/questions/")
    press(page.get_by_role("link", name="Settings"))
    press(page.get_by_role("link", name="Close the account"))
    press(page.get_by_role("radio", name="It is erased"))
    fill(page.get_by_label("Your name, to be sure"), "Bela")
    press(page.get_by_role("button", name="Close the account"))
    expect(page.get_by_role("alert")).to_be_focused()
    fill(page.get_by_label("Your name, to be sure"), "Ann")
    press(page.get_by_role("button", name="Close the account"))
    expect(page.get_by_role("status")).to_contain_text("Your account will be closed on")

    press(page.get_by_role("link", name="Log in"))
    fill(page.get_by_label("Name"), "Ann")
    fill(page.get_by_label("Password"), PASSWORD)
    press(page.get_by_role("button", name="Log in", exact=True))
    press(page.get_by_role("button", name="Keep the account"))
    expect(page.get_by_role("status")).to_have_text("Your account stays.")
    expect(page.get_by_role("button", name="Keep the account")).to_have_count(0)
