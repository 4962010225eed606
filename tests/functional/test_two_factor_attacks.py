"""Many codes at once, and what a log would give away."""

from __future__ import annotations

import threading

import pytest
from factories import PASSWORD
from second_factors import (
    add_app,
    add_recovery_codes,
    enter_code,
    is_logged_in,
    kinds,
    log_in,
)


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def totp(app, board, user):
    return add_app(board, app, user)


def at_once(count: int, act) -> list:
    """What an act returns that is done many times at the same moment."""
    outcomes = []
    barrier = threading.Barrier(count)

    def do() -> None:
        barrier.wait()
        outcomes.append(act())

    threads = [threading.Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def codes_at_once(browser, app, count: int, code: str) -> list[int]:
    """The status of each answer to the same code, sent many times at once in one login."""
    client = browser()
    log_in(client)
    token = client.get("/second-factor").forms["second-factor"]["csrf_token"].value
    cookies = dict(client.cookies)

    def send() -> str:
        other = browser()
        for name, value in cookies.items():
            other.set_cookie(name, value.strip('"'))
        fields = {"csrf_token": token, "code": code, "next": ""}
        answer = other.post("/second-factor", fields, expect_errors=True)
        return str(answer.status_int if answer.status_int != 303 else answer.location)

    return at_once(count, send)


def test_many_wrong_codes_at_once_are_all_counted(app, browser, board, user, totp, monkeypatch):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, "second_factor", None)
    outcomes = codes_at_once(browser, app, 16, "wrong")
    assert outcomes.count("400") == 10
    assert kinds(board, user) == ["factor_failure"] * 10
    assert board.facts()["user_sessions"] == []


@pytest.mark.parametrize("is_recovery_code", [False, True])
def test_one_code_sent_many_times_counts_once(app, browser, board, user, totp, is_recovery_code):
    code = add_recovery_codes(board, user)[0] if is_recovery_code else totp.now()
    outcomes = codes_at_once(browser, app, 6, code)
    assert outcomes.count("/") == 1
    assert len([kind for kind in kinds(board, user) if kind.startswith("login ")]) == 1


def test_no_log_has_what_was_entered(app, browser, board, user, totp, mails, caplog):
    code, recovery_code = totp.now(), add_recovery_codes(board, user)[0]
    wrong_password, wrong_code = "wrong horse battery", "987654321"
    with caplog.at_level("DEBUG"):
        client = browser()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "alex", wrong_password
        form.submit("submit", status=400)
        for last in (code, recovery_code):
            client = browser()
            log_in(client)
            pending = client.cookies["login"]
            enter_code(client, wrong_code, status=400)
            enter_code(client, last)
            assert is_logged_in(client)
            tokens = [pending, client.cookies["login"], client.cookies["session"]]
        mails()
    assert "factor_failure" in caplog.text
    for secret in (PASSWORD, wrong_password, code, recovery_code, wrong_code, *tokens, user.email):
        assert secret not in caplog.text
