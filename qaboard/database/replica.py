"""A streaming replica of the PostgreSQL server, from which the pages of visitors are read.

Whoever has a cookie of the site reads from the primary, so everybody sees at once what they have
written themselves; also after they have logged out, since the cookie of the session stays. Visitors
read from the replica while it is not far behind, and from the primary while it is, or is away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from datetime import timedelta

from pyramid_retry import BeforeRetry, mark_error_retryable
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from qaboard.database.change_counter import DatabaseState
from qaboard.database.engine import make_server_engine
from qaboard.database.session import READING_ENGINE

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
"""How often it is looked at; while nobody asks for a page, not at all."""

RETRY_SECONDS = 5.0
"""How long it is left alone after it could not be reached."""

PRIMARY_POSITION = text("SELECT pg_current_wal_lsn()::text")
# A server that is not in recovery has become a primary, which goes its own way.
REPLICA_IS_THERE = text(
    "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn)"
)


class Replica:
    """Reads of a replica, and whether it may be read from.

    :param primary: the server whose changes it follows.
    :param engine: the replica's own.
    :param maximum_lag: how old the state of the database that it shows may be.
    """

    def __init__(self, primary: Engine, engine: Engine, maximum_lag: timedelta) -> None:
        self.primary = primary
        self.engine = engine
        self.maximum_lag_seconds = maximum_lag.total_seconds()
        self.reading_engine = engine.execution_options(writes=False)
        self.state = DatabaseState(engine)
        # Where the primary was in its log, and when; the newest come last.
        self.positions: deque[tuple[float, str]] = deque()
        self.may_be_read = False
        self.look_at = 0.0
        self.lock = threading.Lock()
        event.listen(engine, "handle_error", self._judge_error)

    def is_usable(self) -> bool:
        """Whether it may be read from; looks at it when the last time is a second ago."""
        # Others go on with what was found the last time.
        if time.monotonic() >= self.look_at and self.lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self.lock.release()
        return self.may_be_read

    def _look(self) -> None:
        may_be_read, pause = self.may_be_read, CHECK_SECONDS
        try:
            self._note_position()
        except SQLAlchemyError as error:
            # What the replica has is the best there is.
            log.info("the primary cannot be asked: %s", type(error).__name__)
        try:
            may_be_read = self._is_near() if self.positions else may_be_read
        except SQLAlchemyError as error:
            log.warning("the replica cannot be asked: %s", type(error).__name__)
            may_be_read, pause = False, RETRY_SECONDS
        self._decide(may_be_read, pause)

    def _decide(self, may_be_read: bool, pause_seconds: float) -> None:
        if may_be_read != self.may_be_read:
            log.warning("visitors read from the %s", "replica" if may_be_read else "primary")
        self.may_be_read = may_be_read
        self.look_at = time.monotonic() + pause_seconds

    def _note_position(self) -> None:
        began_at = time.monotonic()
        with self.primary.connect() as connection:
            self.positions.append((began_at, connection.scalar(PRIMARY_POSITION)))
        while self.positions[0][0] < began_at - self.maximum_lag_seconds:
            self.positions.popleft()

    def _is_near(self) -> bool:
        """Whether it has come to where the primary was within the time it may be behind."""
        _noted_at, position = self.positions[0]
        with self.engine.connect() as connection:
            return bool(connection.scalar(REPLICA_IS_THERE, {"position": position}))

    def _judge_error(self, context) -> None:
        """Have a page that could not be read be made again, from the primary."""
        if context.sqlalchemy_exception is not None:
            mark_error_retryable(context.sqlalchemy_exception)
        # A query may also be cancelled, since the row it reads is to be removed.
        if context.connection is None or context.is_disconnect:
            self._decide(False, RETRY_SECONDS)


def read_primary(retry: BeforeRetry) -> None:
    """What could not be read is read from the primary the next time."""
    retry.environ.pop(READING_ENGINE, None)


def includeme(config) -> None:
    settings, registry = config.registry["settings"], config.registry
    registry["replica"] = None
    if settings.replica_url is not None:
        registry["replica"] = Replica(
            registry["engine"],
            make_server_engine(settings.replica_url, connections=settings.database_connections),
            timedelta(seconds=settings.replica_maximum_lag_seconds),
        )
        config.add_subscriber(read_primary, BeforeRetry)
