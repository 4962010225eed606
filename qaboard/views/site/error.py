"""Pages for what went wrong: what happened, and what to do about it."""

from __future__ import annotations

import logging

from pyramid.exceptions import BadCSRFToken, PredicateMismatch
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPNotFound,
    HTTPRequestEntityTooLarge,
    HTTPSeeOther,
    HTTPUnsupportedMediaType,
)
from pyramid.request import Request
from pyramid.view import exception_view_config, forbidden_view_config, notfound_view_config
from pyramid_retry import is_error_retryable
from pyramid_tm import maybe_tag_retryable
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from qaboard.database.session import SAFE_METHODS
from qaboard.http.cookies import leave_session_alone
from qaboard.http.malformed_requests import WrongHost
from qaboard.http.pagination import NoSuchPageError
from qaboard.http.redirect_target import own_address
from qaboard.http.request_context import request_id
from qaboard.i18n import _
from qaboard.limits.forged_requests import log_foreign_request
from qaboard.limits.rate_limits import TooManyRequests
from qaboard.models import EventKind, Post, Role
from qaboard.presenters.accounts.login_reason import VOTE_ANCHOR
from qaboard.presenters.site.not_found_page import present_missing_page
from qaboard.resources import AnswersResource
from qaboard.security.csrf import WrongOrigin
from qaboard.security.passwords import TooManyHashes
from qaboard.security.permissions import WRITING, Permission
from qaboard.services.accounts.security_event import log_event
from qaboard.services.errors import WHOLE_FORM
from qaboard.views.board.draft import ANSWER_FORM_ANCHOR

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 10

_REFUSED = {
    Permission.VOTE: _("You can’t vote on your own post."),
    Permission.ANSWER: _("This question was deleted, so you can’t answer it."),
    Permission.EDIT: _("Only its author and moderators can edit this."),
    Permission.DELETE: _("Only its author and moderators can delete this."),
    Permission.RESTORE: _("There’s nothing to restore here, or you don’t have permission."),
}


def error_page(
    request: Request, status: int, title, message, *, error_id: str | None = None, back: str = ""
) -> dict[str, object]:
    """What the template of all errors is rendered from.

    :param back: an address to go on from; by default the list of questions.
    """
    request.response.status_int = status
    # A link to the very page that was refused would lead here again.
    if request.method in ("GET", "HEAD") and back == request.path_qs:
        back = ""
    return {
        "title": title,
        "message": message,
        "error_id": error_id,
        "back": back or request.resource_path(request.site_root["questions"]),
        # A 500 shows nothing but its number.
        "typed": typed_texts(request) if status != 500 else [],
        "missing": None,
        "is_restriction": False,
        "next": own_address(request),
    }


def typed_texts(request: Request) -> list[str]:
    """What the person had written, so that an error does not lose it."""
    return [
        value for name, value in request.POST.items() if name in ("title", "body") and value.strip()
    ]


@notfound_view_config(renderer="site/error.jinja2")
def not_found(error, request):
    methods = allowed_methods(request) if isinstance(error, PredicateMismatch) else []
    if methods and not request.subpath:
        page = error_page(
            request,
            405,
            _("This page can’t do that"),
            _("The address exists but doesn’t accept this kind of request."),
        )
        request.response.allow = methods
        return page
    page = error_page(
        request,
        404,
        _("Page not found"),
        _("It may have been deleted, or the address may be wrong."),
    )
    return page | {"missing": present_missing_page(request)}


def allowed_methods(request: Request) -> list[str]:
    """The methods of the views that have this name on this kind of resource."""
    views = request.registry.introspector.get_category("views") or ()
    methods = set()
    for view in (item["introspectable"] for item in views):
        if view["name"] == request.view_name and isinstance(request.context, view["context"] or ()):
            declared = view["request_methods"] or ()
            methods.update([declared] if isinstance(declared, str) else declared)
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)


@forbidden_view_config(renderer="site/error.jinja2")
def forbidden(error, request):
    """Ask to log in, or say no; who may not see a thing is not told that it is there."""
    context = getattr(request, "context", None)
    permission = getattr(error.result, "permission", None)
    if request.identity is not None:
        log_event(
            EventKind.FORBIDDEN,
            user_id=request.identity.user_id,
            client=request.client,
            permission=str(permission),
            path=request.path,
        )
    if not request.has_permission(Permission.VIEW, context):
        return not_found(HTTPNotFound(), request)
    if request.identity is None:
        # A form's own address can be seen again after logging in; that of a button cannot.
        address = own_address(request) if request.method in SAFE_METHODS else _page_of(request)
        root = request.site_root
        return HTTPSeeOther(request.resource_path(root, "login", query={"next": address}))
    identity = request.identity
    # Of moderators and admins a restriction takes the rights of their role too.
    if identity.restriction is not None and (
        permission in WRITING or identity.role is not Role.MEMBER
    ):
        return restricted(request)
    message = _REFUSED.get(permission, _("You don’t have permission to do this."))
    if permission == Permission.VOTE and not request.has_permission(Permission.EDIT, context):
        # An author may edit unless the post is deleted, so that is what is in the way.
        message = _("You can’t vote on a deleted post.")
    return error_page(
        request,
        403,
        _("You don’t have permission"),
        message,
        back=request.resource_path(context),
    )


def restricted(request: Request) -> dict[str, object]:
    """Why somebody who is logged in may only read, and until when."""
    notice = request.restriction_notice
    resource = request.site_root["account"] if notice.leads_to_account else request.context
    page = error_page(
        request, 403, notice.title, notice.message, back=request.resource_path(resource)
    )
    return page | {"is_restriction": True}


def _page_of(request: Request) -> str:
    if isinstance(request.context, AnswersResource):
        question = request.context.__parent__
        return request.resource_path(question, anchor=ANSWER_FORM_ANCHOR)
    if "GET" in allowed_methods(request):
        return request.path_qs
    if request.view_name == "vote":
        return request.resource_path(request.context, anchor=VOTE_ANCHOR)
    return request.resource_path(request.context)


@exception_view_config(NoSuchPageError, renderer="site/error.jinja2")
def no_such_page(_error, request):
    return error_page(
        request,
        404,
        _("Page not found"),
        _("The list has fewer pages. Check the page number."),
        back=request.path,
    )


@exception_view_config(HTTPBadRequest, renderer="site/error.jinja2")
def bad_request(_error, request):
    log_foreign_request(request, "unreadable")
    return error_page(
        request,
        400,
        _("Invalid request"),
        _("This didn’t come from a form on this site. Go back and try again."),
    )


@exception_view_config(WrongHost, renderer="site/error.jinja2")
def wrong_host(error, request):
    site_address = request.registry["settings"].site_address
    log_foreign_request(request, "host", sent=error.host, expected=site_address)
    return error_page(
        request,
        400,
        _("This isn’t the address of this site"),
        _(
            "This site is at ${address}. Go there. If that doesn’t work either, tell the server "
            "administrator: a proxy passes on another host name, or the settings have another one.",
            mapping={"address": site_address},
        ),
        back=f"{site_address}/",
    )


@exception_view_config(WrongOrigin, renderer="site/error.jinja2")
def wrong_origin(error, request):
    site_address = request.registry["settings"].site_address
    log_foreign_request(
        request, "origin", sent=error.origin, expected=f"{site_address} or {request.host_url}"
    )
    return error_page(
        request,
        400,
        _("This was sent from another address"),
        _(
            "Nothing was changed. This site takes forms only from its own pages at ${address}. "
            "Open it there and try again. If you were there already, tell the server "
            "administrator: the address in the settings isn’t the one in your browser.",
            mapping={"address": site_address},
        ),
        back=f"{site_address}/",
    )


@exception_view_config(HTTPUnsupportedMediaType, renderer="site/error.jinja2")
def unsupported_media_type(_error, request):
    log_foreign_request(request, "media type")
    return error_page(
        request,
        415,
        _("This format isn’t supported"),
        _(
            "Go back to the page and send its form again. A program must send "
            "application/x-www-form-urlencoded in UTF-8."
        ),
    )


@exception_view_config(BadCSRFToken, renderer="site/error.jinja2")
def stale_page(error, request):
    log_foreign_request(request, type(error).__name__)
    return error_page(
        request,
        400,
        _("This page has expired"),
        _("Nothing was changed. Go back, reload the page and try again."),
        back=request.resource_path(request.context),
    )


@exception_view_config(HTTPRequestEntityTooLarge, renderer="site/error.jinja2")
def too_large(_error, request):
    return error_page(
        request,
        413,
        _("Text too long"),
        _(
            "The limit is ${maximum} characters. Go back and shorten your text.",
            mapping={"maximum": Post.BODY_MAX_CHARACTERS},
        ),
    )


@exception_view_config(TooManyRequests, renderer="site/error.jinja2")
def too_many_requests(error, request):
    page = error_page(request, 429, _("Slow down"), error.errors[WHOLE_FORM])
    request.response.retry_after = error.retry_after
    return page


@exception_view_config(TooManyHashes, renderer="site/error.jinja2")
def too_many_hashes(_error, request):
    page = error_page(
        request,
        503,
        _("Many people are logging in at this moment"),
        _("Try again in a moment."),
    )
    request.response.retry_after = RETRY_AFTER_SECONDS
    return page


def runs_again(request: Request, error: Exception) -> bool:
    """Whether the request is tried again after this error.

    pyramid_tm asks the transaction whether it is worth it only after the page of the error was
    made, which would have logged it by then.
    """
    maybe_tag_retryable(request, request.exc_info)
    return is_error_retryable(request, error)


@exception_view_config(OperationalError, renderer="site/error.jinja2")
@exception_view_config(PoolTimeoutError, renderer="site/error.jinja2")
def database_away(error, request):
    leave_session_alone(request)
    if runs_again(request, error):
        # Nobody sees this one.
        return error_page(request, 503, "", "")
    log.error(
        "%s %r: the database does not answer: %s",
        request.method,
        request.environ["PATH_INFO"],
        error,
    )
    page = error_page(
        request,
        503,
        _("The site is temporarily unavailable"),
        _("The database isn’t responding. Try again in a moment."),
    )
    request.response.retry_after = RETRY_AFTER_SECONDS
    return page


@exception_view_config(Exception, renderer="site/error.jinja2")
def server_error(error, request):
    leave_session_alone(request)
    if runs_again(request, error):
        # Nobody sees this one.
        return error_page(request, 500, "", "")
    error_id = request_id()
    path = request.environ["PATH_INFO"]
    log.error("error %s in %s %r", error_id, request.method, path, exc_info=error)
    return error_page(
        request,
        500,
        _("Something went wrong on our side"),
        _(
            "We logged it under this number. Try again. If it keeps happening, send the number "
            "to an administrator."
        ),
        error_id=error_id,
    )
