"""Questions."""

from __future__ import annotations

from qaboard.models.post import TITLE_MAX_CHARACTERS, Post


class Question(Post):
    """A post with a title, which answers point at."""

    TITLE_MAX_CHARACTERS = TITLE_MAX_CHARACTERS

    __mapper_args__ = {"polymorphic_identity": "question"}  # noqa: RUF012
