"""The log of what was done to accounts: complete, readable, and not to be changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, event, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from qaboard.http.client import Client
from qaboard.models import EventKind, Role, SecurityEvent, User, utc_now
from qaboard.services.accounts.security_event import record_event
from qaboard.services.moderation.purge import purge, undo_purge
from qaboard.services.moderation.user_management import (
    OPERATOR,
    Actor,
    change_role,
    suspend,
)


@pytest.fixture
def admin(board):
    return board.user("boss", Role.ADMIN)


@pytest.fixture
def acts(board, admin):
    """A user to whom several things were done.

    The log is never emptied, not between tests either, so a test looks at its own account.
    """
    user = board.user("somebody")
    actor = Actor(admin.id, Role.ADMIN, Client("192.0.2.0/24", "Mozilla/5.0"))
    with board.transaction() as session:
        suspend(
            session,
            user.id,
            until=utc_now() + timedelta(days=7),
            reason="<b>Only</b> links",
            actor=actor,
        )
        change_role(session, user.id, Role.MODERATOR, actor=OPERATOR)
    purge(board.engine, user.id, actor=actor)
    undo_purge(board.engine, user.id, actor=actor)
    return user


def rows(page) -> list[str]:
    return [
        " ".join(row.get_text(" ").split())
        for row in page.html.select("main .plain-list .plain-row")
    ]


def test_an_admin_reads_who_did_what_to_whom_when_from_where_and_why(browser, acts, admin):
    page = browser(admin).get("/users/").click("^Moderation log$")
    assert "somebody" in page
    page = browser(admin).get("/users/log", {"user": acts.id})
    undone, purged, role, suspension = rows(page)
    assert "somebody : Spam deletion undone (posts: 0)" in undone
    assert "All posts deleted as spam (posts: 0)" in purged
    assert "somebody : Role changed to moderator" in role
    assert "by server administrator (command line)" in role
    assert "from" not in role
    assert "somebody : Suspended · until" in suspension
    assert "Reason: <b>Only</b> links" in suspension
    assert "by boss" in suspension
    assert "from 192.0.2.0/24" in suspension
    assert page.html.select_one("main time")["datetime"].startswith(f"{utc_now():%Y-%m-%d}")


def test_it_is_narrowed_to_what_one_user_did(browser, board, acts, admin):
    other = board.user("another-boss", Role.ADMIN)
    with board.transaction() as session:
        change_role(session, acts.id, Role.MEMBER, actor=Actor(other.id, Role.ADMIN))
    page = browser(admin).get("/users/log", {"user": other.id})
    assert len(rows(page)) == 1
    assert "by another-boss" in rows(page)[0]
    page = page.click("^Show everything$")
    assert len(rows(page)) >= 5


@pytest.mark.parametrize("query", ["user=x", "user=01", "user=1&user=1", "user=", "page=x"])
def test_what_is_no_id_is_not_found(browser, admin, query):
    browser(admin).get(f"/users/log?{query}", status=404)


def test_what_people_do_to_their_own_account_is_not_in_it(browser, board, acts, admin):
    with board.transaction() as session:
        record_event(session, EventKind.PASSWORD_CHANGE, user_id=acts.id, actor_id=acts.id)
    assert len(rows(browser(admin).get("/users/log", {"user": acts.id}))) == 4


@pytest.mark.parametrize("kind", EventKind)
def test_an_entry_without_details_is_told_too(browser, board, admin, kind):
    user = board.user()
    with board.transaction() as session:
        record_event(session, kind, user_id=user.id, actor_id=None, is_administrative=True)
    assert len(rows(browser(admin).get("/users/log", {"user": user.id}))) == 1
    assert len(rows(browser(admin).get(f"/users/{user.id}/manage"))) == 1


def test_it_outlives_the_account_it_tells_of(browser, board, acts, admin):
    # Nothing deletes an account; this is what a hand in the database would do.
    with board.transaction() as session:
        session.execute(delete(User).where(User.id == acts.id))
    page = browser(admin).get("/users/log", {"user": acts.id})
    assert rows(page)[0].startswith(f"account {acts.id}:")


def test_it_has_pages(browser, board, admin):
    user = board.user("somebody")
    with board.transaction() as session:
        for _ in range(21):
            record_event(
                session,
                EventKind.SESSION_END,
                user_id=user.id,
                actor_id=admin.id,
                is_administrative=True,
            )
    page = browser(admin).get("/users/log", {"user": user.id})
    assert "21 entries" in page
    page = page.click("^Next$")
    assert len(rows(page)) == 1
    browser(admin).get("/users/log", {"user": user.id, "page": "3"}, status=404)


class TestAppendOnly:
    """Against the database itself, as somebody with its password would try."""

    def attempt(self, board, statement) -> None:
        before = board.facts()["security_events"]
        with pytest.raises(DBAPIError, match="event"), board.transaction() as session:
            session.execute(statement)
        assert board.facts()["security_events"] == before
        assert before

    @pytest.fixture
    def is_sqlite(self, app) -> bool:
        return app.registry["engine"].dialect.name == "sqlite"

    def test_an_entry_is_not_deleted(self, board, acts):
        statement = text("DELETE FROM security_events WHERE user_id = :id")
        self.attempt(board, statement.bindparams(id=acts.id))

    def test_the_table_is_not_emptied(self, board, acts, is_sqlite):
        self.attempt(board, text("DELETE FROM security_events"))
        if not is_sqlite:
            self.attempt(board, text("TRUNCATE security_events"))

    @pytest.mark.parametrize(
        "change",
        [
            "kind = 'login'",
            "actor_id = NULL",
            "user_id = user_id + 1",
            "created_at = '2001-01-01 00:00:00'",
            "is_administrative = (1 = 0)",
            "details = '{}'",
            "address = NULL",
            "id = id + 1000000",
        ],
    )
    def test_no_column_of_an_entry_is_changed(self, board, acts, change):
        statement = text(f"UPDATE security_events SET {change} WHERE user_id = :id")  # noqa: S608 - the changes above
        self.attempt(board, statement.bindparams(id=acts.id))

    def test_it_is_not_replaced(self, board, acts, is_sqlite):
        values = {
            "id": min(row[0] for row in board.facts()["security_events"] if row[3] == acts.id),
            "kind": EventKind.LOGIN,
            "user_id": acts.id,
            "is_administrative": False,
            "details": {},
        }
        if is_sqlite:
            self.attempt(board, insert(SecurityEvent).values(values).prefix_with("OR REPLACE"))
        upsert = (sqlite if is_sqlite else postgresql).insert(SecurityEvent).values(values)
        self.attempt(
            board,
            upsert.on_conflict_do_update(
                index_elements=["id"], set_={"kind": upsert.excluded.kind}
            ),
        )

    def test_not_even_through_the_models(self, board, acts):
        self.attempt(
            board,
            update(SecurityEvent).where(SecurityEvent.user_id == acts.id).values(kind="login"),
        )

    def test_ones_own_activity_is_not_changed_but_forgotten(self, board, acts):
        with board.transaction() as session:
            record_event(session, EventKind.LOGIN, user_id=acts.id, actor_id=acts.id)
        own = (SecurityEvent.user_id == acts.id, SecurityEvent.kind == EventKind.LOGIN)
        self.attempt(board, update(SecurityEvent).where(*own).values(kind="logout"))
        with board.transaction() as session:
            assert session.execute(delete(SecurityEvent).where(*own)).rowcount == 1


def test_it_is_read_from_its_index(app, board, browser, admin):
    """Its entries are few among all events, so the rest is not looked through."""
    user = board.user()
    with board.transaction() as session:
        session.execute(
            insert(SecurityEvent),
            [
                {
                    "kind": EventKind.LOGIN,
                    "user_id": user.id,
                    "is_administrative": False,
                    "details": {},
                }
                for _ in range(500)
            ],
        )
    engine = app.registry["engine"]
    listings = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        if "security_events" in statement:
            listings.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    browser(admin).get("/users/log")
    event.remove(engine, "before_cursor_execute", note)
    assert len(listings) == 2
    with engine.connect() as connection:
        for statement, parameters in listings:
            if engine.dialect.name == "sqlite":
                explained = f"EXPLAIN QUERY PLAN {statement}"
            else:
                # A table of a few rows is scanned, unless that is said to cost much.
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                connection.exec_driver_sql("SET LOCAL enable_sort = off")
                explained = f"EXPLAIN {statement}"
            plan = connection.exec_driver_sql(explained, parameters).all()
            assert "ix_security_events_administrative" in str(plan), plan
