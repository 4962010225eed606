"""Pages that a link in a mail leads to; what the link is good for happens with a button there."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy.orm import Session

from qaboard.models import SingleUseToken
from qaboard.presenters.board.addresses import requested_text

TOKEN_MAX_CHARACTERS = 100
"""More than a token has; the session is a cookie, and a long one would not fit into it."""


def keep_token(
    request: Request, find: Callable[[Session, str], SingleUseToken | None]
) -> Response | None:
    """Put the token of the address into the session, and go on without it.

    So it does not stay in the history, nor is it sent on as a referrer. Mail scanners that open
    the link use nothing up. A token that does not work leaves the one that is kept alone: its form
    may be open.

    :param find: finds a token that still works.
    :return: the way on, if the address has a token.
    """
    token = requested_text(request, "token")
    if not token:
        return None
    is_possible = token.isascii() and len(token) <= TOKEN_MAX_CHARACTERS
    if not is_possible or find(request.dbsession, token) is None:
        return _dead_page(request)
    request.session[_key(request)] = token
    return HTTPSeeOther(request.path)


def kept_token(request: Request) -> str:
    """The token that the browser came with; empty when it came without."""
    return request.session.get(_key(request), "")


def forget_token(request: Request) -> None:
    """Keep the token no longer, since it works no more."""
    # Asked first: taking out what is not there would give the browser a session.
    if _key(request) in request.session:
        del request.session[_key(request)]


def _key(request: Request) -> str:
    return f"token of {request.view_name}"


def dead_link(request: Request) -> Response:
    """The page for a link that does not work any more, and what to do then."""
    forget_token(request)
    return _dead_page(request)


def _dead_page(request: Request) -> Response:
    page = {"view_name": request.view_name}
    response = render_to_response("accounts/invalid_link.jinja2", page, request)
    response.status_int = 410
    return response
