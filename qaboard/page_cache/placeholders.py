"""What differs from reader to reader inside of a part that is kept for several.

While such a part is made, each of them is a hole, which every page fills with its own reader's. No
text can have one in it, since they are random and are seen by nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from markupsafe import Markup, escape
from pyramid.csrf import get_csrf_token
from pyramid.request import Request

from qaboard.page_cache.cacheability import notes_of

_CSRF_TOKEN, _READER_ID, _READER_NAME, _STAMP, _KEY = (secrets.token_hex(16) for _ in range(5))


def is_for_several(request: Request) -> bool:
    """Whether what is being made is for several readers."""
    notes = notes_of(request)
    return notes is not None and notes.has_holes


def csrf_token_of_page(request: Request) -> str:
    """The token against cross-site requests, for the forms of a page."""
    return _CSRF_TOKEN if is_for_several(request) else get_csrf_token(request)


def reader_id(request: Request) -> str:
    """The id of who is logged in."""
    return _READER_ID if is_for_several(request) else str(request.identity.user_id)


def reader_name(request: Request) -> str:
    """The name of who is logged in."""
    return _READER_NAME if is_for_several(request) else request.identity.username


def stamp_or_hole(request: Request, make_stamp: Callable[[Request], str]) -> str:
    """The signed time with which a form begins."""
    return _STAMP if is_for_several(request) else make_stamp(request)


def new_idempotency_key() -> str:
    """A new idempotency key, made each time that a form is shown."""
    return secrets.token_hex(16)


def key_or_hole(request: Request) -> str:
    """The idempotency key with which a form begins."""
    return _KEY if is_for_several(request) else new_idempotency_key()


def fill_holes(
    request: Request, part: str, make_stamp: Callable[[Request], str] | None = None
) -> Markup:
    """The part as it is for who is asking.

    :param make_stamp: makes the time of a form, where one begins with it.
    """
    # What is filled in first cannot bring about another hole, since nobody knows one.
    filled = str(part).replace(_CSRF_TOKEN, get_csrf_token(request))
    filled = filled.replace(_READER_ID, str(request.identity.user_id))
    filled = filled.replace(_READER_NAME, str(escape(request.identity.username)))
    filled = filled.replace(_KEY, new_idempotency_key())
    if make_stamp is not None and _STAMP in filled:
        filled = filled.replace(_STAMP, make_stamp(request))
    return Markup(filled)  # noqa: S704 - the name is escaped, and the others are letters and digits
