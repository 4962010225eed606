"""Answers: writing them, and the way from their address to where they are shown."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from qaboard.forms.idempotency import sent_post
from qaboard.i18n import _
from qaboard.limits.spam import check_guard, check_links
from qaboard.models import Answer
from qaboard.presenters.board.addresses import post_location
from qaboard.presenters.board.question import present_question_page
from qaboard.resources import AnswerResource, AnswersResource
from qaboard.security.permissions import Permission
from qaboard.services.board.answer import AnswerSort, answer
from qaboard.services.board.post import render_ahead
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.board.answer_form import create_answer_form
from qaboard.views.board.draft import settle_sent_draft


@view_config(context=AnswersResource, permission=Permission.VIEW, request_method="GET")
def list_answers(context: AnswersResource, request):
    """The answers are listed below their question."""
    return HTTPSeeOther(request.resource_path(context.__parent__))


@view_config(
    context=AnswersResource,
    permission=Permission.ANSWER,
    request_method="POST",
    require_csrf=False,
    renderer="board/question.jinja2",
)
class AnswerView:
    def __init__(self, context: AnswersResource, request) -> None:
        self.context = context
        self.question_resource = context.__parent__
        self.request = request
        self.form = create_answer_form(request, self.question_resource)

    def __call__(self):
        return self.request.submit_form(self.form, self.answer, self.show)

    def show(self):
        sort = next(iter(AnswerSort))
        detail = present_question_page(self.request, self.question_resource, sort)
        return {"detail": detail, "answer_form": self.form}

    def answer(self, values):
        request = self.request
        sent = sent_post(request, self.context, self.form, values)
        if sent is not None:
            return self.go_to(sent)
        request.limit_rate(RateLimit.ANSWER, request.identity.user_id)
        check_guard(request, values)
        body = values["body"]
        render = render_ahead(body, request.render_markdown)
        check_links(request, render(body))
        request.begin_writing()
        written = answer(
            request.dbsession,
            self.question_resource.question,
            author_id=request.identity.user_id,
            body=body,
            render=render,
            idempotency_key=values["idempotency_key"],
        )
        settle_sent_draft(request, self.context, written.body)
        request.count_after_commit(request.metrics.answers)
        return self.go_to(written)

    def go_to(self, written: Answer) -> HTTPSeeOther:
        request = self.request
        request.flash(_("Answer posted."))
        return HTTPSeeOther(post_location(request, AnswerResource(written, self.context)))


@view_config(
    context=AnswerResource,
    permission=Permission.VIEW,
    request_method="GET",
    renderer="board/deleted_answer.jinja2",
)
def show_answer(context: AnswerResource, request):
    """The page of its question that shows it; a deleted one is shown by itself."""
    if context.answer.deleted_at is None:
        return HTTPSeeOther(post_location(request, context))
    return {"resource": context, "answer": context.answer}
