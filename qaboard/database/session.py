"""The database session of a request, in the transaction of pyramid_tm."""

from __future__ import annotations

import zope.sqlalchemy
from pyramid.request import Request
from pyramid.threadlocal import get_current_request
from pyramid_tm import explicit_manager
from sqlalchemy import event
from sqlalchemy.orm import Session

from qaboard.database.engine import make_server_engine

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

READING_ENGINE = "qaboard.reading_engine"
"""The key of the WSGI environment with the engine that a request reads from which does not write,
where it is another one than the usual."""


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
