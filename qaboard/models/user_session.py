"""Logins: one row for each browser that is logged in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qaboard.models.base import Base, PrimaryKey, Timestamp, utc_now
from qaboard.models.user import User


class UserSession(Base):
    """A login. The browser holds the token; here is only its SHA-256, which opens nothing."""

    __tablename__ = "user_sessions"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    expires_at: Mapped[Timestamp] = mapped_column(index=True)

    user: Mapped[User] = relationship()
