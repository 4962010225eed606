"""People who have an account."""

from __future__ import annotations

import enum
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.i18n import domain_names
from qaboard.i18n.normalization import fold, narrow
from qaboard.models.base import (
    IDEMPOTENCY_KEY_MAX_CHARACTERS,
    Base,
    Identifier,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    utc_now,
)


class Role(enum.StrEnum):
    """Roles of users; each later one may do all that the earlier ones may."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class PurgeStep(enum.StrEnum):
    """Steps of purging an account, and of undoing it."""

    TAKE_BACK = "take_back"
    GIVE_BACK = "give_back"


def username_key(username: str) -> str:
    """The form of a name in which two names are the same name."""
    return fold(username)


def email_key(email: str) -> str:
    """The form in which an address is stored and compared: the domain as servers know it.

    The name before it is only made small, since folding could make it another mailbox.
    """
    mailbox, at, domain = narrow(email.strip()).rpartition("@")
    try:
        domain = domain_names.to_ascii(domain)
    except ValueError:
        # No mail goes there; the address may be in the table from before.
        domain = domain.casefold()
    return f"{mailbox.lower()}{at}{domain}"


def email_keys(email: str) -> tuple[str, ...]:
    """The forms in which an address may be stored.

    Of two accounts that had confirmed it before its forms were one, the later one has kept it with
    the domain in Unicode.
    """
    key = email_key(email)
    mailbox, at, domain = key.rpartition("@")
    return tuple({key: None, f"{mailbox}{at}{domain_names.to_unicode(domain)}": None})


RELEASED_NAME = "deleted user"
"""The name of accounts that are closed."""


class User(Base):
    """An account.

    ``username_key`` is unique. ``email`` is unique among verified addresses only: who signs up
    with somebody else's address must not learn from a refusal that it has an account, and cannot
    verify it. ``suspended_until`` is ``SUSPENDED_FOR_GOOD`` where there is no end. ``purged_at`` is
    when all posts were taken back; the suspension that goes with it has no reason. ``purge_step``
    is there while posts are still to be taken or given back. Until ``closing_at``
    the account can be kept; after ``closed_at`` it has no address, and its name is free again.
    ``closing_at`` of a closed account says that its posts are still to be treated: those below
    ``closing_post_id``. ``idempotency_key`` is that of the form which opened the account.
    ``question_count`` and ``answer_count`` are those that everybody sees, the written ones all.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('member', 'moderator', 'admin')", name="role_known"),
        CheckConstraint("(email IS NULL) = (closed_at IS NOT NULL)", name="closed_has_no_email"),
        Index("ix_users_email", "email"),
        Index(
            "uq_users_verified_email",
            "email",
            unique=True,
            sqlite_where=text("email_verified_at IS NOT NULL"),
            postgresql_where=text("email_verified_at IS NOT NULL"),
        ),
        Index(
            "ix_users_closing_at",
            "closing_at",
            sqlite_where=text("closing_at IS NOT NULL"),
            postgresql_where=text("closing_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    USERNAME_MIN_CHARACTERS = 2
    USERNAME_MAX_CHARACTERS = 25
    # The longest address that can be delivered to (RFC 5321, section 4.5.3.1.3).
    EMAIL_MAX_CHARACTERS = 254
    PASSWORD_MIN_CHARACTERS = 10
    PASSWORD_MAX_CHARACTERS = 128
    SUSPENSION_REASON_MIN_CHARACTERS = 2
    SUSPENSION_REASON_MAX_CHARACTERS = 500
    SUSPENDED_FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(String(USERNAME_MAX_CHARACTERS))
    # Folding may lengthen a name: "ß" becomes "ss", and some characters become three.
    username_key: Mapped[str] = mapped_column(String(USERNAME_MAX_CHARACTERS * 4), unique=True)
    email: Mapped[str | None] = mapped_column(String(EMAIL_MAX_CHARACTERS * 3))
    email_verified_at: Mapped[OptionalTimestamp]
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), default=Role.MEMBER)
    locale: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    suspended_until: Mapped[OptionalTimestamp]
    suspension_reason: Mapped[str | None] = mapped_column(String(SUSPENSION_REASON_MAX_CHARACTERS))
    purged_at: Mapped[OptionalTimestamp]
    closing_at: Mapped[OptionalTimestamp]
    closing_removes_posts: Mapped[bool | None]
    closed_at: Mapped[OptionalTimestamp]
    closing_post_id: Mapped[int | None] = mapped_column(Identifier)
    purge_step: Mapped[str | None] = mapped_column(String(10))
    idempotency_key: Mapped[str | None] = mapped_column(String(IDEMPOTENCY_KEY_MAX_CHARACTERS))
    # Kept by triggers of the database (migration 0004).
    question_count: Mapped[int] = mapped_column(server_default="0")
    answer_count: Mapped[int] = mapped_column(server_default="0")
    written_question_count: Mapped[int] = mapped_column(server_default="0")
    written_answer_count: Mapped[int] = mapped_column(server_default="0")

    @classmethod
    def is_open(cls, now: datetime | ColumnElement[datetime] | None = None) -> ColumnElement[bool]:
        """The condition for an account that its owner can use: it is not closed, nor is the time
        over in which that can be undone.

        :param now: the current time, as a parameter of a statement that is made only once.
        """
        is_kept = or_(
            cls.closing_at.is_(None), cls.closing_at > (utc_now() if now is None else now)
        )
        return and_(cls.closed_at.is_(None), is_kept)

    def is_suspended(self, now: datetime) -> bool:
        """Whether the user is kept from writing at this moment."""
        return self.suspended_until is not None and self.suspended_until > now

    def release_name(self) -> None:
        """Leave the name to others."""
        self.username = RELEASED_NAME
        self.username_key = self.key_of(RELEASED_NAME, self.id)

    @staticmethod
    def key_of(username: str, user_id: int) -> str:
        """The key of a user's name.

        A released name is the same for many; it has a space, so that nobody can choose it.
        """
        return f"{RELEASED_NAME} {user_id}" if username == RELEASED_NAME else username_key(username)
