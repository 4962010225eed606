"""People who have an account."""

from __future__ import annotations

import enum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.folding import fold
from qaboard.models.base import Base, PrimaryKey, Timestamp, utc_now


class Role(enum.StrEnum):
    """What a user is on this board; each later one may do all that the earlier ones may."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


def username_key(username: str) -> str:
    """The form of a name in which two names are the same name."""
    return fold(username)


def email_key(email: str) -> str:
    """The form in which an address is stored and compared."""
    return email.strip().casefold()


class User(Base):
    """An account. ``username_key`` and ``email`` are unique in their folded forms."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('member', 'moderator', 'admin')", name="role_known"),
        {"sqlite_autoincrement": True},
    )

    USERNAME_MIN_CHARACTERS = 2
    USERNAME_MAX_CHARACTERS = 25
    # The longest address that can be delivered to (RFC 5321, section 4.5.3.1.3).
    EMAIL_MAX_CHARACTERS = 254
    PASSWORD_MIN_CHARACTERS = 10
    PASSWORD_MAX_CHARACTERS = 128

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(String(USERNAME_MAX_CHARACTERS))
    # Folding may lengthen a name: "ß" becomes "ss", and some characters become three.
    username_key: Mapped[str] = mapped_column(String(USERNAME_MAX_CHARACTERS * 4), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX_CHARACTERS * 3), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), default=Role.MEMBER)
    locale: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
