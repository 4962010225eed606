"""Texts that members have begun and not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.models.base import Base, PrimaryKey, Timestamp, utc_now
from qaboard.models.post import BODY_MAX_CHARACTERS, TITLE_MAX_CHARACTERS


class Draft(Base):
    """Unposted text of a user in one form; nobody else sees it.

    ``place`` is the form it belongs to: ``ask``, ``answer <id of the question>`` or
    ``edit <id of the post>``. ``post_version`` is the version of the post that an edit began from.
    ``writer`` is the random id of the page that saved it, so that another page of the same user
    does not overwrite it without having seen it. ``save_number`` rises with each save of that
    page, so that one which comes late does not overwrite a newer one.
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
    save_number: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[Timestamp] = mapped_column(default=utc_now, index=True)

    __table_args__ = (
        UniqueConstraint("user_id", "place"),
        CheckConstraint(f"length(body) <= {BODY_MAX_CHARACTERS}", name="body_length"),
    )


@dataclass(frozen=True, slots=True)
class SeenDraft:
    """A draft that a page shows or goes on with.

    :param writer: the page that saved it.
    :param save_number: the last of its saves that was seen; ``None`` for all, since pages of the
        release before name no number.
    """

    writer: str
    save_number: int | None

    def __str__(self) -> str:
        """As forms and saves name it (`qaboard.schemas.board.draft.read_seen_drafts`)."""
        return self.writer if self.save_number is None else f"{self.writer}-{self.save_number}"

    def includes(self, draft: Draft) -> bool:
        """Whether the draft, as it is now, has been seen."""
        is_older = self.save_number is None or draft.save_number <= self.save_number
        return self.writer == draft.writer and is_older
