"""Drafts: a form offers what was begun in it, a script saves what is being typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import deform
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from qaboard.models import Draft, SeenDraft
from qaboard.resources import (
    AnswerResource,
    AnswersResource,
    QuestionResource,
    QuestionsResource,
)
from qaboard.schemas.draft import DraftSchema, read_seen_drafts
from qaboard.security.permissions import Permission
from qaboard.services.draft import (
    ASK_PLACE,
    FormSent,
    answer_place,
    discard_draft,
    edit_place,
    find_draft,
    save_draft,
    settle_draft,
)
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.sent_values import sent_values

WrittenIn = QuestionsResource | QuestionResource | AnswersResource | AnswerResource
"""Where one writes: the questions take a new one, the answers of a question too; a single question
or answer is edited."""

PERMISSION_TO_WRITE = {
    QuestionsResource: Permission.ASK,
    AnswersResource: Permission.ANSWER,
    QuestionResource: Permission.EDIT,
    AnswerResource: Permission.EDIT,
}

ANSWER_FORM_ANCHOR = "your-answer"
"""The id of the section with the form, where a visitor wants to be after logging in."""

CONTINUE = "draft"
"""The parameter of an address that has the form filled in with the draft."""


SEEN = "continues"
"""The field of a form, and of a save, with the drafts that its page knows."""


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What the template of a form says of its draft.

    ``seen`` names the draft with which the page begins, or those that the page before it knew:
    which of them is kept depends on whether its last save has come through.
    """

    form_path: str
    save_path: str
    discard_path: str
    continue_path: str
    is_offered: bool
    is_begun: bool
    seen: str


def place_of(context: WrittenIn) -> str:
    """The name under which the drafts of a form are kept."""
    if isinstance(context, QuestionsResource):
        return ASK_PLACE
    if isinstance(context, AnswersResource):
        return answer_place(context.__parent__.question.id)
    if isinstance(context, QuestionResource):
        return edit_place(context.question.id)
    return edit_place(context.answer.id)


def form_path(request: Request, context: WrittenIn, *, continues: bool = False) -> str:
    """The address of the page with the form."""
    options = {"query": {CONTINUE: "1"}} if continues else {}
    if isinstance(context, AnswersResource):
        options["anchor"] = ANSWER_FORM_ANCHOR
        return request.resource_path(context.__parent__, **options)
    name = "ask" if isinstance(context, QuestionsResource) else "edit"
    return request.resource_path(context, name, **options)


def own_draft(request: Request, context: WrittenIn) -> Draft | None:
    """What the reader has begun to write here."""
    if request.identity is None or not request.identity.has_drafts:
        return None
    return find_draft(request.dbsession, request.identity.user_id, place_of(context))


def is_to_be_continued(request: Request) -> bool:
    """Whether the form is asked for with what was begun in it."""
    return request.method == "GET" and CONTINUE in request.GET


def sent_seen_drafts(request: Request) -> list[SeenDraft]:
    """The drafts that a form says it knows."""
    return read_seen_drafts(request.POST.get(SEEN, "")) or []


def keep_draft_of(
    request: Request,
    form: deform.Form,
    context: WrittenIn,
    draft: Draft | None,
    *,
    is_offered: bool | None = None,
) -> None:
    """Have a script save what is typed into the form, and offer what was begun in it before.

    :param draft: what was begun, if the form is, or could be, filled in with it.
    :param is_offered: whether something was begun, where that is all that is known.
    """
    is_begun = draft is not None and is_to_be_continued(request)
    seen = [SeenDraft(draft.writer, draft.save_number)] if is_begun else []
    if request.method == "POST":
        seen = sent_seen_drafts(request)
    if is_offered is None:
        is_offered = draft is not None and request.method == "GET"
    form.draft = FormDraft(
        form_path=form_path(request, context),
        save_path=request.resource_path(context, "draft"),
        discard_path=request.resource_path(context, "discard-draft"),
        continue_path=form_path(request, context, continues=True),
        is_offered=is_offered and not is_begun,
        is_begun=is_begun,
        seen=" ".join(map(str, seen)),
    )


def settle_sent_draft(request: Request, context: WrittenIn, body: str) -> None:
    """The text of a form was sent: its draft goes."""
    if request.identity.has_drafts:
        settle_draft(
            request.dbsession,
            request.identity.user_id,
            place_of(context),
            seen=sent_seen_drafts(request),
            body=body,
        )


def view_of_every_form(**options: Any) -> Callable[[Callable], Callable]:
    """Declare a view for a POST wherever one writes, to those who may write there.

    :param options: of the view, such as its ``name``.
    """

    def declare(view: Callable) -> Callable:
        for context, permission in PERMISSION_TO_WRITE.items():
            # It is declared where this decorates, not here.
            view_config(
                context=context,
                permission=permission,
                request_method="POST",
                _depth=1,
                **options,
            )(view)
        return view

    return declare


@view_of_every_form(name="draft", renderer="json")
def save(context: WrittenIn, request):
    """Keep what a script sends of the form; it says whether that is kept."""
    request.limit_rate(RateLimit.DRAFT, request.identity.user_id)
    values = sent_values(request, DraftSchema())
    title, body = values["title"], values["body"]
    if says_what_is_posted(context, title, body):
        title = body = ""
    request.begin_writing()
    try:
        is_kept = save_draft(
            request.dbsession,
            user_id=request.identity.user_id,
            place=place_of(context),
            writer=values["writer"],
            number=values["number"],
            seen=read_seen_drafts(values[SEEN]),
            title=title,
            body=body,
            post_version=values["version"],
            idempotency_key=values["idempotency_key"],
        )
    except FormSent:
        return {"is_kept": False, "is_sent": True}
    return {"is_kept": is_kept}


def says_what_is_posted(context: WrittenIn, title: str, body: str) -> bool:
    """Whether the text of an edit is that of the post, as when it was saved meanwhile."""
    if isinstance(context, AnswersResource | QuestionsResource):
        return False
    post = context.question if isinstance(context, QuestionResource) else context.answer
    return (title, body) == (post.title or "", post.body)


@view_of_every_form(name="discard-draft")
def discard(context: WrittenIn, request):
    """Throw the draft away, and show the form as it is without."""
    request.limit_rate(RateLimit.DRAFT, request.identity.user_id)
    request.begin_writing()
    discard_draft(request.dbsession, request.identity.user_id, place_of(context))
    return HTTPSeeOther(form_path(request, context))
