"""The database of a request: engine, session, transaction, and what SQLite must be told."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import zope.sqlalchemy
from pyramid.request import Request
from pyramid.threadlocal import get_current_request
from pyramid_retry import mark_error_retryable
from pyramid_tm import explicit_manager
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

Result = TypeVar("Result")

TRANSACTION_ATTEMPTS = 5
RETRY_MAX_SECONDS = 0.2
"""How long what stood in another's way waits at most before it tries again."""

PAUSE_SECONDS = 0.1
"""How long others have their turn between the transactions of work that has many of them: whoever
waits for the lock of SQLite looks that often whether it is free."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SQLITE_BUSY_TIMEOUT_SECONDS = 10

READING_ENGINE = "qaboard.reading_engine"
"""The key of the WSGI environment with the engine that a request reads from which does not write,
where it is another one than the usual."""

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


def make_session(engine: Engine, *, writes: bool) -> Session:
    """A session whose transaction may write, or only reads."""
    return Session(engine.execution_options(writes=writes))


def run_transaction(engine: Engine, act: Callable[[Session], Result]) -> Result:
    """Run something in a transaction that writes, and again when another one was in its way.

    :param act: may be called several times; what it returns after the commit is returned.
    """
    for remaining in reversed(range(TRANSACTION_ATTEMPTS)):
        try:
            with make_session(engine, writes=True) as session, session.begin():
                return act(session)
        except (DBAPIError, StaleDataError) as error:
            if not remaining or not _is_in_the_way(error):
                raise
        time.sleep(secrets.SystemRandom().uniform(0, RETRY_MAX_SECONDS))
    raise AssertionError("the last attempt returns or raises")


def _is_in_the_way(error: Exception) -> bool:
    """Whether the same may succeed a moment later: after a deadlock, or a row that has changed."""
    # Class 40 of PostgreSQL's error codes: transaction rollback.
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return isinstance(error, (StaleDataError, IntegrityError)) or state.startswith("40")


def make_snapshot_session(engine: Engine) -> Session:
    """A session that only reads, and sees one state of the database however long it takes."""
    options = {"writes": False}
    # SQLite does so by itself.
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return Session(engine.execution_options(**options))


class ReadingSession(Session):
    """The session of a request that may not write."""


class WritingSession(Session):
    """The session of a request that may write: it only reads until `begin_writing` is called.

    So the request knows who is asking, has checked the form, hashed the password and rendered the
    text before it holds the write lock of SQLite, for which everybody else waits.
    """

    is_writing = False

    def begin_writing(self) -> None:
        """Begin the transaction that writes; what was read before is read anew when it is used.

        It takes the place of the one that only read.
        """
        if self.is_writing:
            return
        self._replace_transaction("BEGIN IMMEDIATE")
        self.is_writing = True

    def end_writing(self) -> None:
        """Take back what was written and let go of the write lock; the request only reads on.

        Its transaction is to be doomed.
        """
        if not self.is_writing:
            return
        for unwritten in [*self.new, *self.deleted]:
            self.expunge(unwritten)
        self._replace_transaction("BEGIN")
        self.is_writing = False

    def _replace_transaction(self, begin: str) -> None:
        # Below SQLAlchemy and zope.sqlalchemy: to them it is the transaction of the request.
        connection = self.connection()
        connection.exec_driver_sql("ROLLBACK")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(begin)
        self.expire_all()

    def check_writing(self) -> None:
        """:raises RuntimeError: when a view writes that has not begun to."""
        if not self.is_writing:
            raise RuntimeError("a view must call request.begin_writing() before it writes")


@event.listens_for(WritingSession, "before_flush")
def _check_flush(session: WritingSession, _context, _instances) -> None:
    session.check_writing()


@event.listens_for(WritingSession, "do_orm_execute")
def _check_statement(state) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.check_writing()


class _RequestTransaction:
    """The transaction manager of the request that a session belongs to: the current one."""

    def get(self):
        return get_current_request().tm.get()


# Once for all sessions of a kind: for each session anew it takes longer than a query.
for _session_class, _initial_state in ((ReadingSession, "active"), (WritingSession, "changed")):
    zope.sqlalchemy.register(
        _session_class,
        initial_state=_initial_state,
        transaction_manager=_RequestTransaction(),
    )


def make_request_session(request: Request) -> Session:
    """The session of a request, which commits and rolls back with the request's transaction.

    A request that may write joins as "changed", so that whatever is written is committed: by
    default zope.sqlalchemy rolls back what was written by Core statements (its issue 88).
    """
    engine = request.registry["reading_engine"]
    if request.method in SAFE_METHODS:
        session = ReadingSession(request.environ.get(READING_ENGINE, engine))
    else:
        session = WritingSession(engine)
    request.add_finished_callback(lambda _request: session.close())
    return session


def includeme(config) -> None:
    settings = config.registry["settings"]
    # The function itself, not its name, which would be looked up for each request.
    config.add_settings({"tm.manager_hook": explicit_manager, "tm.annotate_user": "false"})
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    engine = make_server_engine(settings.database_url, connections=settings.database_connections)
    config.registry["engine"] = engine
    # Made once; a request that writes begins like the others, by reading.
    config.registry["reading_engine"] = engine.execution_options(writes=False)
    config.add_request_method(make_request_session, "dbsession", reify=True)
