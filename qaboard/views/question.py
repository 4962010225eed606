"""Questions: the list, the search, one question, and asking."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.view import view_config, view_defaults

from qaboard.i18n import _
from qaboard.kept_pages.notes import keep_page
from qaboard.kept_pages.parts import keep_part
from qaboard.markup import as_line, mend
from qaboard.models import Question
from qaboard.pagination import requested_number
from qaboard.presenters.question import present_question_list
from qaboard.presenters.search import present_search_page
from qaboard.presenters.similar_questions import present_similar_questions
from qaboard.resources import QuestionResource, QuestionsResource
from qaboard.schemas.question import AskSchema
from qaboard.search import SearchSort, parse_query
from qaboard.security.client import rate_limited_address
from qaboard.security.permissions import Permission
from qaboard.services.answer import AnswerSort
from qaboard.services.post import render_ahead
from qaboard.services.question import ask
from qaboard.services.question_list import QuestionSort
from qaboard.settings.rate_limits import RateLimit
from qaboard.spam import check_guard, check_links, guard_newcomer
from qaboard.views.addresses import requested_choice, requested_text
from qaboard.views.draft import (
    is_to_be_continued,
    keep_draft_of,
    own_draft,
    settle_sent_draft,
)
from qaboard.views.question_page import keep_question_page
from qaboard.views.sending import add_key, sent_post


@view_config(
    context=QuestionsResource,
    permission=Permission.VIEW,
    request_method="GET",
    renderer="layouts/piece.jinja2",
)
def list_questions(context: QuestionsResource, request):
    """All questions, or with ``?q=`` the posts that are found."""
    query = parse_query(mend(as_line(" ".join(request.GET.getall("q")))))
    if query.text:
        request.limit_rate(RateLimit.SEARCH, rate_limited_address(request))
        sort = requested_choice(request, "sort", SearchSort)
        page = {
            "search": present_search_page(request, context, query, sort),
            "search_text": query.text,
        }
        return render_to_response("question/search.jinja2", page, request)
    keep_page(request)
    sort = requested_choice(request, "sort", QuestionSort)
    values = (sort, requested_number(request.GET))
    return keep_part(request, "list", values, partial(render_list, request, sort))


def render_list(request, sort: QuestionSort) -> dict[str, Markup]:
    """The page of the list that the address names."""
    questions = present_question_list(request, sort)
    return request.render_content("question/list.jinja2", list=questions)


@view_config(
    context=QuestionsResource,
    name="similar",
    permission=Permission.VIEW,
    request_method="GET",
    renderer="includes/similar_questions.jinja2",
)
def show_similar(context: QuestionsResource, request):
    """The questions that are like a title which is being typed: a piece of the page."""
    request.limit_rate(RateLimit.SEARCH, rate_limited_address(request))
    title = mend(as_line(requested_text(request, "title")))
    return {"similar": present_similar_questions(request, title)}


@view_config(
    context=QuestionResource,
    permission=Permission.VIEW,
    request_method="GET",
    renderer="layouts/piece.jinja2",
)
def show_question(context: QuestionResource, request):
    """A question, its answers, and the form for another one."""
    keep_page(request)
    return keep_question_page(request, context, requested_choice(request, "sort", AnswerSort))


@view_defaults(
    context=QuestionsResource, name="ask", permission=Permission.ASK, renderer="question/ask.jinja2"
)
class AskView:
    def __init__(self, context: QuestionsResource, request) -> None:
        self.context = context
        self.request = request
        draft = own_draft(request, context) if request.method == "GET" else None
        values = None
        if draft is not None and is_to_be_continued(request):
            values = {"title": draft.title, "body": draft.body}
        self.form = request.create_form(
            add_key(request, guard_newcomer(request, AskSchema())),
            name="ask",
            submit_title=_("Post your question"),
            values=values,
        )
        keep_draft_of(request, self.form, context, draft)
        self.form.similar_path = request.resource_path(context, "similar")
        # Nobody has looked for questions like it yet.
        self.form.similar = None

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        # No predicate of a view: that would read the body before it was found to be readable.
        if "similar" in self.request.POST:
            return self.look_around()
        return self.request.submit_form(self.form, self.ask, self.show)

    def look_around(self):
        """Without JavaScript: the same form with what is like its title."""
        request = self.request
        request.limit_rate(RateLimit.SEARCH, rate_limited_address(request))
        self.form.set_pstruct(dict(request.POST.items()))
        title = request.POST.get("title", "")
        self.form.similar = present_similar_questions(request, title)
        return self.show()

    def ask(self, values):
        request = self.request
        sent = sent_post(request, self.context, self.form, values)
        if sent is not None:
            return self.go_to(sent)
        request.limit_rate(RateLimit.ASK, request.identity.user_id)
        check_guard(request, values)
        title, body = values["title"], values["body"]
        render = render_ahead(body, request.render_markdown)
        check_links(request, render(body), title=title)
        request.begin_writing()
        question = ask(
            request.dbsession,
            author_id=request.identity.user_id,
            title=title,
            body=body,
            render=render,
            idempotency_key=values["idempotency_key"],
        )
        settle_sent_draft(request, self.context, question.body)
        request.count_after_commit(request.metrics.questions)
        return self.go_to(question)

    def go_to(self, question: Question) -> HTTPSeeOther:
        request = self.request
        request.flash(_("Question posted."))
        return HTTPSeeOther(request.resource_path(QuestionResource(question, self.context)))
