"""Answers."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Mapped, relationship

from qaboard.models.post import Post
from qaboard.models.question import Question


class Answer(Post):
    """A post below a question."""

    __mapper_args__ = {"polymorphic_identity": "answer"}  # noqa: RUF012

    question: Mapped[Question] = relationship(remote_side=[Post.id])

    @classmethod
    def is_listed(cls) -> ColumnElement[bool]:
        """The condition of every list of answers, in the words of their partial indexes."""
        return and_(cls.question_id.is_not(None), cls.deleted_at.is_(None))
