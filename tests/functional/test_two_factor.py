"""Setting a second factor up and giving it up: the app and the recovery codes."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from second_factors import (
    add_app,
    add_recovery_codes,
    enter_code,
    forget_used_codes,
    is_logged_in,
    kinds,
    log_in,
    press,
)
from sqlalchemy import update

from qaboard.models import TOTPFactor, utc_now


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def totp(app, board, user):
    return add_app(board, app, user)


def test_setting_up_an_app(browser, board, user, mails):
    client, elsewhere = browser(user), browser(user)
    page = client.get("/account/").click("Two-factor authentication")
    assert "Off" in page.html.find(class_="badge").text
    assert not page.html.find(string=re.compile("Recovery codes"))
    page = press(page, "/account/set-up-app").follow()
    picture = page.html.find("img", class_="qr-code")
    assert picture["src"].startswith("data:image/svg+xml")
    secret = page.html.find(class_="secret-key").text.replace(" ", "").strip()
    address = page.html.find("a", string="Open in an app on this device")["href"]
    assert address == pyotp.TOTP(secret).provisioning_uri(name="alex", issuer_name="qaboard")
    # Loading it once more shows the same one.
    assert secret in client.get("/account/authenticator-app").text.replace(" ", "")

    form = page.forms["app"]
    form["code"] = "12345"
    page = form.submit("submit", status=400)
    assert "That isn’t the current code" in page.html.find(id="app-code-error").text
    assert secret in page.text.replace(" ", "")
    # It does not count yet.
    other = browser()
    log_in(other)
    assert is_logged_in(other)

    token = client.cookies["login"]
    form = page.forms["app"]
    code = pyotp.TOTP(secret).now()
    form["code"] = f"{code[:3]} {code[3:]}"
    page = form.submit("submit", status=200)
    assert page.headers["Cache-Control"] == "private, no-store"
    codes = page.html.find(id="recovery-codes").text.split()
    assert len(codes) == 10
    assert page.html.find("a", class_="site-link", string="Settings")
    link = page.html.find("a", download=True)["href"]
    assert link == "data:text/plain;charset=utf-8," + "%0A".join(codes) + "%0A"
    # Other logins have ended, and this one has another token.
    assert client.cookies["login"] != token
    assert is_logged_in(client)
    assert not is_logged_in(elsewhere)
    assert not is_logged_in(other)
    page = client.get("/account/two-factor")
    assert "On" in page.html.find(class_="badge").text
    assert "10 codes left." in page
    assert codes[0] not in page
    (mail,) = mails()
    assert mail["To"] == "alex@example.com"
    text = mail.get_body(("plain",)).get_content()
    assert "your account now uses an authenticator app" in text
    assert secret not in str(mail)
    assert kinds(board, user)[-1] == "factor_added app"

    # The code that confirmed it is used up.
    log_in(other)
    page = enter_code(other, code, status=400)
    assert "already used" in page.html.find(id="second-factor-code-error").text
    forget_used_codes(board)
    enter_code(other, pyotp.TOTP(secret).now())
    assert is_logged_in(other)


def test_a_page_in_korean(browser, board, app, user):
    add_app(board, app, user)
    client = browser(user, locale="ko")
    for path in ("/account/two-factor", "/account/passkeys"):
        assert client.get(path).html.find("h1").text


def test_a_name_and_a_site_name_in_the_address_for_the_app(browser, board):
    client = browser(board.user("민지"))
    page = press(client.get("/account/two-factor"), "/account/set-up-app").follow()
    address = page.html.find("a", string="Open in an app on this device")["href"]
    assert address.startswith("otpauth://totp/qaboard:%EB%AF%BC%EC%A7%80?secret=")


def test_a_setup_of_long_ago_begins_anew(browser, board, user):
    client = browser(user)
    page = press(client.get("/account/two-factor"), "/account/set-up-app").follow()
    secret = page.html.find(class_="secret-key").text.replace(" ", "").strip()
    with board.transaction() as session:
        session.execute(update(TOTPFactor).values(created_at=utc_now() - timedelta(minutes=16)))
    form = page.forms["app"]
    form["code"] = pyotp.TOTP(secret).now()
    assert form.submit("submit").location == "/account/two-factor"
    assert client.get("/account/authenticator-app").status_int == 303
    form["code"] = ""
    assert "Start again" in form.submit("submit", status=400)
    assert "Off" in client.get("/account/two-factor").html.find(class_="badge").text


def test_removing_the_app(browser, board, user, totp, mails):
    add_recovery_codes(board, user)
    client, elsewhere = browser(user), browser(user)
    page = press(client.get("/account/two-factor"), "/account/remove-app").follow()
    assert "Authenticator app removed." in page
    assert board.facts()["totp_factors"] == board.facts()["recovery_codes"] == []
    assert is_logged_in(client)
    assert not is_logged_in(elsewhere)
    assert kinds(board, user) == ["factor_removed app"]
    (mail,) = mails()
    assert "was removed" in mail.get_body(("plain",)).get_content()
    other = browser()
    log_in(other)
    assert is_logged_in(other)
    # Once more changes nothing.
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    before = board.facts()
    client.post("/account/remove-app", {"csrf_token": token}, status=303)
    client.post("/account/make-recovery-codes", {"csrf_token": token}, status=303)
    assert board.facts() == before


def test_an_app_in_use_is_not_replaced(browser, board, user, totp):
    client = browser(user)
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    before = board.facts()
    answer = client.post("/account/set-up-app", {"csrf_token": token})
    assert answer.location == "/account/two-factor"
    assert board.facts() == before


def test_new_recovery_codes(browser, board, user, totp, mails):
    old, *_ = add_recovery_codes(board, user)
    client = browser(user)
    page = press(client.get("/account/two-factor"), "/account/make-recovery-codes", status=200)
    codes = page.html.find(id="recovery-codes").text.split()
    assert len(codes) == 10
    assert old not in codes
    assert kinds(board, user) == ["recovery_codes_made"]
    assert len(mails()) == 1
    # They are in no page that comes later.
    for path in ("/account/two-factor", "/account/"):
        assert codes[0] not in client.get(path)
    # Sending the form of the page before once more changes nothing.
    before = board.facts()
    assert page.request.method == "POST"
    client.post("/account/make-recovery-codes", page.request.POST, status=400)
    assert board.facts() == before
    other = browser()
    log_in(other)
    enter_code(other, old, status=400)
    enter_code(other, codes[3])
    assert is_logged_in(other)


def test_an_address_that_is_not_proved_gets_no_mail(browser, board, app, mails):
    user = board.user(email_verified_at=None)
    add_app(board, app, user)
    press(browser(user).get("/account/two-factor"), "/account/remove-app")
    assert mails() == []
