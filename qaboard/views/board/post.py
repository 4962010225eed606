"""Edit, delete and restore views shared by questions and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard import markup
from qaboard.i18n import _
from qaboard.limits.spam import check_links
from qaboard.models import Post
from qaboard.presenters.board.addresses import post_location
from qaboard.presenters.board.text_diff import Piece, find_differences
from qaboard.resources import AnswerResource, QuestionResource
from qaboard.schemas.board.answer import EditAnswerSchema
from qaboard.schemas.board.question import EditQuestionSchema
from qaboard.security.permissions import Permission
from qaboard.services.board.answer import edit_answer
from qaboard.services.board.post import (
    EditConflict,
    check_edit,
    delete_post,
    render_ahead,
    restore_post,
)
from qaboard.services.board.question import edit_question
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.board.draft import (
    is_to_be_continued,
    keep_draft_of,
    own_draft,
    settle_sent_draft,
)


def post_of(resource: QuestionResource | AnswerResource) -> Post:
    return resource.question if isinstance(resource, QuestionResource) else resource.answer


@dataclass(frozen=True, slots=True)
class Differences:
    """How what was typed differs from what somebody else saved meanwhile."""

    title: list[Piece]
    body: list[Piece]


@view_defaults(name="edit", permission=Permission.EDIT, renderer="board/edit.jinja2")
class EditView:
    def __init__(self, context: QuestionResource | AnswerResource, request) -> None:
        self.context = context
        self.request = request
        self.post = post_of(context)
        self.refused: dict[str, Any] | None = None
        values = {"body": self.post.body, "version": self.post.version}
        schema = EditAnswerSchema()
        if isinstance(context, QuestionResource):
            values["title"] = self.post.title
            schema = EditQuestionSchema()
        draft = own_draft(request, context) if request.method == "GET" else None
        if draft is not None and is_to_be_continued(request):
            values |= {"title": draft.title, "body": draft.body}
            # So that what was saved since then is not written over unseen.
            values["version"] = draft.post_version or self.post.version
        self.form = request.create_form(schema, name="edit", submit_title=_("Save"), values=values)
        keep_draft_of(request, self.form, context, draft)

    @view_config(context=QuestionResource, request_method="GET")
    @view_config(context=AnswerResource, request_method="GET")
    def show(self):
        differences = None
        if self.refused is not None:
            # Whoever sends the form again has seen both texts, and may replace the saved one.
            differences = self.compare(self.refused)
            self.form["version"].cstruct = str(self.post.version)
        return {
            "form": self.form,
            "post": self.post,
            "resource": self.context,
            "differences": differences,
        }

    @view_config(context=QuestionResource, request_method="POST", require_csrf=False)
    @view_config(context=AnswerResource, request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.edit, self.show)

    def edit(self, values):
        request = self.request
        request.limit_rate(RateLimit.EDIT, request.identity.user_id)
        save = edit_question if isinstance(self.context, QuestionResource) else edit_answer
        body = values["body"]
        try:
            check_edit(self.post, **values)
            render = render_ahead(body, request.render_markdown)
            check_links(request, render(body), title=values.get("title", ""))
            request.begin_writing()
            save(request.dbsession, self.post, render=render, **values)
        except EditConflict:
            self.refused = values
            raise
        settle_sent_draft(request, self.context, self.post.body)
        request.flash(_("Changes saved."))
        return HTTPSeeOther(post_location(request, self.context))

    def compare(self, values) -> Differences:
        """Compare what is saved with what the form would save."""
        saved_title, saved_body = self.post.title or "", self.post.body
        return Differences(
            find_differences(saved_title, values.get("title", saved_title)),
            find_differences(saved_body, markup.normalise(values["body"])),
        )


@view_defaults(name="delete", permission=Permission.DELETE, renderer="board/delete.jinja2")
class DeleteView:
    def __init__(self, context: QuestionResource | AnswerResource, request) -> None:
        self.context = context
        self.request = request

    @view_config(context=QuestionResource, request_method="GET")
    @view_config(context=AnswerResource, request_method="GET")
    def confirm(self):
        post = post_of(self.context)
        if post.deleted_at is not None:
            return HTTPSeeOther(self.request.resource_path(self.context))
        return {"resource": self.context, "post": post}

    @view_config(context=QuestionResource, request_method="POST")
    def delete_question(self):
        self._delete(
            _("Question deleted. You can restore it from its author’s profile for ${days} days.")
        )
        return HTTPSeeOther(self.request.resource_path(self.context.__parent__))

    @view_config(context=AnswerResource, request_method="POST")
    def delete_answer(self):
        self._delete(
            _("Answer deleted. You can restore it from its author’s profile for ${days} days.")
        )
        return HTTPSeeOther(self.request.resource_path(self.context.__parent__.__parent__))

    def _delete(self, message) -> None:
        self.request.limit_rate(RateLimit.EDIT, self.request.identity.user_id)
        self.request.begin_writing()
        delete_post(self.request.dbsession, post_of(self.context))
        self.request.flash(message, days=Post.RESTORABLE_FOR.days)


@view_config(
    context=QuestionResource,
    name="restore",
    permission=Permission.RESTORE,
    request_method="POST",
)
@view_config(
    context=AnswerResource,
    name="restore",
    permission=Permission.RESTORE,
    request_method="POST",
)
def restore(context: QuestionResource | AnswerResource, request):
    """Show a deleted post again."""
    request.limit_rate(RateLimit.EDIT, request.identity.user_id)
    request.begin_writing()
    restore_post(request.dbsession, post_of(context))
    request.flash(_("Post restored."))
    return HTTPSeeOther(post_location(request, context))
