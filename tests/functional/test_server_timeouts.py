"""The patience of PostgreSQL with a process that serves, and with commands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgresql import private_server
from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from qaboard.database.engine import make_engine, make_server_engine
from qaboard.settings import load_database_url

NAMES = ("statement_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture(scope="module")
def url() -> Iterator[URL]:
    with private_server() as address:
        yield load_database_url({}, {"QABOARD_DATABASE_URL": address})


def timeouts(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [connection.scalar(text(f"SHOW {name}")) for name in NAMES]


def test_a_server_has_limits_and_a_command_has_none(url):
    for engine, expected in (
        (make_server_engine(url, connections=1), ["30s", "1min"]),
        (make_engine(url), ["0", "0"]),
    ):
        assert timeouts(engine) == expected
        engine.dispose()


def test_a_statement_that_waits_for_ever_is_given_up_and_the_next_one_is_done(url):
    # What the URL says wins.
    impatient = url.update_query_dict({"options": "-c statement_timeout=200ms"})
    engine, other = make_server_engine(impatient, connections=1), make_engine(url)
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE notes (id integer)"))
        with pytest.raises(OperationalError, match="statement timeout"), engine.begin() as waiting:
            waiting.execute(text("SELECT pg_sleep(60)"))
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM notes")) == 0
    engine.dispose()
    other.dispose()


def test_a_transaction_that_is_left_open_loses_its_locks(url):
    forgetful = url.update_query_dict({"options": "-c idle_in_transaction_session_timeout=200ms"})
    engine, other = make_server_engine(forgetful, connections=1), make_engine(url)
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE locks (id integer)"))
    forgotten = engine.connect()
    forgotten.execute(text("LOCK TABLE locks"))
    # It would wait until the test is given up.
    with other.begin() as connection:
        connection.execute(text("INSERT INTO locks VALUES (1)"))
    with pytest.raises(DBAPIError):
        forgotten.execute(text("SELECT 1"))
    forgotten.close()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM locks")) == 1
    engine.dispose()
    other.dispose()
