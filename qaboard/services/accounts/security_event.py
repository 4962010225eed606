"""Writing down what happens to accounts: for the user, for the admins, and in the log."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from qaboard.http.client import Client
from qaboard.models import EventKind, SecurityEvent

log = logging.getLogger("qaboard.security")

UNLOGGED = "qaboard.unlogged_events"
"""The key of a session's ``info`` with the events that the log tells after the commit."""

EVENTS_MAX_COUNT = 50
"""How many events of an account are shown."""

NO_CLIENT = Client()
"""Of what an operator does on the command line, or the server by itself."""


def record_event(
    session: Session,
    kind: EventKind,
    *,
    user_id: int,
    actor_id: int | None,
    client: Client = NO_CLIENT,
    is_administrative: bool = False,
    **details: Any,
) -> None:
    """Write down that something happened to an account, in the caller's transaction.

    The log says so after the commit, since before it nothing has happened.

    :param user_id: whose account it is.
    :param actor_id: who did it; ``None`` for an operator and for one who is not logged in.
    :param is_administrative: whether it was done to somebody else's account by virtue of a role.
    :param details: values to tell it with, fit for JSON; no passwords, tokens or mail addresses.
    """
    session.add(
        SecurityEvent(
            kind=kind,
            user_id=user_id,
            actor_id=actor_id,
            is_administrative=is_administrative,
            details=details,
            address=client.address,
            user_agent=client.user_agent,
        )
    )
    session.info.setdefault(UNLOGGED, []).append(
        partial(log_event, kind, user_id=user_id, actor_id=actor_id, client=client, **details)
    )


@event.listens_for(Session, "after_commit")
def _log_events(session: Session) -> None:
    if not session.in_nested_transaction():
        for log_one in session.info.pop(UNLOGGED, ()):
            log_one()


@event.listens_for(Session, "after_rollback")
def _forget_events(session: Session) -> None:
    session.info.pop(UNLOGGED, None)


def log_event(
    kind: EventKind,
    *,
    user_id: int | None,
    actor_id: int | None = None,
    client: Client = NO_CLIENT,
    **details: Any,
) -> None:
    """Say in the log at once what happened: of what is refused, and belongs to no account, this is
    all there is."""
    # Values that people typed go through repr, so that no line of the log can be forged.
    told = "".join(f" {name}={value!r}" for name, value in details.items())
    log.info(
        "%s user=%s actor=%s address=%s%s", kind, user_id, actor_id, client.address or "-", told
    )


def list_events(session: Session, user_id: int) -> list[SecurityEvent]:
    """What happened lately to an account, the newest first."""
    return list(
        session.scalars(
            select(SecurityEvent)
            .where(SecurityEvent.user_id == user_id)
            .order_by(SecurityEvent.id.desc())
            .limit(EVENTS_MAX_COUNT)
        )
    )
