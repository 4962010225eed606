"""Cheap database change counter.

Has anything been committed since? Two states that are equal show the same rows.

A state is asked for before the page that belongs to it begins to read. What is committed in between
is then in the page, and the next state is another one: the page is made again without need, but
never shown when it is no longer right.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

ANSWER_SECONDS = 3.0
"""How long a server may take to tell its state, which costs it nothing."""

RETRY_SECONDS = 1.0
"""How long a database that could not be asked is left alone; the pages ask it anyway."""

# The number changes when another connection, of this process or another, has committed; so this
# one must commit nothing itself. A page reads in one transaction, so all of it is of one state.
SQLITE_STATEMENT = "PRAGMA data_version"

# A snapshot says which transactions are over. One that has written has a number, and is either
# among those that are under way or at least as high as the upper end; when it commits, it leaves
# the first, or the end goes up. Numbers are never given again, so no snapshot comes back, and
# equal ones see the same rows. The queries of one page may see several states (READ COMMITTED):
# then something was committed after the first snapshot, and the next one differs. The snapshots of
# a server in recovery leave out what is under way; but all that happens there is to replay the log
# of another one, and how far it has come is said after the change can be seen.
POSTGRESQL_STATEMENT = (
    b"SELECT CASE WHEN pg_is_in_recovery() THEN 'replayed ' || pg_last_wal_replay_lsn()"
    b" ELSE pg_current_snapshot()::text END"
)
# Prepared, so that the server need not plan it each time.
POSTGRESQL_PREPARED_NAME = b"qaboard_database_state"


def ask_sqlite(connection) -> int:
    # All rows: a statement that is not at its end would keep a transaction open.
    ((version,),) = connection.execute(SQLITE_STATEMENT).fetchall()
    return version


class NoAnswerError(Exception):
    """A server keeps the connection and says nothing."""


def ask_postgresql(connection) -> bytes | None:
    # By libpq itself: with a cursor around it, it takes one and a half times as long.
    pgconn = connection.pgconn
    pgconn.send_query_prepared(POSTGRESQL_PREPARED_NAME, None)
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    deadline = time.monotonic() + ANSWER_SECONDS
    while pgconn.is_busy():
        if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
            raise NoAnswerError
        pgconn.consume_input()
    result = pgconn.get_result()
    while pgconn.get_result() is not None:
        pass
    if result is None or result.ntuples != 1:
        from psycopg import OperationalError  # PostgreSQL is an extra.

        raise OperationalError("no answer")
    return result.get_value(0, 0)


def is_silence(error: BaseException) -> bool:
    """Whether an error means that a server accepts connections and says nothing."""
    cause = getattr(error, "orig", error)
    return isinstance(cause, NoAnswerError) or type(cause).__name__ == "ConnectionTimeout"


class DatabaseState:
    """Asks for the state of a database, on a connection of its own that stays open.

    One connection for all threads, since the numbers of SQLite are those of a connection. It is
    opened when it is first needed, so a process that only forks has none, and closed when the
    engine is disposed of.

    ``is_silent`` is whether the server was found to hang; ``on_silence`` is called then.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ask: Callable[[Any], Hashable] = (
            ask_sqlite if engine.dialect.name == "sqlite" else ask_postgresql
        )
        self.connection: Any = None
        self.connection_number = 0
        self.not_before = 0.0
        self.begun_count = 0
        self.state: Hashable | None = None
        self.is_silent = False
        self.on_silence: Callable[[], None] = lambda: None
        self.lock = threading.Lock()
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def read(self) -> Hashable | None:
        """The state as of now, to be compared; ``None`` when there is no saying."""
        # Nobody waits for one that hangs; `server/watch.py` asks on.
        if self.is_silent:
            return None
        begun_before = self.begun_count
        with self.lock:
            if self.is_silent:
                return None
            # Else another thread has begun to ask while this one waited, so it knows.
            if self.begun_count == begun_before:
                self.begun_count += 1
                self.state = self._read()
            return self.state

    def probe(self) -> None:
        """Find out whether the server answers."""
        with self.lock:
            self.not_before = 0.0
            self._read()

    def _read(self) -> Hashable | None:
        """Ask; a connection that has broken is replaced, once."""
        for _attempt in range(1 if self.connection is None else 2):
            try:
                state = self._ask()
            except (SQLAlchemyError, self.engine.dialect.dbapi.Error, NoAnswerError) as error:
                log.info("the database does not tell its state: %s", type(error).__name__)
                self._drop()
                was_silent, self.is_silent = self.is_silent, is_silence(error)
                if self.is_silent:
                    if not was_silent:
                        self.on_silence()
                    break
            else:
                self.is_silent = False
                return state
        self.not_before = time.monotonic() + RETRY_SECONDS
        return None

    def _ask(self) -> Hashable | None:
        if self.connection is None:
            if time.monotonic() < self.not_before:
                return None
            self._open()
        state = self.ask(self.connection)
        return None if state is None else (self.connection_number, state)

    def _open(self) -> None:
        pooled = self.engine.raw_connection()
        self.connection = pooled.driver_connection
        pooled.detach()
        self.connection_number += 1
        if self.engine.dialect.name == "postgresql":
            # Each statement sees what is committed by then.
            self.connection.rollback()
            self.connection.autocommit = True
            self.connection.pgconn.prepare(POSTGRESQL_PREPARED_NAME, POSTGRESQL_STATEMENT)

    def _drop(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.close()
            except self.engine.dialect.dbapi.Error as error:
                log.info("a connection could not be closed: %s", error)

    def close(self) -> None:
        """Close the connection; the next question opens another one."""
        with self.lock:
            self._drop()
