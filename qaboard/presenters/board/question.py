"""The list of questions, and the page of one with its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pyramid.request import Request
from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import defer, joinedload

from qaboard.http.list_address import ListAddress
from qaboard.http.pagination import Page, requested_number, requested_page
from qaboard.models import Answer, Post, Question, Vote
from qaboard.presenters.board.similar_questions import (
    SimilarQuestion,
    present_similar_questions,
)
from qaboard.resources import AnswerResource, AnswersResource, QuestionResource
from qaboard.services.board.answer import AnswerSort
from qaboard.services.board.question_list import QuestionSort, find_position, read_page

_ANSWER_ORDERS = {
    AnswerSort.VOTES: (Answer.score.desc(), Answer.id.asc()),
    AnswerSort.OLDEST: (Answer.created_at.asc(), Answer.id.asc()),
}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A line of the list. ``number`` counts down from the rows of the list to 1.

    ``question`` is what the line shows of it and its author, as `read_page` reads them.
    """

    number: int
    question: Row


@dataclass(frozen=True, slots=True)
class QuestionList:
    """``board_has_questions`` says that there are some, though this list may be empty."""

    page: Page
    sort: QuestionSort
    rows: list[QuestionRow]
    board_has_questions: bool
    address: ListAddress


def present_question_list(request: Request, sort: QuestionSort) -> QuestionList:
    """One page of all questions.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    size = request.registry["settings"].page_size
    position = find_position(session, sort, (requested_number(request.GET) - 1) * size)
    page = requested_page(request.GET, size=size, total=position.total)
    found = read_page(session, sort, position, size)
    rows = [
        QuestionRow(page.total - page.offset - index, question)
        for index, question in enumerate(found)
    ]
    # The list of all of them is asked only where another one is empty.
    has_questions = bool(rows) or (
        sort is QuestionSort.UNANSWERED and find_position(session, QuestionSort.NEWEST, 0).total > 0
    )
    address = ListAddress(request.questions_path, {"sort": sort}, {"sort": QuestionSort.NEWEST})
    return QuestionList(page, sort, rows, has_questions, address)


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
    similar: Sequence[SimilarQuestion]
    address: ListAddress

    @property
    def canonical_path(self) -> str:
        """The one address of what is shown; a deleted question has none."""
        if self.question.post.deleted_at is not None:
            return ""
        # The order makes another page only where it decides which answers are on it.
        order = {} if self.page.count > 1 else {"sort": None}
        return self.address.to(page=self.page.number, **order)


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


@cache
def _own_votes_statement(post_count: int) -> Select:
    # A parameter for each post: a list of them would be written into the statement each time.
    votes = Vote.__table__.c
    post_ids = [bindparam(f"post_{number}") for number in range(post_count)]
    return select(votes.post_id, votes.value).where(
        votes.user_id == bindparam("user_id"), votes.post_id.in_(post_ids)
    )


def requested_answers(request: Request, question: Question) -> Page:
    """Which of the answers the address names.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    size = request.registry["settings"].answer_page_size
    return requested_page(request.GET, size=size, total=question.answer_count)


def read_answers(
    request: Request, question: Question, page: Page, sort: AnswerSort
) -> Sequence[Answer]:
    """The answers of one page, in order."""
    return request.dbsession.scalars(
        _answers_statement(sort),
        {"question_id": question.id, "size": page.size, "offset": page.offset},
    ).all()


def present_question_page(
    request: Request, resource: QuestionResource, sort: AnswerSort
) -> QuestionPage:
    """A question with one page of its answers, and how the reader voted on them.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    question = resource.question
    page = requested_answers(request, question)
    answers = read_answers(request, question, page, sort)
    votes = read_own_votes(request, [question.id, *(answer.id for answer in answers)])
    similar = similar_to(request, question)
    return assemble_question_page(request, resource, page, sort, answers, votes, similar)


def similar_to(request: Request, question: Question) -> tuple[SimilarQuestion, ...]:
    """What is shown beside a question."""
    return tuple(present_similar_questions(request, question.title, without_id=question.id))


def assemble_question_page(
    request: Request,
    resource: QuestionResource,
    page: Page,
    sort: AnswerSort,
    answers: Sequence[Answer],
    votes: dict[int, int],
    similar: tuple[SimilarQuestion, ...],
) -> QuestionPage:
    """The page from what was read for it.

    :param votes: those of the reader, by the ids of the posts; posts that are not in it have none.
    """
    question = resource.question
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
        similar,
        ListAddress(request.resource_path(resource), {"sort": sort}, {"sort": AnswerSort.VOTES}),
    )


def answer_anchor(answer_id: int) -> str:
    """The id of an answer's element on the page of its question."""
    return f"answer-{answer_id}"


def read_own_votes(request: Request, post_ids: Sequence[int]) -> dict[int, int]:
    """How the reader voted on some posts, by their ids; a visitor has no votes."""
    if request.identity is None:
        return {}
    values = {f"post_{number}": post_id for number, post_id in enumerate(post_ids)}
    rows = request.dbsession.connection().execute(
        _own_votes_statement(len(post_ids)), values | {"user_id": request.identity.user_id}
    )
    return {row.post_id: row.value for row in rows}
