"""The segments of the lists of questions."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.models.base import Base, Identifier


class ListSegment(Base):
    """How many questions stand in a list from a place in its order up to the next segment.

    The place is that of a question with the key and the id of the primary key, both ascending: the
    key is a score, or a time in microseconds since 1970. The first segment of a list begins before
    every question. Triggers of the database keep ``post_count`` (migration 0004).
    """

    __tablename__ = "list_segments"

    list: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[int] = mapped_column(Identifier, primary_key=True)
    post_id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    post_count: Mapped[int]
