"""What the pages show, fetched in batches: the number of queries does not depend on the rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pyramid.request import Request
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from qaboard import markup
from qaboard.models import Answer, Post, Question, User, Vote
from qaboard.pagination import Page, requested_page
from qaboard.resources import (
    AnswerResource,
    AnswersResource,
    QuestionResource,
    QuestionsResource,
    UserResource,
)
from qaboard.search import Query, count_hits, cut_snippet, find_post_ids, split_at_hits
from qaboard.security.permissions import Permission
from qaboard.services.answer import AnswerSort
from qaboard.templating import name_of


class QuestionSort(StrEnum):
    """The orders of the list of questions; the first one is the usual one."""

    NEWEST = "newest"
    ACTIVE = "active"
    VOTES = "votes"
    UNANSWERED = "unanswered"


class ProfileTab(StrEnum):
    """What a profile lists; the first one is shown at first."""

    QUESTIONS = "questions"
    ANSWERS = "answers"


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
    """A line of the list. ``number`` counts down from the rows of the list to 1."""

    number: int
    question: Question
    resource: QuestionResource


@dataclass(frozen=True, slots=True)
class QuestionList:
    page: Page
    sort: QuestionSort
    rows: list[QuestionRow]


def present_question_list(
    request: Request, questions: QuestionsResource, sort: QuestionSort
) -> QuestionList:
    """One page of all questions.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    conditions = [Question.is_listed()]
    if sort is QuestionSort.UNANSWERED:
        # In the words of the partial index; a bound 0 would not be seen to imply its condition.
        conditions.append(Question.has_no_answers())
    page = requested_page(
        request.GET,
        size=request.registry["settings"].page_size,
        total=session.scalar(select(func.count()).select_from(Question).where(*conditions)),
    )
    found = session.scalars(
        select(Question)
        .options(joinedload(Question.author, innerjoin=True))
        .where(*conditions)
        .order_by(*_QUESTION_ORDERS[sort])
        .limit(page.size)
        .offset(page.offset)
    )
    rows = [
        QuestionRow(
            page.total - page.offset - index, question, QuestionResource(question, questions)
        )
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


def present_question_page(
    request: Request, resource: QuestionResource, sort: AnswerSort
) -> QuestionPage:
    """A question with one page of its answers, and how the reader voted on them.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    question = resource.question
    page = requested_page(
        request.GET,
        size=request.registry["settings"].answer_page_size,
        total=question.answer_count,
    )
    answers = request.dbsession.scalars(
        select(Answer)
        .options(joinedload(Answer.author, innerjoin=True))
        .where(Answer.is_listed(), Answer.question_id == question.id)
        .order_by(*_ANSWER_ORDERS[sort])
        .limit(page.size)
        .offset(page.offset)
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
    )


def answer_anchor(answer_id: int) -> str:
    """The id of an answer's element on the page of its question."""
    return f"answer-{answer_id}"


def _own_votes(request: Request, post_ids: list[int]) -> dict[int, int]:
    if request.identity is None:
        return {}
    rows = request.dbsession.execute(
        select(Vote.post_id, Vote.value).where(
            Vote.user_id == request.identity.user_id, Vote.post_id.in_(post_ids)
        )
    )
    return {row.post_id: row.value for row in rows}


Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it was searched for."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A post that was found; ``title`` is that of its question."""

    post: Post
    resource: QuestionResource | AnswerResource
    title: Pieces
    snippet: Pieces
    author: Pieces


@dataclass(frozen=True, slots=True)
class SearchPage:
    query: Query
    page: Page
    hits: list[SearchHit]


def present_search_page(request: Request, questions: QuestionsResource, query: Query) -> SearchPage:
    """One page of the posts that have all that was searched for.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    page = requested_page(
        request.GET,
        size=request.registry["settings"].page_size,
        total=count_hits(session, query),
    )
    post_ids = find_post_ids(session, query, limit=page.size, offset=page.offset)
    parent = aliased(Question)
    rows = session.execute(
        select(Post, parent)
        .outerjoin(parent, Post.question_id == parent.id)
        .options(joinedload(Post.author, innerjoin=True))
        .where(Post.id.in_(post_ids))
    )
    found = {post.id: (post, question or post) for post, question in rows}
    hits = []
    for post_id in post_ids:
        post, question = found[post_id]
        resource = QuestionResource(question, questions)
        if isinstance(post, Answer):
            resource = AnswerResource(post, AnswersResource(resource))
        snippet = cut_snippet(markup.plain_text(post.body_html), query)
        hits.append(
            SearchHit(
                post,
                resource,
                split_at_hits(question.title, query),
                split_at_hits(snippet, query),
                split_at_hits(name_of(request, post.author), query),
            )
        )
    return SearchPage(query, page, hits)


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A post in its author's profile. ``is_hidden`` says that its question was deleted."""

    post: Post
    question: Question
    resource: QuestionResource | AnswerResource
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Profile:
    user: User
    tab: ProfileTab
    question_count: int
    answer_count: int
    page: Page
    rows: list[ProfileRow]


def present_profile(
    request: Request, resource: UserResource, questions: QuestionsResource, tab: ProfileTab
) -> Profile:
    """A user with one page of their questions or answers, the newest first.

    Their author, and moderators, see the deleted ones too.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    user = resource.user
    sees_deleted = bool(request.has_permission(Permission.VIEW_DELETED, resource))
    parent = aliased(Question)

    def visible(model: type[Post]) -> list[ColumnElement[bool]]:
        conditions = [model.author_id == user.id]
        if not sees_deleted:
            conditions.append(model.deleted_at.is_(None))
        return conditions

    answer_conditions = visible(Answer)
    if not sees_deleted:
        answer_conditions.append(parent.deleted_at.is_(None))
    question_count = session.scalar(
        select(func.count()).select_from(Question).where(*visible(Question))
    )
    answer_count = session.scalar(
        select(func.count())
        .select_from(Answer)
        .join(parent, Answer.question_id == parent.id)
        .where(*answer_conditions)
    )
    is_questions = tab is ProfileTab.QUESTIONS
    page = requested_page(
        request.GET,
        size=request.registry["settings"].page_size,
        total=question_count if is_questions else answer_count,
    )
    if is_questions:
        statement = select(Question).where(*visible(Question))
        model = Question
    else:
        statement = (
            select(Answer)
            .join(Answer.question.of_type(parent))
            .options(contains_eager(Answer.question.of_type(parent)))
            .where(*answer_conditions)
        )
        model = Answer
    posts = session.scalars(
        statement.order_by(model.created_at.desc(), model.id.desc())
        .limit(page.size)
        .offset(page.offset)
    )
    rows = []
    for post in posts:
        question = post if is_questions else post.question
        node = QuestionResource(question, questions)
        if not is_questions:
            node = AnswerResource(post, AnswersResource(node))
        is_hidden = not is_questions and question.deleted_at is not None
        rows.append(ProfileRow(post, question, node, is_hidden))
    return Profile(user, tab, question_count, answer_count, page, rows)
