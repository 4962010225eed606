"""Logging in by a confirmed mail address, which tells nobody whose it is."""

from __future__ import annotations

import pytest
from factories import PASSWORD
from limits import parse

from qaboard.models import EventKind, SecurityEvent
from qaboard.settings.rate_limits import RateLimit

WRONG = "Wrong username, email address or password."


def try_to_log_in(client, name: str, password: str = PASSWORD):
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = name, password
    return form.submit("submit", expect_errors=True)


@pytest.mark.parametrize(
    "typed",
    ["alex", "ALEX", "minji@xn--vv4b11d.xn--3e0b707e", "Minji@예시.한국", "ｍｉｎｊｉ＠예시.한국"],
)
def test_a_name_and_every_form_of_the_address_log_in(browser, board, typed):
    board.user("alex", email="minji@xn--vv4b11d.xn--3e0b707e")
    client = browser()
    assert try_to_log_in(client, typed).status_int == 303
    assert "alex" in client.get("/account/")


@pytest.mark.parametrize(
    ("locale", "label"), [("en", "Username or email address"), ("ko", "닉네임 또는 이메일 주소")]
)
def test_the_form_says_so(browser, locale, label):
    page = browser(locale=locale).get("/login")
    assert label in page.html.select_one("form[id=login] label").text
    assert page.html.select_one("#login-username, [name=username]")["autocomplete"] == "username"


def test_an_address_that_nobody_confirmed_logs_nobody_in(browser, board):
    board.user("alex", email="alex@example.com", email_verified_at=None)
    page = try_to_log_in(browser(), "alex@example.com")
    assert page.status_int == 400
    assert WRONG in page
    assert try_to_log_in(browser(), "alex").status_int == 303


def test_an_unknown_address_and_a_wrong_password_are_the_same(browser, board, count_queries):
    board.user("alex", email="alex@example.com")
    answers = []
    for email in ("alex@example.com", "nobody@example.com"):
        client = browser()
        client.get("/login")
        with count_queries() as statements:
            page = try_to_log_in(client, email, "wrong horse battery")
        for field in page.html.select("[name=csrf_token]"):
            field["value"] = ""
        text = str(page.html.find("main")).replace(email, "…")
        answers.append((page.status_int, text, [each for each in statements if "users" in each]))
    assert answers[0] == answers[1]


def test_a_failure_by_address_is_in_the_account_s_activity(app, browser, board):
    user = board.user("alex", email="alex@example.com")
    try_to_log_in(browser(), "alex@example.com", "wrong horse battery")
    app.registry["background"].wait()
    with board.transaction() as session:
        kinds = [kind for (kind,) in session.query(SecurityEvent.kind).filter_by(user_id=user.id)]
    assert kinds == [EventKind.LOGIN_FAILURE]


@pytest.fixture
def three_attempts(app, monkeypatch):
    limiter = app.registry["rate_limiter"]
    rates = limiter.rates | {RateLimit.LOGIN_ACCOUNT: parse("3 per minute")}
    monkeypatch.setattr(limiter, "rates", rates)


def test_both_forms_of_an_account_are_counted_together(browser, board, three_attempts):
    board.user("alex", email="alex@example.com")
    for name in ("alex", "alex@example.com", "alex"):
        assert try_to_log_in(browser(), name, "wrong horse battery").status_int == 400
    # Not even the right password, by either.
    for name in ("alex", "alex@example.com"):
        page = try_to_log_in(browser(), name)
        assert page.status_int == 400
        assert WRONG in page


def test_attempts_by_an_address_do_not_tell_whose_it_is(browser, board, three_attempts):
    board.user("alex", email="alex@example.com")
    board.user("bela", email="bela@example.com")
    for _ in range(3):
        try_to_log_in(browser(), "alex@example.com", "wrong horse battery")
    answers = [
        try_to_log_in(browser(), name, "wrong horse battery").status_int
        for name in ("alex", "bela", "alex", "bela", "alex", "bela", "alex", "bela")
    ]
    assert answers == [400, 400, 400, 400, 400, 400, 429, 429]


@pytest.mark.parametrize("name", ["alex@example.com", "nobody@example.com", "nobody", "alex"])
def test_too_many_attempts_are_told_for_known_and_unknown_alike(
    browser, board, three_attempts, name
):
    board.user("alex", email="alex@example.com")
    answers = [try_to_log_in(browser(), name, "wrong horse battery").status_int for _ in range(4)]
    assert answers == [400, 400, 400, 429]


def test_a_right_password_begins_to_count_anew(browser, board, three_attempts):
    board.user("alex", email="alex@example.com")
    for _ in range(3):
        assert try_to_log_in(browser(), "alex", "wrong horse battery").status_int == 400
        assert try_to_log_in(browser(), "alex@example.com").status_int == 303
        assert try_to_log_in(browser(), "alex").status_int == 303


def test_of_two_accounts_that_share_an_address_the_first_logs_in_by_it(browser, board):
    board.user("first", email="minji@xn--vv4b11d.xn--3e0b707e")
    board.user("second", email="minji@예시.한국")
    client = browser()
    try_to_log_in(client, "minji@예시.한국")
    assert "first" in client.get("/account/")
    assert try_to_log_in(browser(), "second").status_int == 303
