"""Forgetting what is of no use any more: logins, single-use tokens, old activity and drafts."""

from __future__ import annotations

from datetime import timedelta
from operator import methodcaller

from sqlalchemy import ColumnElement, Engine, delete, not_, or_, select

from qaboard.database.transaction import make_session, run_transaction
from qaboard.models import (
    CLOCK_TOLERANCE,
    Draft,
    SecurityEvent,
    SingleUseToken,
    UserSession,
    utc_now,
    was_recent,
)

BATCH_SIZE = 500
"""How many rows one transaction deletes."""


def forget_expired(engine: Engine, *, session_idle: timedelta, activity: timedelta) -> None:
    """Delete what has expired; what was done to others by virtue of a role is kept.

    :param session_idle: how long a login that nobody uses is kept.
    :param activity: how long the activity of an account is kept.
    """
    now = utc_now()
    is_unused = not_(was_recent(UserSession.last_used_at, now, session_idle))
    _delete(engine, UserSession, or_(UserSession.expires_at <= now, is_unused))
    is_of_the_future = SingleUseToken.created_at > now + CLOCK_TOLERANCE
    _delete(engine, SingleUseToken, or_(SingleUseToken.expires_at <= now, is_of_the_future))
    is_old = SecurityEvent.created_at < now - activity
    _delete(engine, SecurityEvent, is_old & SecurityEvent.is_administrative.is_(False))
    _delete(engine, Draft, Draft.updated_at < now - Draft.KEPT_FOR)


def _delete(engine: Engine, model, condition: ColumnElement[bool]) -> None:
    """Delete rows, a few at a time. Looking for them takes no lock: mostly there are none."""
    while True:
        with make_session(engine, writes=False) as session:
            ids = session.scalars(select(model.id).where(condition).limit(BATCH_SIZE)).all()
        if not ids:
            return
        # The condition once more: a login may have been used meanwhile.
        expired = delete(model).where(model.id.in_(ids), condition)
        run_transaction(engine, methodcaller("execute", expired))
