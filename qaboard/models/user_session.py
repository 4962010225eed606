"""Logins: one row for each browser that is logged in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qaboard.models.base import Base, PrimaryKey, Timestamp, utc_now
from qaboard.models.user import User


class UserSession(Base):
    """A login. The browser holds the token; here is only its SHA-256, which opens nothing.

    ``is_pending`` says that the password was right and the second factor is still to come;
    ``wrong_code_count`` is how many wrong codes were tried for it.
    ``authenticated_at`` is when the user last proved who they are. ``address`` is as much of the
    network address as the settings keep.
    """

    __tablename__ = "user_sessions"

    USER_AGENT_MAX_CHARACTERS = 300
    ADDRESS_MAX_CHARACTERS = 45

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    last_used_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    authenticated_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    expires_at: Mapped[Timestamp] = mapped_column(index=True)
    is_pending: Mapped[bool] = mapped_column(default=False)
    wrong_code_count: Mapped[int] = mapped_column(default=0)
    user_agent: Mapped[str | None] = mapped_column(String(USER_AGENT_MAX_CHARACTERS))
    address: Mapped[str | None] = mapped_column(String(ADDRESS_MAX_CHARACTERS))

    user: Mapped[User] = relationship()
