"""The list of questions, and the page of one with its answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pyramid.request import Request
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import defer, joinedload

from qaboard.models import Answer, Post, Question, User, Vote
from qaboard.pagination import Page, requested_page
from qaboard.presenters.similar_questions import SimilarQuestion, present_similar_questions
from qaboard.resources import AnswerResource, AnswersResource, QuestionResource
from qaboard.services.answer import AnswerSort


class QuestionSort(StrEnum):
    """The orders of the list of questions; the first one is the usual one."""

    NEWEST = "newest"
    ACTIVE = "active"
    VOTES = "votes"
    UNANSWERED = "unanswered"


_QUESTION_ORDERS = {
    QuestionSort.NEWEST: (Question.created_at.desc(), Question.id.desc()),
    QuestionSort.ACTIVE: (Question.last_activity_at.desc(), Question.id.desc()),
    QuestionSort.VOTES: (Question.score.desc(), Question.id.desc()),
    QuestionSort.UNANSWERED: (Question.created_at.desc(), Question.id.desc()),
}
_ANSWER_ORDERS = {
    AnswerSort.VOTES: (Answer.score.desc(), Answer.id.asc()),
    AnswerSort.OLDEST: (Answer.created_at.asc(), Answer.id.asc()),
}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A line of the list. ``number`` counts down from the rows of the list to 1.

    ``question`` is what the line shows of it and its author, as `_rows_statement` reads them.
    """

    number: int
    question: Row


@dataclass(frozen=True, slots=True)
class QuestionList:
    page: Page
    sort: QuestionSort
    rows: list[QuestionRow]


def _list_conditions(sort: QuestionSort) -> list[ColumnElement[bool]]:
    conditions = [Question.is_listed()]
    if sort is QuestionSort.UNANSWERED:
        # In the words of the partial index; a bound 0 would not be seen to imply its condition.
        conditions.append(Question.has_no_answers())
    return conditions


# Statements on tables that are made once: making one for each page, and objects of the rows with
# all their columns, takes several times as long as the database needs.
@cache
def _count_statement(sort: QuestionSort) -> Select:
    return select(func.count()).select_from(Post.__table__).where(*_list_conditions(sort))


@cache
def _rows_statement(sort: QuestionSort) -> Select:
    posts, users = Post.__table__.c, User.__table__.c
    return (
        select(
            posts.id,
            posts.title,
            posts.score,
            posts.answer_count,
            posts.created_at,
            posts.last_activity_at,
            posts.author_id,
            users.username,
            users.closed_at,
        )
        .join(User.__table__, users.id == posts.author_id)
        .where(*_list_conditions(sort))
        .order_by(*_QUESTION_ORDERS[sort])
        .limit(bindparam("size"))
        .offset(bindparam("offset"))
    )


def present_question_list(request: Request, sort: QuestionSort) -> QuestionList:
    """One page of all questions.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    page = requested_page(
        request.GET,
        size=request.registry["settings"].page_size,
        total=session.scalar(_count_statement(sort)),
    )
    found = session.execute(_rows_statement(sort), {"size": page.size, "offset": page.offset})
    rows = [
        QuestionRow(page.total - page.offset - index, question)
        for index, question in enumerate(found)
    ]
    return QuestionList(page, sort, rows)


@dataclass(frozen=True, slots=True)
class PostView:
    """A post on a page.

    ``own_vote`` is 1, -1 or 0 for none; ``anchor`` its id on the page; ``is_hidden`` says that
    the question is deleted, and everything below it hidden.
    """

    post: Post
    resource: QuestionResource | AnswerResource
    own_vote: int
    anchor: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class QuestionPage:
    question: PostView
    answers: list[PostView]
    page: Page
    sort: AnswerSort
    similar: list[SimilarQuestion]


@cache
def _answers_statement(sort: AnswerSort) -> Select:
    return (
        select(Answer)
        # The Markdown is for those who edit.
        .options(joinedload(Answer.author, innerjoin=True), defer(Answer.body))
        .where(Answer.is_listed(), Answer.question_id == bindparam("question_id"))
        .order_by(*_ANSWER_ORDERS[sort])
        .limit(bindparam("size"))
        .offset(bindparam("offset"))
    )


_OWN_VOTES = select(Vote.__table__.c.post_id, Vote.__table__.c.value).where(
    Vote.__table__.c.user_id == bindparam("user_id"),
    Vote.__table__.c.post_id.in_(bindparam("post_ids", expanding=True)),
)


def present_question_page(
    request: Request, resource: QuestionResource, sort: AnswerSort
) -> QuestionPage:
    """A question with one page of its answers, and how the reader voted on them.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    question = resource.question
    page = requested_page(
        request.GET, size=request.registry["settings"].answer_page_size, total=question.answer_count
    )
    answers = request.dbsession.scalars(
        _answers_statement(sort),
        {"question_id": question.id, "size": page.size, "offset": page.offset},
    ).all()
    votes = _own_votes(request, [question.id, *(answer.id for answer in answers)])
    container = AnswersResource(resource)
    is_hidden = question.deleted_at is not None
    return QuestionPage(
        PostView(question, resource, votes.get(question.id, 0), "question", is_hidden),
        [
            PostView(
                answer,
                AnswerResource(answer, container),
                votes.get(answer.id, 0),
                answer_anchor(answer.id),
                is_hidden,
            )
            for answer in answers
        ],
        page,
        sort,
        present_similar_questions(request, question.title, without_id=question.id),
    )


def answer_anchor(answer_id: int) -> str:
    """The id of an answer's element on the page of its question."""
    return f"answer-{answer_id}"


def _own_votes(request: Request, post_ids: list[int]) -> dict[int, int]:
    if request.identity is None:
        return {}
    rows = request.dbsession.execute(
        _OWN_VOTES, {"user_id": request.identity.user_id, "post_ids": post_ids}
    )
    return {row.post_id: row.value for row in rows}
