"""List, search, show and ask questions."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.view import view_config, view_defaults

from qaboard.forms.idempotency import add_key, sent_post
from qaboard.http.client import rate_limited_address
from qaboard.i18n import _
from qaboard.limits.spam import check_guard, check_links, guard_newcomer
from qaboard.markup import as_line, mend
from qaboard.models import Question
from qaboard.presenters.board.addresses import requested_choice, requested_text
from qaboard.presenters.board.question import present_question_list, present_question_page
from qaboard.presenters.board.search import present_search_page
from qaboard.presenters.board.similar_questions import present_similar_questions
from qaboard.resources import QuestionResource, QuestionsResource
from qaboard.schemas.board.question import AskSchema
from qaboard.search import SearchSort, parse_query
from qaboard.security.permissions import Permission
from qaboard.services.board.answer import AnswerSort
from qaboard.services.board.post import render_ahead
from qaboard.services.board.question import ask
from qaboard.services.board.question_list import QuestionSort
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.board.answer_form import create_answer_form
from qaboard.views.board.draft import (
    is_to_be_continued,
    keep_draft_of,
    own_draft,
    settle_sent_draft,
)


@view_config(
    context=QuestionsResource,
    permission=Permission.VIEW,
    request_method="GET",
    renderer="board/question_list.jinja2",
    cacheable=True,
)
def list_questions(context: QuestionsResource, request):
    """All questions, in the order that the address asks for."""
    sort = requested_choice(request, "sort", QuestionSort)
    return {"list": present_question_list(request, sort)}


@view_config(
    context=QuestionsResource,
    permission=Permission.VIEW,
    request_method="GET",
    request_param="q",
    renderer="board/search.jinja2",
)
def search(context: QuestionsResource, request):
    """The posts that match ``?q=``; the list of questions where it is blank."""
    query = parse_query(mend(as_line(" ".join(request.GET.getall("q")))))
    if not query.text:
        page = list_questions(context, request)
        return render_to_response("board/question_list.jinja2", page, request)
    request.limit_rate(RateLimit.SEARCH, rate_limited_address(request))
    sort = requested_choice(request, "sort", SearchSort)
    return {
        "search": present_search_page(request, context, query, sort),
        "search_text": query.text,
    }


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
    renderer="board/question.jinja2",
    cacheable=True,
)
def show_question(context: QuestionResource, request):
    """A question, its answers, and the form for another one."""
    sort = requested_choice(request, "sort", AnswerSort)
    detail = present_question_page(request, context, sort)
    return {"detail": detail, "answer_form": create_answer_form(request, context)}


@view_defaults(
    context=QuestionsResource, name="ask", permission=Permission.ASK, renderer="board/ask.jinja2"
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
            add_key(guard_newcomer(request, AskSchema())),
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
