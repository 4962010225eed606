"""Sessions and transactions outside of requests, with retries after a conflict."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
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
