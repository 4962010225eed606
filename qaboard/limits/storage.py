"""Storage of rate limits in the database, so that all processes of a board count together.

On PostgreSQL that is an unlogged table of the board's database, on SQLite a file beside the
board's, so that counting never waits for somebody who writes. Each count is a short transaction of
its own, which no request rolls back.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from limits.storage import MovingWindowSupport, Storage
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from qaboard.database.engine import make_engine, sqlite_file

FILE_SUFFIX = ".rate-limits"
BUSY_TIMEOUT_MILLISECONDS = 1000
KEY_BYTES = 16

metadata = MetaData()

hits = Table(
    "rate_limit_hits",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    # Names that were typed and network addresses are in it as a keyed hash only.
    Column("key", LargeBinary(KEY_BYTES), nullable=False),
    # Seconds since the epoch.
    Column("counted_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Index("ix_rate_limit_hits_key_counted_at", "key", "counted_at"),
    Index("ix_rate_limit_hits_expires_at", "expires_at"),
)


_CREATING = [
    str(statement.compile(dialect=sqlite.dialect()))
    for statement in (
        CreateTable(hits, if_not_exists=True),
        *(CreateIndex(index, if_not_exists=True) for index in hits.indexes),
    )
]


class DatabaseStorage(Storage, MovingWindowSupport):
    """A storage of the library `limits` for moving windows.

    :param engine: that of the board.
    :param secret: what makes the keys unreadable.
    """

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, secret: str) -> None:
        super().__init__(wrap_exceptions=True)
        self.secret = hashlib.sha256(secret.encode()).digest()
        file = sqlite_file(engine.url)
        if file is not None:
            url = engine.url.set(database=f"{file}{FILE_SUFFIX}")
            own_engine = make_engine(url)
            event.listen(own_engine, "connect", _configure_file)
            event.listen(engine, "engine_disposed", lambda _engine: own_engine.dispose())
            engine = own_engine
        self.engine = engine.execution_options(writes=True)

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        digest = self._digest(key)
        with self._counting(digest) as (connection, now):
            nth = connection.scalar(
                select(hits.c.counted_at)
                .where(hits.c.key == digest)
                .order_by(hits.c.counted_at.desc())
                .offset(limit - amount)
                .limit(1)
            )
            if amount > limit or (nth is not None and nth >= now - expiry):
                return False
            hit = {"key": digest, "counted_at": now, "expires_at": now + expiry}
            connection.execute(insert(hits), [hit] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        digest = self._digest(key)
        with self._counting(digest) as (connection, now):
            started_at, count = connection.execute(
                select(func.min(hits.c.counted_at), func.count()).where(
                    hits.c.key == digest, hits.c.counted_at >= now - expiry
                )
            ).one()
            return (now if started_at is None else started_at), count

    def clear(self, key: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(hits).where(hits.c.key == self._digest(key)))

    def reset(self) -> int:
        with self.engine.begin() as connection:
            return connection.execute(delete(hits)).rowcount

    def delete_expired(self) -> None:
        """Delete what counts no more."""
        with self.engine.begin() as connection:
            connection.execute(delete(hits).where(hits.c.expires_at < time.time()))

    def check(self) -> bool:
        with self.engine.begin() as connection:
            connection.execute(select(hits.c.id).limit(1))
        return True

    # The library declares these abstract; the moving window, our only strategy, never calls them.
    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    def _digest(self, key: str) -> bytes:
        text = key.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=KEY_BYTES, key=self.secret).digest()

    @contextmanager
    def _counting(self, digest: bytes) -> Iterator[tuple[Connection, float]]:
        """A transaction in which nobody else counts for a key, and the time of the database."""
        with self.engine.begin() as connection:
            if self.engine.dialect.name != "postgresql":
                # Its transaction has the only lock already.
                yield connection, time.time()
                return
            lock = int.from_bytes(digest[:8], signed=True)
            now = func.extract("epoch", func.clock_timestamp())
            yield (
                connection,
                float(connection.execute(select(func.pg_advisory_xact_lock(lock), now)).one()[1]),
            )


def _configure_file(connection, _record) -> None:
    # After a power failure all begin to count anew.
    connection.execute("PRAGMA synchronous = OFF").close()
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}").close()
    for statement in _CREATING:
        connection.execute(statement).close()
