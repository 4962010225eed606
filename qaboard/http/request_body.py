"""Request bodies: urlencoded forms only, and limits checked before parsing.

``cgi`` and WebOb need seconds for a megabyte of hostile multipart. So a body is judged here, once
and before anything reads it: one that is refused is emptied, so that nothing can parse it again.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import unquote_to_bytes

from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from pyramid.request import Request

BODY_MAX_BYTES = 1024 * 1024
"""The longest text a post may have, each character percent-encoded from four bytes, is 360,000."""

FIELDS_MAX_COUNT = 100
"""No form of the site has more than ten."""

CONTENT_TYPE_MAX_CHARACTERS = 200

FORM = "application/x-www-form-urlencoded"
_FORM = re.compile(rf'{re.escape(FORM)} *(?:; *charset="?utf-?8"? *)?', re.IGNORECASE)
_BARE_PERCENT_SIGN = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def check_body(request: Request) -> type[HTTPException] | None:
    """Leave a request with a body that can be read safely: a form of limited size, or none.

    Only a POST has a body that means something; of other methods it is ignored (RFC 9110, section
    9.3.1).

    :return: the error for a body that is refused.
    """
    if request.method != "POST" or not request.content_length:
        drop_body(request)
        return None
    try:
        read_body(request)
    except HTTPException as refusal:
        drop_body(request)
        return type(refusal)
    # What was typed is left, so that the page of the error can show it.
    counts = Counter(request.POST.keys())
    return HTTPBadRequest if counts and max(counts.values()) > 1 else None


def drop_body(request: Request) -> None:
    """Take the body out of a request, with all that says that there was one."""
    request.body = b""
    request.environ.pop("CONTENT_TYPE", None)


def read_body(request: Request) -> None:
    """Check a body, and have its header say nothing but what it is.

    :raises HTTPRequestEntityTooLarge: for more than `BODY_MAX_BYTES`.
    :raises HTTPUnsupportedMediaType: for what is no urlencoded form in UTF-8.
    :raises HTTPBadRequest: for too many fields, and for what is not encoded as UTF-8.
    """
    if request.content_length > BODY_MAX_BYTES:
        raise HTTPRequestEntityTooLarge
    content_type = request.environ.get("CONTENT_TYPE", "")[: CONTENT_TYPE_MAX_CHARACTERS + 1]
    if not _FORM.fullmatch(content_type):
        raise HTTPUnsupportedMediaType
    try:
        check_form(request.body)
    except ValueError as error:
        raise HTTPBadRequest from error
    request.environ["CONTENT_TYPE"] = FORM


def check_form(body: bytes) -> None:
    """Check an urlencoded form before it is parsed.

    :raises ValueError: for too many fields, a percent sign that encodes nothing, and bytes that are
        no UTF-8.
    """
    if body.count(b"&") >= FIELDS_MAX_COUNT:
        raise ValueError("too many fields")
    # No browser sends one, and a megabyte of them takes long to decode.
    if _BARE_PERCENT_SIGN.search(body):
        raise ValueError("a percent sign without two hexadecimal digits")
    # WebOb would replace what is none.
    unquote_to_bytes(body).decode("utf-8")
