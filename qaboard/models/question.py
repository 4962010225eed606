"""Questions."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, literal_column

from qaboard.models.post import TITLE_MAX_CHARACTERS, Post


class Question(Post):
    """A post with a title, which answers point at."""

    TITLE_MAX_CHARACTERS = TITLE_MAX_CHARACTERS

    __mapper_args__ = {"polymorphic_identity": "question"}  # noqa: RUF012

    @classmethod
    def is_listed(cls) -> ColumnElement[bool]:
        """The condition of every list of questions, in the words of their partial indexes."""
        return and_(cls.question_id.is_(None), cls.deleted_at.is_(None))

    @classmethod
    def has_no_answers(cls) -> ColumnElement[bool]:
        """The condition of the list of unanswered questions, in the words of its partial index."""
        return cls.answer_count == literal_column("0")
