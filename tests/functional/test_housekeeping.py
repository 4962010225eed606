"""What the board does by itself: about once an hour, while somebody visits it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from qaboard.jobs.maintenance import INTERVAL_SECONDS, Housekeeping
from qaboard.models import SingleUseToken, TokenPurpose, User, UserSession, utc_now
from qaboard.services.accounts.single_use_token import issue_token
from qaboard.services.site import due_deletions as account_closing
from qaboard.services.site import expiry


@pytest.fixture
def housekeeping(app):
    """That of another process."""
    own = app.registry["housekeeping"]
    other = Housekeeping(own.engine, own.accounts)
    yield other
    other.worker.close()


@pytest.fixture
def due_user(board):
    user = board.user("alex", closing_at=utc_now(), closing_removes_posts=False)
    board.question(user)
    return user


def test_expired_logins_and_tokens_are_forgotten(board, keep_house, monkeypatch):
    monkeypatch.setattr(expiry, "BATCH_SIZE", 2)
    user = board.user()
    for _ in range(8):
        board.token(user)
    now = utc_now()
    with board.transaction() as session:
        ids = [each.id for each in session.query(UserSession).order_by(UserSession.id)]
        for columns, some in (
            ({"expires_at": now - timedelta(seconds=1)}, ids[:3]),
            ({"last_used_at": now - timedelta(days=14, seconds=1)}, ids[3:6]),
            ({"last_used_at": now - timedelta(days=13)}, ids[6:7]),
        ):
            session.execute(update(UserSession).where(UserSession.id.in_(some)).values(**columns))
        for lifetime in (timedelta(seconds=-1), timedelta(minutes=5)):
            issue_token(session, TokenPurpose.USE_PASSKEY, lifetime=lifetime)
    keep_house()
    with board.transaction() as session:
        left = [each.id for each in session.query(UserSession).order_by(UserSession.id)]
        assert left == ids[6:]
        assert session.query(SingleUseToken).one().expires_at > now


def test_a_visit_within_the_hour_does_nothing(app, browser, board, due_user):
    own = app.registry["housekeeping"]
    own.due_at = 0
    try:
        browser().get("/static/css/qaboard.css")
        own.worker.wait()
        assert board.users()[0].closed_at is not None
        with board.transaction() as session:
            session.execute(update(User).values(closing_at=utc_now()))
        before = board.facts()
        browser().get("/questions/")
        own.worker.wait()
        assert board.facts() == before
        own.due_at -= INTERVAL_SECONDS
        browser().get("/questions/")
        own.worker.wait()
        assert board.users()[0].closing_at is None
    finally:
        own.due_at = float("inf")


def test_a_visitor_does_not_wait_for_it(app, browser, board, due_user, monkeypatch):
    may_go_on, stands = threading.Event(), threading.Event()
    write = account_closing.write_to_index

    def stand_still(session, post) -> None:
        stands.set()
        assert may_go_on.wait(timeout=30)
        write(session, post)

    monkeypatch.setattr(account_closing, "write_to_index", stand_still)
    own = app.registry["housekeeping"]
    own.due_at = 0
    try:
        assert browser().get("/questions/").status_int == 200
        assert stands.wait(timeout=30)
        # In the middle of it pages are read, and mails and the like are not held up.
        assert browser().get("/questions/").status_int == 200
        app.registry["background"].wait()
    finally:
        may_go_on.set()
        own.worker.wait()
        own.due_at = float("inf")
    assert board.users()[0].closing_at is None


def test_several_processes_at_once(board, housekeeping, keep_house, due_user):
    for _ in range(50):
        board.question(due_user)
    for _ in range(20):
        board.token(due_user)
    with board.transaction() as session:
        session.execute(update(UserSession).values(expires_at=utc_now()))
    housekeeping.look()
    keep_house()
    housekeeping.worker.wait()
    # One that finds an account under way leaves it to the other, and looks again later.
    assert board.users()[0].closing_at is None
    assert board.facts()["user_sessions"] == []


def test_what_fails_is_logged_and_keeps_nothing_else_from_being_done(
    board, keep_house, due_user, monkeypatch, caplog
):
    board.token(due_user)
    with board.transaction() as session:
        session.execute(text("UPDATE user_sessions SET expires_at = created_at"))

    def fail(*_arguments):
        raise RuntimeError("the power is out")

    monkeypatch.setattr(account_closing, "_close", fail)
    keep_house()
    assert "a job in the background failed" in caplog.text
    assert board.facts()["user_sessions"] == []
