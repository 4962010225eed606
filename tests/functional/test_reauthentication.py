"""Who logged in a while ago proves again who they are before something important."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD
from sqlalchemy import update

from qaboard.models import UserSession, utc_now

NEW_PASSWORD = "a horse of another colour"


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def client(browser, board, user):
    """A browser whose login is sixteen minutes old."""
    client = browser(user)
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )
    return client


def test_the_way_leads_through_the_password(client):
    page = client.get("/account/password").follow()
    assert page.request.path == "/account/confirm"
    token = client.cookies["login"]
    csrf_token = page.forms["confirm"]["csrf_token"].value
    form = page.forms["confirm"]
    form["password"] = PASSWORD
    page = form.submit("submit").follow()
    assert page.request.path == "/account/password"
    assert client.cookies["login"] != token
    assert page.forms["password"]["csrf_token"].value != csrf_token


def test_how_recent_is_a_setting(make_app, browser, board, user):
    client = browser(user, of=make_app({"accounts.recent_authentication_minutes": "5"}))
    for minutes, status in ((4, 200), (6, 303)):
        ago = utc_now() - timedelta(minutes=minutes)
        with board.transaction() as session:
            session.execute(update(UserSession).values(authenticated_at=ago))
        assert client.get("/account/password").status_int == status


def test_the_token_from_before_opens_nothing(client, browser):
    stolen = browser()
    stolen.set_cookie("login", client.cookies["login"])
    form = client.get("/account/confirm").forms["confirm"]
    form["password"] = PASSWORD
    form.submit("submit")
    assert client.get("/account/").status_int == 200
    assert stolen.get("/account/").status_int == 303


def test_a_form_that_was_sent_too_late_changes_nothing(client, board):
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    before = board.facts()
    fields = {
        "csrf_token": token,
        "current_password": PASSWORD,
        "password": NEW_PASSWORD,
        "password_confirm": NEW_PASSWORD,
    }
    answer = client.post("/account/password", fields)
    assert answer.location == "/account/confirm?next=%2Faccount%2Fpassword"
    assert board.facts() == before


def test_a_wrong_password_does_not_do(client, board):
    for _ in range(10):
        form = client.get("/account/confirm?next=/account/password").forms["confirm"]
        form["password"] = "wrong password"
        page = form.submit("submit", status=400)
        assert "Wrong password. Try again." in page.html.find(id="confirm-password-error").text
    form["password"] = PASSWORD
    assert form.submit("submit", status=429)
    assert client.get("/account/password").status_int == 303


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_it_leads_nowhere_else(client, address):
    form = client.get("/account/confirm", {"next": address}).forms["confirm"]
    form["password"] = PASSWORD
    assert form.submit("submit").location == "/"
