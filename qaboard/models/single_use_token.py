"""Links and challenges that work once: what was sent is with the person, here is its hash."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qaboard.models.base import Base, Identifier, PrimaryKey, Timestamp, utc_now
from qaboard.models.user import User


class TokenPurpose(enum.StrEnum):
    """What a token is good for, and nothing else."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password
    REGISTER_PASSKEY = "register_passkey"
    USE_PASSKEY = "use_passkey"


class SingleUseToken(Base):
    """A random token; using it deletes its row, and the row that is deleted was the only one.

    ``email`` is the address that the token was sent to; ``user_id`` is missing for the challenge
    of a passkey, which itself says whose it is.
    """

    __tablename__ = "single_use_tokens"

    id: Mapped[PrimaryKey]
    purpose: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[int | None] = mapped_column(
        Identifier, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    email: Mapped[str | None] = mapped_column(String(User.EMAIL_MAX_CHARACTERS * 3))
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    expires_at: Mapped[Timestamp] = mapped_column(index=True)

    user: Mapped[User | None] = relationship()
