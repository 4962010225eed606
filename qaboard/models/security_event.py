"""Security events: account activity and the moderation log."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.models.base import Base, Identifier, PrimaryKey, Timestamp, utc_now
from qaboard.models.user_session import UserSession


class EventKind(enum.StrEnum):
    """Kinds of security events. A stored event keeps its name, so a name is never changed."""

    SIGN_UP = "sign_up"
    LOGIN = "login"
    LOGIN_FAILURE = "login_failure"
    LOGOUT = "logout"
    SESSION_END = "session_end"
    REAUTHENTICATION = "reauthentication"
    PASSWORD_CHANGE = "password_change"  # noqa: S105 - an event, not a password
    RESET_REQUEST = "reset_request"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an event, not a password
    EMAIL_VERIFICATION = "email_verification"
    EMAIL_CHANGE_REQUEST = "email_change_request"
    EMAIL_CHANGE = "email_change"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_FAILURE = "factor_failure"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    DATA_DOWNLOAD = "data_download"
    CLOSING_REQUEST = "closing_request"
    CLOSING_UNDONE = "closing_undone"
    CLOSED = "closed"
    ROLE_CHANGE = "role_change"
    SUSPENSION = "suspension"
    SUSPENSION_END = "suspension_end"
    PURGE = "purge"
    PURGE_UNDONE = "purge_undone"
    LINK_MADE = "link_made"
    # These are in the log only.
    RATE_LIMITED = "rate_limited"
    FORBIDDEN = "forbidden"
    FOREIGN_REQUEST = "foreign_request"


class SecurityEvent(Base):
    """Something that happened to the account ``user_id``, done by ``actor_id``.

    The actor is empty for an operator on the command line, and for somebody who did not log in.
    ``details`` holds values to tell it with, such as ``{"from": "member", "to": "moderator"}``.
    ``is_administrative`` marks what was done to somebody else's account; triggers of the database
    let nobody change an event, nor delete one of these. There are no foreign keys: an event
    outlives what it tells of.
    """

    __tablename__ = "security_events"
    __table_args__ = (
        Index("ix_security_events_user", "user_id", "id"),
        Index(
            "ix_security_events_administrative",
            "id",
            sqlite_where=text("is_administrative"),
            postgresql_where=text("is_administrative"),
        ),
    )

    id: Mapped[PrimaryKey]
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int] = mapped_column(Identifier)
    actor_id: Mapped[int | None] = mapped_column(Identifier)
    is_administrative: Mapped[bool]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str | None] = mapped_column(String(UserSession.ADDRESS_MAX_CHARACTERS))
    user_agent: Mapped[str | None] = mapped_column(String(UserSession.USER_AGENT_MAX_CHARACTERS))

    @classmethod
    def is_in_log(cls) -> ColumnElement[bool]:
        """The condition of the log, in the words of its partial index."""
        return literal_column("is_administrative")
