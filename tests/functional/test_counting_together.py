"""As shipped, all processes count together; no clock and no repeated attempt makes it more."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from factories import PASSWORD
from limits import parse
from pyramid_retry import RetryableException
from sqlalchemy import func, select, text, update
from test_rate_limits import wait_for_redis

from qaboard.limits.storage import FILE_SUFFIX, hits
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.board import question as question_views

YEAR_SECONDS = 365 * 24 * 60 * 60
TOGETHER = {"rate_limits.storage": "database"}


@pytest.fixture
def make_counting(make_app):
    """Makes applications that count in the database, from nothing."""
    made = []

    def make(**changes: str):
        made.append(make_app(TOGETHER | changes))
        return made[-1]

    yield make
    made[0].registry["rate_limiter"].reset()


def storage_of(application):
    return application.registry["rate_limiter"].storage


def wrong_password(client, name: str = "alex") -> int:
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = name, "a wrong password"
    return form.submit("submit", expect_errors=True).status_int


def test_wrong_passwords_are_counted_for_all_processes(make_counting, browser, board):
    board.user("alex")
    clients = [browser(of=make_counting()) for _ in range(2)]
    for attempt in range(10):
        assert wrong_password(clients[attempt % 2]) == 400
    # The limit is ten for a name.
    assert [wrong_password(client) for client in clients] == [429, 429]
    # A right password is not looked at any more, and somebody else is not stopped.
    assert wrong_password(clients[0], "sam") == 400


def test_a_right_password_begins_anew_for_all(make_counting, browser, board):
    board.user("alex")
    first, second = (browser(of=make_counting()) for _ in range(2))
    for _ in range(9):
        assert wrong_password(first) == 400
    form = second.get("/login").forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    form.submit("submit", status=303)
    for _ in range(10):
        assert wrong_password(first) == 400
    assert wrong_password(first) == 429


def test_at_once_no_more_pass_than_the_limit_says(make_counting, board):
    limiters = [make_counting().registry["rate_limiter"] for _ in range(2)]
    with ThreadPoolExecutor(16) as pool:
        waits = list(
            pool.map(
                lambda n: limiters[n % 2].seconds_to_wait(RateLimit.SECOND_FACTOR, "7"), range(40)
            )
        )
    assert waits.count(0) == 10
    assert all(0 < wait <= 15 * 60 for wait in waits if wait)


def test_names_and_addresses_are_not_readable(make_counting, browser, board):
    application = make_counting()
    wrong_password(browser(of=application), "a-name-nobody-has")
    with storage_of(application).engine.begin() as connection:
        rows = connection.execute(select(hits)).all()
    # The address, the name as it was typed, and the account that it might be.
    assert len(rows) == 3
    assert "nobody" not in repr(rows)
    assert "127.0.0.1" not in repr(rows)


def test_what_is_over_is_deleted(make_counting, browser, board):
    application = make_counting()
    engine = storage_of(application).engine

    def count() -> int:
        with engine.begin() as connection:
            return connection.scalar(select(func.count()).select_from(hits))

    wrong_password(browser(of=application))
    kept = count()
    with engine.begin() as connection:
        connection.execute(update(hits).values(expires_at=time.time() - 1))
    wrong_password(browser(of=application), "sam")
    housekeeping = application.registry["housekeeping"]
    housekeeping.due_at = 0
    housekeeping.look()
    housekeeping.worker.wait()
    assert count() == kept == 3


@pytest.mark.parametrize("storage", ["memory://", "database", "redis"])
def test_a_clock_that_is_set_back_locks_nobody_out(
    make_app, board, monkeypatch, storage, redis_server
):
    if storage == "redis":
        storage = f"redis://127.0.0.1:{redis_server[0]}"
    application = make_app({"rate_limits.storage": storage})
    wait_for_redis(application.registry["rate_limiter"])
    limiter = application.registry["rate_limiter"]
    ahead = time.time() + YEAR_SECONDS
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: ahead)
        for _ in range(10):
            assert limiter.seconds_to_wait(RateLimit.SECOND_FACTOR, "7") == 0
        assert limiter.seconds_to_wait(RateLimit.SECOND_FACTOR, "7") > 0
    if storage == "database":
        # PostgreSQL has a clock of its own.
        with limiter.storage.engine.begin() as connection:
            connection.execute(update(hits).values(counted_at=ahead))
    assert limiter.seconds_to_wait(RateLimit.SECOND_FACTOR, "7") == 0
    for _ in range(10):
        waited = limiter.seconds_to_wait(RateLimit.SECOND_FACTOR, "7")
    assert 0 < waited <= 15 * 60
    limiter.reset()


@pytest.mark.parametrize("shift", [-30, 30])
def test_clocks_that_differ_a_little_count_all_the_same(make_app, board, monkeypatch, shift):
    limiter = make_app({}).registry["rate_limiter"]
    for _ in range(10):
        assert limiter.seconds_to_wait(RateLimit.SECOND_FACTOR, "7") == 0
    other = time.time() + shift
    monkeypatch.setattr(time, "time", lambda: other)
    assert 0 < limiter.seconds_to_wait(RateLimit.SECOND_FACTOR, "7") <= 15 * 60


def test_an_attempt_that_is_repeated_is_counted_once(app, browser, board, monkeypatch):
    rates = app.registry["rate_limiter"].rates
    monkeypatch.setitem(rates, RateLimit.ASK, parse("2 per minute"))
    attempts = []
    ask = question_views.ask

    def collide(*arguments, **options):
        attempts.append(True)
        if len(attempts) % 3:
            raise RetryableException
        return ask(*arguments, **options)

    monkeypatch.setattr(question_views, "ask", collide)
    client = browser(board.user())
    for status in (303, 303, 429):
        form = client.get("/questions/ask").forms["ask"]
        form["title"], form["body"] = "My title", "My text"
        form.submit("submit", status=status)
    assert len(attempts) == 6


def test_counters_that_are_broken_leave_each_process_by_itself(
    make_counting, browser, board, database_url, caplog
):
    application = make_counting()
    if database_url.startswith("sqlite"):
        path = database_url.removeprefix("sqlite:///") + FILE_SUFFIX
        storage_of(application).engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            with open(path + suffix, "wb") as file:
                file.write(b"no database" * 1000)
    else:
        with storage_of(application).engine.begin() as connection:
            connection.execute(text("ALTER TABLE rate_limit_hits RENAME TO elsewhere"))
    try:
        client = browser(of=application)
        assert [wrong_password(client) for _ in range(11)] == [400] * 10 + [429]
        assert "this process counts by itself" in caplog.text
        page = client.get("/readyz", extra_environ={"REMOTE_ADDR": "127.0.0.1"}, expect_errors=True)
        assert page.json["parts"]["rate_limits"]["state"] == "failing"
    finally:
        if database_url.startswith("sqlite"):
            for suffix in ("", "-wal", "-shm"):
                Path(path + suffix).unlink(missing_ok=True)
        else:
            with storage_of(application).engine.begin() as connection:
                connection.execute(text("ALTER TABLE elsewhere RENAME TO rate_limit_hits"))


def test_monitoring_is_told_who_counts(make_counting, make_app, browser, board):
    for application, detail in (
        (make_counting(), "all processes count together"),
        (make_app({}), "each process counts by itself"),
    ):
        page = browser(of=application).get("/readyz", extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        assert page.json["parts"]["rate_limits"] == {"state": "ok", "detail": detail}
