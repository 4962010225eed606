"""Engines for SQLite and PostgreSQL, and what each database must be told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pyramid_retry import mark_error_retryable
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import IntegrityError

SQLITE_BUSY_TIMEOUT_SECONDS = 10

SQLITE_CACHE_KIB = 512
"""What a connection keeps of the file; each thread has one, and the system keeps the file once."""

# A server that is gone without a word, as behind a cable that was pulled, is noticed so soon. What
# the URL says wins.
POSTGRESQL_PATIENCE = {
    "connect_timeout": "3",  # seconds
    "tcp_user_timeout": "5000",  # milliseconds
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}

# Of a server: what takes longer nobody waits for any more, and a transaction that a process has
# forgotten must not hold its locks for ever. Commands, which migrate and back up, have all the time
# they need.
POSTGRESQL_SERVER_TIMEOUTS = "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"

CONNECTIONS_MAX_COUNT = 5
"""Of commands; those of a server are set in its ini file."""


def make_server_engine(url: URL, *, connections: int) -> Engine:
    """The engine of a process that serves: on PostgreSQL no statement takes for ever.

    :param connections: as of `make_engine`.
    """
    if url.get_backend_name() != "sqlite":
        # What the URL says wins.
        options = f"{POSTGRESQL_SERVER_TIMEOUTS} {url.query.get('options', '')}".rstrip()
        url = url.update_query_dict({"options": options})
    return make_engine(url, connections=connections)


def make_engine(url: URL, *, connections: int = CONNECTIONS_MAX_COUNT) -> Engine:
    """An engine with the manners of the board. Its errors, and so the log, show no values.

    On SQLite a transaction begins when SQLAlchemy says so (the driver would begin it before the
    first write only, and reads before it would see another state), and a connection with the
    execution option ``writes`` takes the write lock at once, so that it never has to give up
    half way because another one wrote in between.

    :param connections: how many there are at most, to PostgreSQL, which has a process for each.
    """
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url.set(query=POSTGRESQL_PATIENCE | dict(url.query)),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=connections,
            max_overflow=0,
        )
    else:
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
            pool_reset_on_return=None,
        )
        event.listen(engine, "reset", _reset_sqlite)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _judge_error)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{SQLITE_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _reset_sqlite(connection: sqlite3.Connection, _record, _reset_state) -> None:
    """Leave nothing open in a connection that is given back.

    Mostly nothing is, and to roll back all the same would let other threads in once more.
    """
    if connection.in_transaction:
        connection.rollback()


def _begin_sqlite(connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # It waits for nobody and cannot fail, so there is no error to be judged.
        connection.connection.driver_connection.execute("BEGIN").close()


def _judge_error(context) -> None:
    _leave_values_out(context)
    # A connection that was opened while the file could only be read stays so; the next is not.
    if "readonly database" in str(context.original_exception):
        context.is_disconnect = True
    # Two requests that insert the same thing at once: the second one runs again, sees the row of
    # the first, and says so politely.
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        mark_error_retryable(context.sqlalchemy_exception)


def _leave_values_out(context) -> None:
    """Have the error of a PostgreSQL server say its first line only.

    The lines after it quote the key or the whole row that was refused, in whatever language the
    server speaks; they would be in the log.
    """
    original, error = context.original_exception, context.sqlalchemy_exception
    message = getattr(getattr(original, "diag", None), "message_primary", None)
    if message and error is not None:
        original.args = (message,)
        kind = type(original)
        error.args = (f"({kind.__module__}.{kind.__name__}) {message}", *error.args[1:])


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database; ``None`` for one in memory and for other databases."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return None if url.database.startswith("file:") else Path(url.database)
