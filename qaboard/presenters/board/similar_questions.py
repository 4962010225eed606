"""Questions like one that is shown, or is being asked."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy import bindparam, select

from qaboard.models import Post
from qaboard.search import find_similar_questions

SIMILAR_MAX_COUNT = 5

LOOKED_AT_MAX_COUNT = 20
"""How many of the most similar ones are looked at: some may be deleted."""


@dataclass(frozen=True, slots=True)
class SimilarQuestion:
    """``path`` is its address."""

    title: str
    answer_count: int
    path: str


_POSTS = Post.__table__.c
_QUESTIONS = select(_POSTS.id, _POSTS.title, _POSTS.answer_count).where(
    _POSTS.id.in_(bindparam("ids", expanding=True)), _POSTS.deleted_at.is_(None)
)


def present_similar_questions(
    request: Request, title: str, *, without_id: int | None = None
) -> list[SimilarQuestion]:
    """The questions that are most like a title; those that have answers first.

    :param without_id: the question that has the title, if there is one.
    """
    ids = find_similar_questions(
        request.dbsession, title, limit=LOOKED_AT_MAX_COUNT, without_id=without_id
    )
    if not ids:
        return []
    found = request.dbsession.execute(_QUESTIONS, {"ids": ids})
    best_first = sorted(found, key=lambda question: ids.index(question.id))[:SIMILAR_MAX_COUNT]
    answered_first = sorted(best_first, key=lambda question: question.answer_count == 0)
    return [
        SimilarQuestion(each.title, each.answer_count, request.question_path(each.id))
        for each in answered_first
    ]
