"""Passkeys in Chromium, with its own virtual device."""

from __future__ import annotations

from datetime import timedelta

import pytest
from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import CDPSession, Page, expect
from scripting import (
    BY_KEYBOARD,
    WITH,
    only_with_javascript,
    only_without_javascript,
    with_javascript_and_by_keyboard,
)
from sqlalchemy import update

from qaboard.models import UserSession, utc_now

# What browsers from before 2025 lack.
FORGET_JSON = """
delete PublicKeyCredential.parseCreationOptionsFromJSON;
delete PublicKeyCredential.parseRequestOptionsFromJSON;
delete PublicKeyCredential.prototype.toJSON;
"""


class VirtualDevice:
    """A phone, say, that knows its owner's finger; it is in one page's browser."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        answer = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = answer["authenticatorId"]

    def know_finger(self, is_known: bool) -> None:
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": is_known}
        )

    def credentials(self) -> list[dict]:
        answer = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return answer["credentials"]

    def set_counter(self, credential: dict, count: int) -> None:
        """As a copy of it has that was made when it had signed so often."""
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
        self.session.send(
            "WebAuthn.addCredential",
            {"authenticatorId": self.id, "credential": credential | {"signCount": count}},
        )


@pytest.fixture
def user(board):
    return board.user("Ann")


@pytest.fixture
def page(browser, user) -> Page:
    return browser(user)


@pytest.fixture
def device(page) -> VirtualDevice:
    return VirtualDevice(page)


def add_passkey(page: Page) -> None:
    page.goto("/account/passkeys")
    press(page.get_by_role("button", name="Add a passkey"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    press(page.get_by_role("link", name="I’ve saved them"))


def log_out(page: Page) -> None:
    press(page.get_by_role("button", name="Log out"))
    expect(page.get_by_role("status")).to_have_text("You’re logged out.")


def enter_password(page: Page) -> None:
    page.goto("/login")
    fill(page.get_by_label("Username"), "Ann")
    fill(page.get_by_label("Password"), PASSWORD)
    press(page.get_by_role("button", name="Log in", exact=True))


@pytest.mark.parametrize(
    ("way", "script"),
    [(WITH, ""), (WITH, FORGET_JSON), (BY_KEYBOARD, "")],
    ids=["new browser", "old browser", BY_KEYBOARD],
)
def test_one_is_added_used_and_removed(page, device, board, script):
    page.add_init_script(script)
    page.goto("/account/")
    press(page.get_by_role("link", name="Passkeys"))
    expect(page.get_by_text("This browser can’t create passkeys")).to_be_hidden()
    expect(page.get_by_label("Name")).to_have_value("HeadlessChrome on Linux")
    fill(page.get_by_label("Name"), "내 휴대폰")
    press(page.get_by_role("button", name="Add a passkey"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    press(page.get_by_role("link", name="I’ve saved them"))
    passkeys = page.get_by_role("main").get_by_role("listitem")
    expect(passkeys).to_have_count(1)
    expect(passkeys).to_contain_text("내 휴대폰")
    (credential,) = device.credentials()
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"

    # A login of its own.
    log_out(page)
    page.goto("/login?next=/account/passkeys")
    press(page.get_by_role("button", name="Log in with a passkey"))
    expect(page).to_have_url("/account/passkeys")
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")
    expect(passkeys).to_contain_text("last used")

    # The second step after a password.
    log_out(page)
    enter_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    press(page.get_by_role("button", name="Use a passkey"))
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")

    # Confirming who one is.
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )
    page.goto("/account/passkeys")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm it’s you")
    press(page.get_by_role("button", name="Use a passkey"))
    expect(page).to_have_url("/account/passkeys")

    press(page.get_by_role("button", name="Remove"))
    expect(page.get_by_role("status")).to_have_text("Passkey removed.")
    expect(page.get_by_role("main")).to_contain_text("You have no passkeys yet.")
    log_out(page)
    page.goto("/login")
    press(page.get_by_role("button", name="Log in with a passkey"))
    expect(page.get_by_role("alert")).to_contain_text("This passkey wasn’t accepted.")
    expect(page.get_by_role("alert")).to_be_focused()


@with_javascript_and_by_keyboard
def test_a_finger_that_the_device_does_not_know(page, device):
    device.know_finger(False)
    page.goto("/account/passkeys")
    press(page.get_by_role("button", name="Add a passkey"))
    message = page.locator("[data-passkey-message]")
    expect(message).to_contain_text("it timed out. Try again.")
    assert device.credentials() == []
    expect(page.get_by_role("button", name="Add a passkey")).to_be_focused()
    device.know_finger(True)
    press(page.get_by_role("button", name="Add a passkey"))
    press(page.get_by_role("link", name="I’ve saved them"))

    log_out(page)
    device.know_finger(False)
    page.goto("/login")
    press(page.get_by_role("button", name="Log in with a passkey"))
    expect(message).to_contain_text("it timed out. Try again.")
    device.know_finger(True)
    press(page.get_by_role("button", name="Log in with a passkey"))
    expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")


@only_with_javascript
def test_a_device_that_has_one_already(page, device):
    add_passkey(page)
    press(page.get_by_role("button", name="Add a passkey"))
    message = page.locator("[data-passkey-message]")
    expect(message).to_have_text("This device already has a passkey for your account.")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)


@only_with_javascript
def test_a_copy_of_the_key_is_refused(page, device):
    add_passkey(page)
    (credential,) = device.credentials()
    for _ in range(2):
        log_out(page)
        page.goto("/login")
        press(page.get_by_role("button", name="Log in with a passkey"))
        expect(page.get_by_role("status")).to_have_text("Welcome back, Ann!")
    log_out(page)
    device.set_counter(credential, credential["signCount"])
    page.goto("/login")
    press(page.get_by_role("button", name="Log in with a passkey"))
    expect(page.get_by_role("alert")).to_contain_text("This passkey wasn’t accepted.")


@only_with_javascript
def test_another_name_of_the_site_is_told_to_go_to_the_right_one(page, device, site):
    # What browsers answer at http://127.0.0.1, which is no name that a passkey could belong to.
    page.add_init_script(
        "navigator.credentials.get = "
        "() => Promise.reject(new DOMException('no such name', 'SecurityError'))"
    )
    page.context.clear_cookies()
    page.goto("/login")
    press(page.get_by_role("button", name="Log in with a passkey"))
    message = page.locator("[data-passkey-message]")
    expect(message).to_have_text(f"Passkeys for this site work at {site} only.")


@only_with_javascript
def test_whoever_was_logged_out_meanwhile_is_told_to_reload(page, device):
    page.goto("/account/passkeys")
    page.context.clear_cookies()
    press(page.get_by_role("button", name="Add a passkey"))
    message = page.locator("[data-passkey-message]")
    expect(message).to_have_text("Passkey failed. Reload the page and try again.")
    assert device.credentials() == []


@only_with_javascript
def test_the_messages_in_korean(browser, user):
    page = browser()
    page.set_extra_http_headers({"Accept-Language": "ko"})
    page.goto("/login")
    for name in ("dismissed", "known", "elsewhere", "tooOften", "failed"):
        assert page.locator("form[data-passkey]").evaluate(f"form => form.dataset.{name}")


@only_without_javascript
def test_without_a_script_there_is_no_button_that_does_nothing(browser, user):
    page = browser(user)
    page.goto("/account/passkeys")
    expect(page.get_by_text("This browser can’t create passkeys")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)
    press(page.get_by_role("button", name="Log out"))
    page.goto("/login")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_have_count(0)


THROWING = """
for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"]) {
  PublicKeyCredential[name] = () => { throw new TypeError("Illegal invocation"); };
}
PublicKeyCredential.prototype.toJSON = () => { throw new TypeError("Illegal invocation"); };
"""


@only_with_javascript
def test_a_passkey_of_a_password_manager_whose_methods_throw_is_used(page, device):
    page.add_init_script(THROWING)
    add_passkey(page)
    assert len(device.credentials()) == 1


@only_with_javascript
@pytest.mark.parametrize("thrown", ["undefined", "null", "'no'", "new Error('no')", "{}"])
def test_whatever_a_password_manager_throws_there_is_a_sentence(browser, board, thrown):
    page = browser()
    page.add_init_script(f"navigator.credentials.get = () => Promise.reject({thrown})")
    page.goto("/login")
    button = page.get_by_role("button", name="passkey")
    for _attempt in range(2):
        button.click()
        message = page.locator("[data-passkey-message]")
        expect(message).to_have_text("Passkey failed. Reload the page and try again.")
        expect(button).to_have_attribute("aria-disabled", "false")
