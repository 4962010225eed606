"""Passwords: which are refused, and changing one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD

from qaboard.models import SecurityEvent, TokenPurpose
from qaboard.security.passwords import PasswordHashing
from qaboard.services.accounts.single_use_token import find_token, issue_token
from qaboard.settings import PasswordSettings

NEW_PASSWORD = "a horse of another colour"


def change(client, current=PASSWORD, new=NEW_PASSWORD, again=None, **options):
    form = client.get("/account/password").forms["password"]
    form["current_password"] = current
    form["password"] = new
    form["password_confirm"] = new if again is None else again
    return form.submit("submit", **options)


def can_log_in(client, username, password) -> bool:
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = username, password
    return form.submit("submit", expect_errors=True).status_int == 303


def test_it_is_changed_and_all_other_logins_end(browser, board):
    user = board.user("alex")
    here, there = browser(user), browser(user)
    token = here.cookies["login"]
    page = change(here).follow()
    assert "Password changed" in page
    assert here.cookies["login"] != token
    stolen = browser()
    stolen.set_cookie("login", token)
    assert stolen.get("/account/").status_int == 303
    assert there.get("/account/").status_int == 303
    assert can_log_in(browser(), "alex", NEW_PASSWORD)
    assert not can_log_in(browser(), "alex", PASSWORD)


def test_links_to_reset_the_old_one_work_no_more(browser, board):
    user = board.user("alex")
    with board.transaction() as session:
        token = issue_token(
            session, TokenPurpose.RESET_PASSWORD, lifetime=timedelta(minutes=10), user_id=user.id
        )
    change(browser(user))
    with board.transaction() as session:
        assert find_token(session, TokenPurpose.RESET_PASSWORD, token) is None


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({"current": "wrong password"}, "current_password", "isn’t your current password"),
        ({"again": "something else"}, "password_confirm", "don’t match"),
        ({"new": "short"}, "password", "at least 10"),
        ({"new": "x" * 129}, "password", "Too long"),
        ({"new": "Qwertyuiop"}, "password", "This password is too common"),
        ({"new": "alexander-the-great"}, "password", "your username"),
        ({"new": "ALEXANDER-THE-GREAT1"}, "password", "your username"),
        ({"new": "alexander-the-great@example.com"}, "password", "your username"),
        ({"new": "qaboardqaboard"}, "password", "the site’s name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(browser, board, fields, name, message):
    client = browser(board.user("alexander-the-great"))
    page = change(client, **fields, status=400)
    assert message in page.html.find(id=f"password-{name}-error").text
    assert PASSWORD not in page
    assert NEW_PASSWORD not in page
    assert can_log_in(browser(), "alexander-the-great", PASSWORD)


def test_it_cannot_be_guessed_there_either(browser, board):
    client = browser(board.user("alex"))
    for _ in range(10):
        change(client, current="wrong password", status=400)
    page = change(client, status=429)
    assert int(page.headers["Retry-After"]) > 0
    assert page.forms["password"]


def test_it_is_written_down(browser, board, caplog):
    user = board.user("alex")
    with caplog.at_level("INFO", "qaboard.security"):
        change(browser(user))
    assert f"password_change user={user.id}" in caplog.text
    assert NEW_PASSWORD not in caplog.text
    with board.transaction() as session:
        kinds = session.query(SecurityEvent.kind).where(SecurityEvent.user_id == user.id).all()
    assert [kind for (kind,) in kinds] == ["password_change"]


@pytest.mark.parametrize(
    "password", ["1q2w3e4r5t", "PASSWORD123", "qwertyuiop", "１２３４５６７８９０"]
)
def test_common_passwords_are_refused_when_signing_up(browser, board, password):
    form = browser().get("/signup").forms["signup"]
    form["username"], form["email"] = "alex", "alex@example.com"
    form["password"] = form["password_confirm"] = password
    page = form.submit("submit", status=400)
    assert "This password is too common" in page.html.find(id="signup-password-error").text
    assert board.users() == []


def test_a_hash_of_other_parameters_is_made_anew_at_the_login(browser, board, make_app):
    of = make_app({"passwords.memory_kib": "19456", "passwords.passes": "2"})
    weak = PasswordHashing(
        PasswordSettings(memory_kib=1024, passes=1, lanes=1, concurrent_hashes=1)
    )
    board.user("alex", password_hash=weak.hash(PASSWORD))
    assert not can_log_in(browser(of=of), "alex", "wrong password")
    assert "m=1024" in board.users()[0].password_hash
    assert can_log_in(browser(of=of), "alex", PASSWORD)
    assert "$m=19456,t=2,p=1$" in board.users()[0].password_hash
    assert can_log_in(browser(of=of), "alex", PASSWORD)


def test_no_hash_is_computed_after_the_limit(browser, board, monkeypatch):
    board.user("alex")
    client = browser()
    for _ in range(10):
        assert not can_log_in(client, "alex", "wrong password")

    def verify(*_arguments):
        raise AssertionError("a hash was computed")

    monkeypatch.setattr(PasswordHashing, "verify", verify)
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "ALEX", PASSWORD
    page = form.submit("submit", status=429)
    assert "Too many attempts" in page.html.find(class_="error-summary").text
    assert page.forms["login"]["username"].value == "ALEX"
