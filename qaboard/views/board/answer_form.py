"""The form for an answer, below the answers of a question."""

from __future__ import annotations

import deform
from pyramid.request import Request

from qaboard.forms.idempotency import add_key
from qaboard.i18n import _
from qaboard.limits.spam import guard_newcomer
from qaboard.resources import QuestionResource
from qaboard.schemas.board.answer import AnswerSchema
from qaboard.security.permissions import Permission
from qaboard.views.board.draft import is_to_be_continued, keep_draft_of, own_draft


def create_answer_form(request: Request, question: QuestionResource) -> deform.Form | None:
    """The form for another answer, with the draft of the user.

    :return: ``None`` for those who may not answer.
    """
    if not request.has_permission(Permission.ANSWER, question):
        return None
    answers = question["answers"]
    draft = own_draft(request, answers)
    values = None
    if draft is not None and is_to_be_continued(request):
        values = {"body": draft.body}
    form = request.create_form(
        add_key(guard_newcomer(request, AnswerSchema())),
        name="answer",
        submit_title=_("Post your answer"),
        action=request.resource_path(answers),
        values=values,
    )
    keep_draft_of(request, form, answers, draft)
    return form
