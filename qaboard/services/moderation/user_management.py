"""Account moderation: suspension, roles, sessions.

Each act is written into the log. An actor of ``None`` is an operator on the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qaboard.http.client import Client
from qaboard.i18n import _
from qaboard.models import EventKind, Role, User
from qaboard.services.accounts.administrators import (
    check_not_last_admin,
    has_rights,
    lock_accounts,
)
from qaboard.services.accounts.security_event import NO_CLIENT, record_event
from qaboard.services.accounts.user_session import end_sessions
from qaboard.services.errors import WHOLE_FORM, Refusal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to the account of somebody else, and from where.

    ``role`` is the one by which the ACL allowed it.
    """

    user_id: int | None
    role: Role | None = None
    client: Client = NO_CLIENT


OPERATOR = Actor(None)
"""Whoever has a shell on the server; they may do everything."""


def lock_for_management(session: Session, user_id: int, actor: Actor) -> User:
    """The account to manage, as it was when the ACL allowed it.

    The rows of the account, of the actor and of all admins stay locked until the transaction ends,
    so of two admins who take each other's rights at once the second one has none any more. A post
    that the account is writing at this moment is waited for.

    :raises StaleDataError: when the account or the actor has other rights since; the request runs
        again, and the ACL decides anew.
    :raises Refusal: when the account is closed, which an operator may not know.
    """
    seen_role = session.get_one(User, user_id).role
    rows = lock_accounts(session, {user_id, actor.user_id} - {None})
    user = rows[user_id]
    if actor.user_id is not None:
        acting = rows[actor.user_id]
        if user.role != seen_role or acting.role != actor.role or not has_rights(acting):
            raise StaleDataError(f"rights changed while user {user_id} was to be managed")
    if user.closed_at is not None:
        raise Refusal({WHOLE_FORM: _("This account is deleted, so there’s nothing to manage.")})
    return user


def record_act(
    session: Session, kind: EventKind, user: User, actor: Actor, **details: object
) -> None:
    """Write into the log what was done to somebody's account."""
    record_event(
        session,
        kind,
        user_id=user.id,
        actor_id=actor.user_id,
        client=actor.client,
        is_administrative=True,
        **details,
    )


def suspend(session: Session, user_id: int, *, until: datetime, reason: str, actor: Actor) -> None:
    """Keep a user from writing for a while. They stay logged in, and read why.

    :param until: a later one than now; ``User.SUSPENDED_FOR_GOOD`` for no end.
    :param reason: what the user is told.
    :raises Refusal: for the last admin, and for an account that is closed.
    """
    user = lock_for_management(session, user_id, actor)
    check_not_last_admin(session, user)
    if (user.suspended_until, user.suspension_reason) == (until, reason):
        return
    user.suspended_until = until
    user.suspension_reason = reason
    record_act(session, EventKind.SUSPENSION, user, actor, until=until.isoformat(), reason=reason)


def end_suspension(session: Session, user_id: int, *, actor: Actor) -> None:
    """Let a suspended user write again; what was taken back by a purge stays away.

    :raises Refusal: when the account is closed.
    """
    user = lock_for_management(session, user_id, actor)
    if user.suspended_until is None:
        return
    user.suspended_until = user.suspension_reason = None
    record_act(session, EventKind.SUSPENSION_END, user, actor)


def change_role(session: Session, user_id: int, role: Role, *, actor: Actor) -> bool:
    """Make a user a member, moderator or admin. Their logins end, as at any change of rights.

    :return: whether that changed anything.
    :raises Refusal: for the last admin, and for an account that is closed.
    """
    user = lock_for_management(session, user_id, actor)
    if user.role == role:
        return False
    check_not_last_admin(session, user)
    before, user.role = user.role, role
    end_sessions(session, user.id)
    record_act(
        session, EventKind.ROLE_CHANGE, user, actor, **{"from": str(before), "to": str(role)}
    )
    return True


def end_all_sessions(session: Session, user_id: int, *, actor: Actor) -> None:
    """End all logins of a user, on the server.

    :raises Refusal: when the account is closed.
    """
    user = lock_for_management(session, user_id, actor)
    end_sessions(session, user.id)
    record_act(session, EventKind.SESSION_END, user, actor)
