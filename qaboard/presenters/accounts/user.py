"""A user's profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pyramid.request import Request
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased, contains_eager

from qaboard.http.list_address import ListAddress
from qaboard.http.pagination import Page, requested_page
from qaboard.models import Answer, Post, Question, User
from qaboard.resources import (
    AnswerResource,
    AnswersResource,
    QuestionResource,
    QuestionsResource,
    UserResource,
)
from qaboard.security.permissions import Permission


class ProfileTab(StrEnum):
    """What a profile lists; the first one is shown at first."""

    QUESTIONS = "questions"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A post in its author's profile.

    ``title`` is that of its question, and empty for whoever may not see it; ``is_hidden`` says that
    the question was deleted.
    """

    post: Post
    title: str
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
    address: ListAddress


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
    question_count, answer_count = user.question_count, user.answer_count
    if sees_deleted:
        question_count, answer_count = user.written_question_count, user.written_answer_count
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
        node = question_node = QuestionResource(question, questions)
        if not is_questions:
            node = AnswerResource(post, AnswersResource(node))
        is_hidden = not is_questions and question.deleted_at is not None
        # What the reader wrote themselves they may read; a deleted question of somebody else, not.
        is_readable = is_questions or request.has_permission(Permission.VIEW, question_node)
        rows.append(ProfileRow(post, question.title if is_readable else "", node, is_hidden))
    address = ListAddress(
        request.resource_path(resource), {"tab": tab}, {"tab": ProfileTab.QUESTIONS}
    )
    return Profile(user, tab, question_count, answer_count, page, rows, address)
