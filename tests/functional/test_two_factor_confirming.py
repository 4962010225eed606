"""Confirming with a code what is asked again after a while."""

from __future__ import annotations

import html

import pytest
from factories import PASSWORD
from second_factors import (
    add_app,
    add_recovery_codes,
    age_logins,
    kinds,
)

from qaboard.models import EventKind


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def totp(app, board, user):
    return add_app(board, app, user)


BUTTONS = ("set-up-app", "remove-app", "make-recovery-codes", "passkey-options", "remove-passkey")


@pytest.mark.parametrize("name", BUTTONS)
def test_after_a_while_a_button_asks_again_and_leads_back_to_its_page(
    browser, board, user, totp, name
):
    add_recovery_codes(board, user)
    client = browser(user)
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    age_logins(board)
    before = board.facts()
    answer = client.post(f"/account/{name}", {"csrf_token": token})
    assert board.facts() == before
    form = answer.follow().forms["confirm"]
    form["password"], form["code"] = PASSWORD, totp.now()
    page = form.submit("submit").follow(status=200)
    assert page.request.path in ("/account/two-factor", "/account/passkeys")


@pytest.mark.parametrize("page", ["two-factor", "authenticator-app", "passkeys"])
def test_after_a_while_a_page_asks_again(browser, board, user, page):
    client = browser(user)
    age_logins(board)
    answer = client.get(f"/account/{page}")
    assert answer.location == f"/account/confirm?next=%2Faccount%2F{page}"


def test_confirming_takes_the_password_and_a_code(browser, board, user, totp, mails):
    client = browser(user)
    age_logins(board)
    form = client.get("/account/confirm?next=/account/two-factor").forms["confirm"]
    form["password"] = PASSWORD
    page = form.submit("submit", status=400)
    assert "Enter a code." in page.html.find(id="confirm-code-error").text
    form["code"] = "wrong"
    page = form.submit("submit", status=400)
    assert "code is wrong" in page.html.find(id="confirm-code-error").text
    form["password"], form["code"] = "wrong password", totp.now()
    page = form.submit("submit", status=400)
    assert page.html.find(id="confirm-password-error")
    assert client.get("/account/two-factor").status_int == 303
    # A right code beside a wrong password was not used up.
    form["password"], form["code"] = PASSWORD, totp.now()
    assert form.submit("submit").location == "/account/two-factor"
    assert client.get("/account/two-factor").status_int == 200
    assert [kind for kind in kinds(board, user) if kind != EventKind.LOGIN_FAILURE] == [
        "factor_failure",
        "reauthentication app",
    ]


def test_confirming_with_wrong_codes_has_a_limit(browser, board, user, totp):
    client = browser(user)
    age_logins(board)
    form = client.get("/account/confirm").forms["confirm"]
    form["password"], form["code"] = PASSWORD, "wrong"
    for _ in range(10):
        form.submit("submit", status=400)
    form["code"] = totp.now()
    form.submit("submit", status=429)
    assert client.get("/account/two-factor").status_int == 303


def test_confirming_with_a_recovery_code(browser, board, user, totp, mails):
    code, *_ = add_recovery_codes(board, user)
    client = browser(user)
    age_logins(board)
    form = client.get("/account/confirm").forms["confirm"]
    form["password"], form["code"] = PASSWORD, html.unescape(code)
    form.submit("submit", status=303)
    assert len(board.facts()["recovery_codes"]) == 9
    assert len(mails()) == 1


def test_without_a_second_factor_no_code_is_asked_for(browser, board, user):
    client = browser(user)
    form = client.get("/account/confirm").forms["confirm"]
    assert "code" not in form.fields
