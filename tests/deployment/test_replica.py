"""Visitors' pages are read from a streaming replica, unless it is far behind or away."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from sqlalchemy import event
from standby import standby_of
from waiting import wait_until

from qaboard.monitoring import readiness


@pytest.fixture(scope="module")
def standby(migrated_database, database_url):
    with standby_of(database_url) as server:
        yield server


@pytest.fixture
def make_replicated(make_app):
    """Makes an application that has a replica; what it shows may be two seconds old."""
    made = []

    def make(url: str, kept_pages_mib: int = 0):
        settings = {
            "sqlalchemy.replica_url": url,
            "sqlalchemy.replica_maximum_lag_seconds": "2",
            "qaboard.kept_pages_mib": str(kept_pages_mib),
        }
        made.append(make_app(settings))
        return made[-1]

    yield make
    for application in made:
        application.registry["replica"].engine.dispose()


@pytest.fixture
def replicated(standby, make_replicated):
    """An application that has the replica and keeps no pages."""
    return make_replicated(standby.url)


@pytest.fixture
def read(replicated, browser):
    """Asks it for a page, and says which of the servers it was read from."""
    return reader(replicated, browser)


def reader(application, browser) -> Callable:
    read_from: list[str] = []
    engines = {
        "primary": application.registry["engine"],
        "replica": application.registry["replica"].engine,
    }
    for name, engine in engines.items():

        def note(_connection, _cursor, statement, *_rest, name=name) -> None:
            if "FROM posts" in statement or "list_segments" in statement:
                read_from.append(name)

        event.listen(engine, "before_cursor_execute", note)

    def read_page(client=None, path: str = "/questions/"):
        read_from.clear()
        page = (client or browser(of=application)).get(path, expect_errors=True)
        return page, set(read_from)

    return read_page


def eventually(is_so: Callable[[], object]) -> None:
    wait_until(is_so, "it does not come true")


@contextlib.contextmanager
def standing_still(standby):
    """A replica that receives but shows nothing of it."""
    standby.execute("SELECT pg_wal_replay_pause()")
    eventually(lambda: standby.execute("SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        standby.execute("SELECT pg_wal_replay_resume()")


def test_visitors_read_from_the_replica_and_members_from_the_primary(
    replicated, board, browser, read
):
    asked = board.question(title="About coffee")
    eventually(lambda: read()[1] == {"replica"})
    eventually(lambda: "About coffee" in read()[0])
    assert read(path=f"/questions/{asked.id}/")[1] == {"replica"}
    assert read(path="/questions/?q=coffee")[1] == {"replica"}
    member = browser(board.user(), of=replicated)
    assert read(member)[1] == {"primary"}


def test_monitoring_is_told_whether_the_replica_is_read(
    standby, replicated, board, browser, monkeypatch
):
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)

    def state() -> str:
        page = browser(of=replicated).get("/readyz", extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        return page.json["parts"]["replica"]["state"]

    eventually(lambda: state() == "ok")
    with standing_still(standby):
        board.question()
        # The board is ready all the same.
        eventually(lambda: state() == "degraded")
    eventually(lambda: state() == "ok")


def test_everybody_sees_what_they_have_written(standby, replicated, board, browser, read):
    eventually(lambda: read()[1] == {"replica"})
    client = browser(board.user(), of=replicated)
    with standing_still(standby):
        form = client.get("/questions/ask").forms["ask"]
        form["title"], form["body"] = "About tea", "Which leaves?"
        assert "About tea" in form.submit("submit").follow()
        assert "About tea" in read(client)[0]
        # Also when they are no member any more.
        logout = next(f for f in client.get("/questions/").forms.values() if f.action == "/logout")
        logout.submit()
        page, servers = read(client)
        assert ("About tea" in page, servers) == (True, {"primary"})
        assert "Log in" in page
    eventually(lambda: "About tea" in read()[0])


def test_what_the_replica_does_not_have_yet_is_read_from_the_primary(
    standby, replicated, board, browser, read
):
    first = board.question(title="About coffee")
    eventually(lambda: read()[1] == {"replica"} and "About coffee" in read()[0])
    with standing_still(standby):
        author = board.user("newcomer")
        asked = board.question(author, title="About juice")
        answer = board.answer(first, author)
        for _ in range(20):
            board.question(author)
        for path, found in (
            (f"/questions/{asked.id}/", "About juice"),
            (f"/users/{author.id}/", "newcomer"),
            ("/questions/?page=2", "About coffee"),
        ):
            page, servers = read(path=path)
            assert (page.status_int, found in page) == (200, True), path
            assert "primary" in servers
        page, _servers = read(path=f"/questions/{first.id}/answers/{answer.id}/")
        assert page.status_int == 303
        # What is nowhere is not there.
        assert read(path="/questions/999999/")[0].status_int == 404


def test_a_replica_that_is_too_far_behind_is_left_alone(standby, replicated, board, read):
    eventually(lambda: read()[1] == {"replica"})
    with standing_still(standby):
        board.question(title="About water")
        # What visitors see is at most so old as the setting says, then it is the newest.
        eventually(lambda: "About water" in read()[0])
        assert read()[1] == {"primary"}
    eventually(lambda: read()[1] == {"replica"})
    assert "About water" in read()[0]


def test_a_replica_that_is_stopped_is_missed_by_nobody(standby, replicated, board, read):
    board.question(title="About milk")
    eventually(lambda: read()[1] == {"replica"} and "About milk" in read()[0])
    standby.stop()
    page, servers = read()
    assert (page.status_int, servers) == (200, {"primary"})
    assert "About milk" in page
    standby.start()
    eventually(lambda: read()[1] == {"replica"})


def test_pages_are_kept_until_the_replica_changes(standby, board, browser, make_replicated):
    read = reader(make_replicated(standby.url, kept_pages_mib=8), browser)
    board.question(title="About sugar")
    eventually(lambda: read()[1] == {"replica"} and "About sugar" in read()[0])
    eventually(lambda: read()[1] == set())
    with standing_still(standby):
        board.question(title="About honey")
        page, servers = read()
        assert ("About honey" in page, servers <= {"replica"}) == (False, True)
    eventually(lambda: "About honey" in read()[0])


def test_a_replica_that_became_a_primary_is_not_read(board, browser, make_replicated, database_url):
    with standby_of(database_url) as other:
        read = reader(make_replicated(other.url), browser)
        eventually(lambda: read()[1] == {"replica"})
        other.promote()
        board.question(title="About salt")
        eventually(lambda: read()[1] == {"primary"})
        assert "About salt" in read()[0]
