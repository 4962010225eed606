"""What happened to one's account, told to oneself, and kept as long as the settings say."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from factories import PASSWORD
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DBAPIError

from qaboard.models import EventKind, Role, SecurityEvent, utc_now
from qaboard.services.accounts.security_event import record_event


def log_in(client, username, password=PASSWORD):
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = username, password
    return form.submit("submit", expect_errors=True)


def told(client) -> list[str]:
    rows = client.get("/account/activity").html.select("main li.plain-row")
    return [" ".join(row.find("p").text.split()) for row in rows]


def test_logins_and_failures_are_told_with_their_place(app, browser, board, caplog):
    user = board.user("alex")
    stranger = browser()
    stranger.extra_environ["REMOTE_ADDR"] = "198.51.100.9"
    with caplog.at_level("INFO", "qaboard.security"):
        log_in(stranger, "ALEX", "wrong password")
        log_in(stranger, "nobody", "wrong password")
        app.registry["background"].wait()
        client = browser()
        client.extra_environ["REMOTE_ADDR"] = "192.0.2.4"
        log_in(client, "alex")
    assert told(client) == ["Logged in", "Wrong password entered"]
    page = client.get("/account/activity")
    assert "198.51.100.9" in page
    assert "192.0.2.4" in page
    assert f"login_failure user={user.id} actor=None address=198.51.100.9" in caplog.text
    assert "login_failure user=None actor=None address=198.51.100.9" in caplog.text
    assert f"login user={user.id} actor={user.id} address=192.0.2.4" in caplog.text
    assert "wrong password" not in caplog.text
    assert "nobody" not in caplog.text


def test_what_a_thief_would_do_is_in_the_log_and_in_ones_activity(app, browser, board, caplog):
    """Login, failure, reset, change of a factor and of the role, each in both places."""
    user, admin = board.user("alex"), board.user("boss", Role.ADMIN)
    caplog.set_level("INFO", "qaboard.security")
    log_in(browser(), "alex", "wrong password")
    form = browser().get("/forgot-password").forms["forgot"]
    form["email"] = user.email
    form.submit("submit")
    app.registry["background"].wait()
    client = browser()
    log_in(client, "alex")
    page = client.get("/account/two-factor")
    page = (
        next(f for f in page.forms.values() if f.action.endswith("/set-up-app")).submit().follow()
    )
    form = page.forms["app"]
    form["code"] = pyotp.TOTP(page.html.find(class_="secret-key").text.replace(" ", "")).now()
    form.submit("submit")
    form = browser(admin).get(f"/users/{user.id}/manage").forms["role"]
    form["role"] = "moderator"
    form.submit("submit", status=303)
    kinds = ["login_failure", "reset_request", "login", "factor_added", "role_change"]
    lines = [
        record.getMessage().split()[0]
        for record in caplog.records
        if record.name == "qaboard.security" and f"user={user.id} " in record.getMessage()
    ]
    assert lines == kinds
    sentences = told(browser(user))
    assert len(sentences) == len(kinds)
    assert "Role changed to moderator" in sentences[0]
    assert sentences[2] == "Logged in"


def test_nobody_else_sees_it(browser, board):
    board.user("alex")
    log_in(browser(), "alex")
    assert told(browser(board.user("bela"))) == []


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("network", "198.51.100.0/24"), ("none", None), ("full", "198.51.100.9")],
)
def test_as_much_of_an_address_is_kept_as_the_settings_say(
    make_app, browser, board, caplog, kept, shown
):
    board.user("alex")
    client = browser(of=make_app({"qaboard.client_addresses": kept}))
    client.extra_environ["REMOTE_ADDR"] = "198.51.100.9"
    with caplog.at_level("INFO", "qaboard.security"):
        log_in(client, "alex")
    with board.transaction() as session:
        events = session.query(SecurityEvent).order_by(SecurityEvent.id.desc()).limit(1)
        assert [event.address for event in events] == [shown]
    assert (f"address={shown}" if shown else "address=-") in caplog.text
    page = client.get("/account/sessions")
    assert ("198.51.100.9" in page) is (kept == "full")


def test_old_activity_is_forgotten(browser, board, keep_house):
    user = board.user("alex")
    old = {
        "created_at": utc_now() - timedelta(days=91),
        "kind": EventKind.LOGIN,
        "user_id": user.id,
        "details": {},
    }
    with board.transaction() as session:
        rows = [old | {"is_administrative": flag} for flag in (False, True)]
        session.execute(insert(SecurityEvent), rows)
    keep_house()
    client = browser()
    log_in(client, "alex")
    assert told(client) == ["Logged in", "Logged in"]
    page = client.get("/account/activity")
    assert len(page.html.select("main .plain-row .byline")) == 2
    assert "by a site administrator" in page.html.select("main .plain-row .byline")[1].text


def test_what_was_done_to_others_cannot_be_changed_or_deleted(board):
    user = board.user()
    with board.transaction() as session:
        for is_administrative in (False, True):
            record_event(
                session,
                EventKind.SUSPENSION,
                user_id=user.id,
                actor_id=None,
                is_administrative=is_administrative,
            )
    own = SecurityEvent.user_id == user.id

    def execute(statement) -> None:
        with board.transaction() as session:
            session.execute(statement)

    for statement in (
        update(SecurityEvent).where(own).values(kind="login"),
        delete(SecurityEvent).where(own),
        delete(SecurityEvent).where(own, SecurityEvent.is_administrative),
    ):
        with pytest.raises(DBAPIError, match=r"kept|changed"):
            execute(statement)
    execute(delete(SecurityEvent).where(own, SecurityEvent.is_administrative.is_(False)))
    with board.transaction() as session:
        assert session.query(SecurityEvent).where(own).count() == 1


def test_a_name_cannot_forge_a_line_of_the_log(browser, board, caplog):
    with caplog.at_level("INFO"):
        log_in(browser(), "x\nlogin user=1 actor=1 address=-", "wrong password")
        browser(board.user()).get("/questions/ask?a=\r\nlogin user=1", expect_errors=True)
    assert "\nlogin user=1" not in caplog.text


def test_what_is_told_of_an_event_does_not_run_together(browser, board):
    board.user("alex")
    client = browser()
    client.extra_environ |= {
        "REMOTE_ADDR": "192.0.2.4",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    }
    log_in(client, "alex")
    row = client.get("/account/activity").html.select_one("main li.plain-row .byline")
    assert " · from 192.0.2.4 · Firefox on Linux" in " ".join(row.text.split())
