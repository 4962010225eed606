"""Identity: the authenticated user of a session, as a value object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import Select, and_, bindparam, exists, false, not_, select, update
from sqlalchemy.orm import Session

from qaboard.models import (
    CLOCK_TOLERANCE,
    Draft,
    Role,
    User,
    UserSession,
    second_factor_exists,
    utc_now,
)
from qaboard.models.base import UTCDateTime
from qaboard.security.principals import (
    MODERATOR,
    READ_ONLY,
    Authenticated,
    Everyone,
    purged_principal,
    role_principal,
    user_principal,
)
from qaboard.settings import AccountSettings


class Restriction(StrEnum):
    """Why somebody who is logged in may only read."""

    SUSPENDED = "suspended"
    UNVERIFIED = "unverified"
    """The board asks for a verified address, and theirs is not."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in. A value, so that it outlives the transaction it was read in.

    ``authenticated_at`` is when they last proved who they are, ``closing_at`` when their account
    will be closed, ``signed_up_at`` when it was opened. ``lacks_second_factor`` says that the
    rights of their role wait for one, ``has_drafts`` that some text of theirs is kept which was not
    sent. ``right_until`` is when time alone makes this another identity, or none.
    """

    user_id: int
    username: str
    role: Role
    locale: str | None
    session_id: int
    last_used_at: datetime
    authenticated_at: datetime
    signed_up_at: datetime
    closing_at: datetime | None
    suspended_until: datetime | None
    suspension_reason: str | None
    purged_at: datetime | None
    lacks_second_factor: bool
    has_drafts: bool
    right_until: datetime
    restriction: Restriction | None

    @property
    def principals(self) -> list[str]:
        principals = [Everyone, Authenticated, user_principal(self.user_id)]
        if self.purged_at is not None:
            principals.append(purged_principal(self.purged_at))
        if self.restriction is not None:
            # The rights of a role are among what is taken away.
            return [*principals, READ_ONLY]
        if self.lacks_second_factor:
            return [*principals, role_principal(Role.MEMBER)]
        principals.append(role_principal(self.role))
        if self.role is Role.ADMIN:
            principals.append(MODERATOR)
        return principals


@cache
def _identity_statement(staff_second_factor: bool) -> Select:
    """What reads the columns of an `Identity`, when the login ends, and when the address was
    verified.

    On tables and made once, because each page for a member begins with it.

    :param staff_second_factor: whether a role without a second factor gives no rights.
    """
    users, logins = User.__table__.c, UserSession.__table__.c
    lacks_second_factor = false()
    if staff_second_factor:
        lacks_second_factor = and_(User.role != Role.MEMBER, not_(second_factor_exists()))
    now = bindparam("now", type_=UTCDateTime)
    return (
        select(
            users.id,
            users.username,
            users.role,
            users.locale,
            logins.id,
            logins.last_used_at,
            logins.authenticated_at,
            users.created_at,
            users.closing_at,
            users.suspended_until,
            users.suspension_reason,
            users.purged_at,
            lacks_second_factor,
            exists().where(Draft.user_id == users.id),
            logins.expires_at,
            users.email_verified_at,
        )
        .select_from(UserSession.__table__)
        .join(User.__table__, users.id == logins.user_id)
        .where(
            logins.token_hash == bindparam("token_hash"),
            logins.expires_at > now,
            logins.last_used_at > bindparam("used_after"),
            logins.last_used_at <= bindparam("used_before"),
            logins.is_pending.is_(False),
            User.is_open(now),
        )
    )


def load_identity(
    session: Session, token_hash: bytes, accounts: AccountSettings
) -> Identity | None:
    """Who the token of a login stands for; ``None`` when the login has ended or is not complete.

    :param token_hash: of what the browser's cookie holds.
    """
    now = utc_now()
    idle = timedelta(days=accounts.session_idle_days)
    # On the connection, since there is nothing in it for the session to take care of.
    row = (
        session.connection()
        .execute(
            _identity_statement(accounts.staff_second_factor),
            {
                "token_hash": token_hash,
                "now": now,
                "used_after": now - idle,
                # Else the clock was set back since, and nobody knows when it was used.
                "used_before": now + CLOCK_TOLERANCE,
            },
        )
        .one_or_none()
    )
    if row is None:
        return None
    user_id, username, role, locale, session_id, last_used_at, *rest, expires_at, verified_at = row
    closing_at, suspended_until = rest[2:4]
    restriction = None
    if suspended_until is not None and suspended_until > now:
        restriction = Restriction.SUSPENDED
    elif accounts.require_verified and verified_at is None:
        restriction = Restriction.UNVERIFIED
    ends = [expires_at, last_used_at + idle]
    ends += [moment for moment in (closing_at, suspended_until) if moment and moment > now]
    return Identity(
        user_id,
        username,
        Role(role),
        locale,
        session_id,
        last_used_at,
        *rest,
        min(ends),
        restriction,
    )


def note_use(session: Session, session_id: int) -> None:
    """Write down that a login is in use now."""
    session.execute(
        update(UserSession).where(UserSession.id == session_id).values(last_used_at=utc_now())
    )
