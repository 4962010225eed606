"""Texts that members have begun and not sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.models.base import Base, PrimaryKey, Timestamp, utc_now
from qaboard.models.post import BODY_MAX_CHARACTERS, TITLE_MAX_CHARACTERS


class Draft(Base):
    """What a user has typed so far in one place; nobody else sees it.

    ``place`` is the form it belongs to: ``ask``, ``answer <id of the question>`` or
    ``edit <id of the post>``. ``post_version`` is the version of the post that an edit began from.
    ``writer`` is a number that the page which saved it has given itself, so that another page of
    the same user does not write over it without having seen it.
    """

    __tablename__ = "drafts"

    TITLE_MAX_CHARACTERS = TITLE_MAX_CHARACTERS
    BODY_MAX_CHARACTERS = BODY_MAX_CHARACTERS
    PLACE_MAX_CHARACTERS = 40
    WRITER_MAX_CHARACTERS = 32
    MAX_COUNT = 20
    """How many a user can have; of more, the oldest go."""
    KEPT_FOR = timedelta(days=90)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    place: Mapped[str] = mapped_column(String(PLACE_MAX_CHARACTERS))
    title: Mapped[str] = mapped_column(String(TITLE_MAX_CHARACTERS))
    body: Mapped[str] = mapped_column(Text)
    post_version: Mapped[int | None]
    writer: Mapped[str] = mapped_column(String(WRITER_MAX_CHARACTERS))
    updated_at: Mapped[Timestamp] = mapped_column(default=utc_now, index=True)

    __table_args__ = (
        UniqueConstraint("user_id", "place"),
        CheckConstraint(f"length(body) <= {BODY_MAX_CHARACTERS}", name="body_length"),
    )
