"""Votes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.models.base import Base, Timestamp, utc_now


class Vote(Base):
    """One user's opinion of one post; the primary key makes a second one impossible."""

    __tablename__ = "votes"
    __table_args__ = (CheckConstraint("value IN (-1, 1)", name="value_known"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    value: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
