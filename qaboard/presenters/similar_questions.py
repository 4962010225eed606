"""Questions like one that is shown, or is being asked."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy import select

from qaboard.models import Question
from qaboard.resources import QuestionResource, QuestionsResource
from qaboard.search import find_similar_questions

SIMILAR_MAX_COUNT = 5


@dataclass(frozen=True, slots=True)
class SimilarQuestion:
    question: Question
    resource: QuestionResource


def present_similar_questions(
    request: Request, questions: QuestionsResource, title: str, *, without_id: int | None = None
) -> list[SimilarQuestion]:
    """The questions that are most like a title; those that have answers first.

    :param without_id: the question that has the title, if there is one.
    """
    ids = find_similar_questions(
        request.dbsession, title, limit=SIMILAR_MAX_COUNT, without_id=without_id
    )
    if not ids:
        return []
    found = request.dbsession.scalars(select(Question).where(Question.id.in_(ids)))
    best_first = sorted(found, key=lambda question: ids.index(question.id))
    answered_first = sorted(best_first, key=lambda question: question.answer_count == 0)
    return [SimilarQuestion(each, QuestionResource(each, questions)) for each in answered_first]
