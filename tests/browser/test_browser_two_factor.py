"""Two-factor login by an app: with JavaScript and without."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest
from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import Page, expect
from scripting import PHONE_WIDTH, with_and_without_javascript, with_javascript_and_by_keyboard
from second_factors import add_app, add_recovery_codes, forget_used_codes


@pytest.fixture
def user(board):
    return board.user("Ann")


def log_in(page: Page, username: str = "Ann") -> None:
    fill(page.get_by_label("Username"), username)
    fill(page.get_by_label("Password"), PASSWORD)
    press(page.get_by_role("button", name="Log in", exact=True))


def enter_code(page: Page, code: str) -> None:
    fill(page.get_by_label("Code"), code)
    press(page.get_by_role("button", name="Log in", exact=True))


def test_an_app_is_set_up_used_and_removed(browser, board, user):
    page = browser(user)
    page.goto("/account/")
    press(page.get_by_role("link", name="Two-factor authentication"))
    press(page.get_by_role("button", name="Set up an authenticator app"))
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    # The browser can draw it.
    draw = "async image => { await image.decode(); return image.naturalWidth; }"
    assert page.get_by_role("img", name="QR code").evaluate(draw) > 100
    secret = page.locator(".secret-key").inner_text().replace(" ", "")
    fill(page.get_by_label("Code"), "12")
    press(page.get_by_role("button", name="Turn on"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("That isn’t the current code")
    expect(page.locator(".secret-key")).to_contain_text(secret[:4])
    fill(page.get_by_label("Code"), pyotp.TOTP(secret).now())
    press(page.get_by_role("button", name="Turn on"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    codes = page.locator("#recovery-codes").inner_text().split()
    with page.expect_download() as download:
        press(page.get_by_role("link", name="Save as a file"))
    assert download.value.suggested_filename == "recovery-codes.txt"
    assert Path(download.value.path()).read_text().split() == codes
    press(page.get_by_role("link", name="I’ve saved them"))
    expect(page.get_by_role("main")).to_contain_text("10 codes left.")

    press(page.get_by_role("button", name="Log out"))
    page.goto("/account/two-factor")
    log_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    enter_code(page, "000 000 0")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("That code is wrong")
    forget_used_codes(board)
    enter_code(page, pyotp.TOTP(secret).now())
    expect(page).to_have_url("/account/two-factor")
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")

    press(page.get_by_role("button", name="Log out"))
    page.goto("/login")
    log_in(page)
    enter_code(page, codes[0].lower())
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")
    page.goto("/account/two-factor")
    expect(page.get_by_role("main")).to_contain_text("9 codes left.")
    press(page.get_by_role("button", name="Remove app"))
    expect(page.get_by_role("status")).to_have_text("Authenticator app removed.")


@with_and_without_javascript
def test_a_phone_has_room_for_it(app, browser, board, user):
    page = browser(user, width=PHONE_WIDTH)
    page.goto("/account/two-factor")
    press(page.get_by_role("button", name="Set up an authenticator app"))
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
    secret = page.locator(".secret-key").inner_text().replace(" ", "")
    fill(page.get_by_label("Code"), pyotp.TOTP(secret).now())
    press(page.get_by_role("button", name="Turn on"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


@with_javascript_and_by_keyboard
def test_codes_are_copied_by_a_button(app, browser, board, user):
    add_app(board, app, user)
    page = browser(user)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/account/two-factor")
    press(page.get_by_role("button", name="Generate new recovery codes"))
    codes = page.locator("#recovery-codes").inner_text().split()
    press(page.get_by_role("button", name="Copy"))
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes


def test_confirming_who_one_is(app, browser, board, user):
    add_app(board, app, user)
    code, *_ = add_recovery_codes(board, user)
    page = browser(user)
    page.goto("/account/confirm?next=/account/two-factor")
    fill(page.get_by_label("Password"), PASSWORD)
    fill(page.get_by_label("Code"), code)
    press(page.get_by_role("button", name="Continue"))
    expect(page).to_have_url("/account/two-factor")


@with_javascript_and_by_keyboard
def test_what_was_being_written_survives_both_steps(app, browser, board, user):
    totp = add_app(board, app, user)
    page = browser(user)
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "Which kettle?")
    page.context.clear_cookies()
    fill(page.get_by_label("Text", exact=True), "Mine leaks.")
    press(page.get_by_role("button", name="Post your question"))
    log_in(page)
    enter_code(page, totp.now())
    expect(page).to_have_url("/questions/ask")
    expect(page.get_by_label("Title")).to_have_value("Which kettle?")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Mine leaks.")
