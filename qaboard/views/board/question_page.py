"""The page of a question: what of it is kept for several readers, and what is made for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import deform
from markupsafe import Markup
from pyramid.request import Request

from qaboard.forms.idempotency import add_key
from qaboard.http.pagination import Page, requested_number
from qaboard.i18n import _
from qaboard.limits.spam import guard_newcomer, is_newcomer, make_stamp
from qaboard.models import Draft
from qaboard.page_cache.fragments import keep_part, keep_value, keeps_parts
from qaboard.page_cache.placeholders import fill_holes
from qaboard.presenters.board.question import (
    QuestionPage,
    assemble_question_page,
    present_question_page,
    read_answers,
    read_own_votes,
    requested_answers,
    similar_to,
)
from qaboard.resources import AnswerResource, AnswersResource, QuestionResource
from qaboard.schemas.board.answer import AnswerSchema
from qaboard.security.permissions import Permission
from qaboard.security.principals import named_principals
from qaboard.services.board.answer import AnswerSort
from qaboard.views.board.draft import is_to_be_continued, keep_draft_of, own_draft


@dataclass(frozen=True, slots=True)
class Outline:
    """What a page of answers depends on: ``principals`` are those that the ACLs of its posts, and
    of what they are below, tell apart."""

    page: Page
    post_ids: tuple[int, ...]
    principals: frozenset[str]


def keep_question_page(
    request: Request, resource: QuestionResource, sort: AnswerSort
) -> dict[str, Markup]:
    """What the page is rendered from, kept or made now.

    A member's is the same as that of others who may do the same with its posts, voted in the same
    way, and have the same form; except for holes. Whoever may only read is told why, which is
    for them alone, and a deleted question is for few; those are made each time.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    question, identity = resource.question, request.identity
    draft = own_draft(request, AnswersResource(resource))
    if (
        not keeps_parts(request)
        or (draft is not None and is_to_be_continued(request))
        or identity is None
        or identity.restriction is not None
        or question.deleted_at is not None
    ):
        detail = present_question_page(request, resource, sort)
        return question_page(request, detail, create_answer_form(resource, request, draft))

    @cache
    def answers():
        return read_answers(request, question, requested_answers(request, question), sort)

    def make_outline() -> Outline:
        container = AnswersResource(resource)
        resources = (resource, *(AnswerResource(answer, container) for answer in answers()))
        return Outline(
            requested_answers(request, question),
            (question.id, *(answer.id for answer in answers())),
            frozenset().union(*map(named_principals, resources)),
        )

    def make_content() -> dict[str, Markup]:
        detail = assemble_question_page(
            request, resource, outline.page, sort, answers(), votes, similar
        )
        form = create_answer_form(resource, request, is_draft_offered=draft is not None)
        return question_page(request, detail, form)

    address = (question.id, sort, requested_number(request.GET))
    outline = keep_part(request, "outline", address, make_outline)
    votes = keep_value(
        request,
        "votes",
        (identity.user_id, outline.post_ids),
        lambda: read_own_votes(request, outline.post_ids),
    )
    similar = keep_part(request, "similar", (question.id,), lambda: similar_to(request, question))
    reader = (
        # All that a permission depends on: an ACL asks for nothing but its own principals.
        outline.principals.intersection(identity.principals),
        tuple(votes.get(post_id, 0) for post_id in outline.post_ids),
        is_newcomer(request),
        draft is not None,
    )
    content = keep_part(request, "question", (*address, *reader), make_content, has_holes=True)
    return content | {"content": fill_holes(request, content["content"], make_stamp)}


def question_page(
    request: Request, detail: QuestionPage, answer_form: deform.Form | None
) -> dict[str, Markup]:
    """The page for the reader who asks."""
    return request.render_content("board/question.jinja2", detail=detail, answer_form=answer_form)


def create_answer_form(
    question: QuestionResource,
    request: Request,
    draft: Draft | None = None,
    *,
    is_draft_offered: bool | None = None,
) -> deform.Form | None:
    """The form below the answers, for whoever may answer; others have none.

    :param draft: what the reader has begun to answer, where the page is for them alone.
    :param is_draft_offered: whether they have begun something, where it is for several.
    """
    if not request.has_permission(Permission.ANSWER, question):
        return None
    answers = question["answers"]
    values = None
    if draft is not None and is_to_be_continued(request):
        values = {"body": draft.body}
    form = request.create_form(
        add_key(request, guard_newcomer(request, AnswerSchema())),
        name="answer",
        submit_title=_("Post your answer"),
        action=request.resource_path(answers),
        values=values,
    )
    keep_draft_of(request, form, answers, draft, is_offered=is_draft_offered)
    return form
