"""What was refused is in the log: who, from where, and why."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest
from factories import PASSWORD
from pyramid_retry import mark_error_retryable
from sqlalchemy import event
from sqlalchemy.exc import OperationalError


@pytest.fixture
def told(caplog):
    """The lines of the log of security events that begin with a word."""
    caplog.set_level("INFO", "qaboard.security")

    def find(kind: str) -> list[str]:
        lines = [record.getMessage() for record in caplog.records]
        return [line for line in lines if line.startswith(f"{kind} ")]

    return find


def test_access_that_is_refused_and_access_that_is_hidden(browser, board, told):
    member = board.user()
    client = browser(member)
    question, deleted = board.question(), board.question()
    board.delete(deleted)
    client.get(f"/questions/{question.id}/edit", status=403)
    client.get("/users/", status=403)
    # The reader is not told that there was a question; the log is.
    client.get(f"/questions/{deleted.id}/", status=404)
    lines = told("forbidden")
    assert [line.split(" permission=")[1] for line in lines] == [
        f"'edit' path='/questions/{question.id}/edit'",
        "'manage_users' path='/users/'",
        f"'view' path='/questions/{deleted.id}/'",
    ]
    assert all(f"user={member.id} actor=None address=" in line for line in lines)


def test_a_form_and_a_button_without_their_token(browser, board, told):
    user = board.user()
    client = browser(user)
    client.post("/questions/ask", {"title": "x", "body": "y"}, status=400)
    client.post("/logout", {}, status=400)
    lines = told("foreign_request")
    assert [re.search("reason='(.+)'", line)[1] for line in lines] == ["StaleForm", "BadCSRFToken"]
    assert all(f"user={user.id} actor=None address=" in line for line in lines)


@pytest.mark.parametrize(
    ("address", "headers", "reason"),
    [
        ("/questions/?q=%ff", {}, "reason='unreadable'"),
        (
            "/questions/",
            {"Host": "evil.example"},
            "reason='host' sent='evil.example' expected='http://localhost:6543'",
        ),
    ],
)
def test_what_no_browser_sends(browser, board, told, address, headers, reason):
    browser().get(address, headers=headers, status=400)
    (line,) = told("foreign_request")
    assert line.endswith(reason)


def test_a_form_that_comes_back_at_once(make_app, browser, board, told):
    client = browser(of=make_app({"spam.minimum_seconds": "2"}))
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = "newcomer", "newcomer@example.com"
    form["password"] = form["password_confirm"] = "correct horse battery"
    form.submit("submit", status=400)
    (line,) = told("foreign_request")
    assert line.endswith("reason='faster than people type'")


def test_a_passkey_that_is_nobodys(browser, board, told):
    form = browser().get("/login").forms["passkey"]
    form["credential"] = json.dumps({"id": "made up"})
    form.submit("submit", status=400)
    (line,) = told("factor_failure")
    assert line.startswith("factor_failure user=None ")
    assert line.endswith("factor='passkey'")


@contextmanager
def failing_commits(app, *, count: int = 1000, retryable: bool = False):
    """So many commits of requests fail, as on a disk that is full."""
    engine = app.registry["engine"]
    failed = []

    def fail(connection) -> None:
        if len(failed) < count:
            # As a database does whose COMMIT has failed.
            connection.connection.driver_connection.rollback()
            error = OperationalError("COMMIT", None, Exception("disk I/O error"))
            failed.append(error)
            if retryable:
                mark_error_retryable(error)
            raise error

    event.listen(engine, "commit", fail)
    try:
        yield failed
    finally:
        event.remove(engine, "commit", fail)


def button_of(client, action: str):
    page = client.get("/questions/")
    return next(form for form in page.forms.values() if form.action == action)


def test_a_logout_that_failed_is_not_told(app, browser, board, told, log_in):
    board.user("alex", locale="en")
    client = log_in("alex", PASSWORD)
    client.get("/questions/")
    button = button_of(client, "/logout")
    with failing_commits(app):
        page = button.submit(status=503)
    assert told("logout") == []
    # Neither is it done, nor does a page say so.
    assert "Set-Cookie" not in page.headers
    page = client.get("/questions/")
    assert "alex" in page
    assert "logged out" not in page.text
    button_of(client, "/logout").submit(status=303)
    assert len(told("logout")) == 1


def test_what_is_tried_again_is_told_once(app, browser, board, told, log_in, mails):
    board.user("alex", locale="en")
    client = log_in("alex", PASSWORD)
    button = button_of(client, "/logout")
    with failing_commits(app, count=2, retryable=True) as failed:
        page = button.submit(status=303).follow().follow()
    assert len(failed) == 2
    assert len(told("logout")) == 1
    assert page.text.count("You’re logged out.") == 1
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = "newcomer", "newcomer@example.com"
    form["password"] = form["password_confirm"] = PASSWORD
    with failing_commits(app, count=2, retryable=True) as failed:
        form.submit("submit", status=303)
    assert len(failed) == 2
    assert len(told("sign_up")) == 1
    assert len(mails()) == 1


@pytest.mark.parametrize("name", ["alex", "nobody"])
def test_a_wrong_password_is_told_once_although_nothing_is_written(app, browser, board, told, name):
    board.user("alex")
    form = browser().get("/login").forms["login"]
    form["username"], form["password"] = name, "a wrong password"
    form.submit("submit", status=400)
    app.registry["background"].wait()
    assert len(told("login_failure")) == 1
