"""Request bodies: the content types that each path takes, and limits checked before parsing.

``cgi`` and WebOb need seconds for a megabyte of hostile multipart. So a body is judged here, once
and before anything reads it: one that is refused is emptied, so that nothing can parse it again,
and what is left is a short urlencoded form, whatever it was sent as.
"""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from urllib.parse import unquote_to_bytes, urlencode

from multipart import MultipartError, MultipartParser
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

MULTIPART_VIEWS = frozenset({"draft"})
"""The views, the last name of a path, that take ``multipart/form-data`` too.

A browser sends no more than 64 KiB while a page is left, and percent-encoded that is a third of the
Korean text that it is in parts. A view that takes files would be named here as well.
"""

PARTS_MAX_COUNT = 20
PART_HEADERS_MAX_COUNT = 2
PART_HEADER_MAX_BYTES = 200

CONTENT_TYPE_MAX_CHARACTERS = 200

FORM = "application/x-www-form-urlencoded"
_FORM = re.compile(rf'{re.escape(FORM)} *(?:; *charset="?utf-?8"? *)?', re.IGNORECASE)
# A boundary as RFC 2046, section 5.1.1, has it.
_MULTIPART = re.compile(
    r"""multipart/form-data *; *boundary=("?)([0-9a-z'()+_,./:=?-]{1,70})\1 *""", re.IGNORECASE
)


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
    """Check a body, and rewrite it as a form whose header says nothing else.

    :raises HTTPRequestEntityTooLarge: for more than `BODY_MAX_BYTES`.
    :raises HTTPUnsupportedMediaType: for what the path does not take.
    :raises HTTPBadRequest: for a body that is not what its header says, or no UTF-8.
    """
    if request.content_length > BODY_MAX_BYTES:
        raise HTTPRequestEntityTooLarge
    content_type = request.environ.get("CONTENT_TYPE", "")[: CONTENT_TYPE_MAX_CHARACTERS + 1]
    multipart = _MULTIPART.fullmatch(content_type)
    try:
        if _FORM.fullmatch(content_type):
            check_form(request.body)
        elif multipart and request.environ["PATH_INFO"].rpartition("/")[2] in MULTIPART_VIEWS:
            request.body = urlencode(read_parts(request.body, multipart[2])).encode("ascii")
        else:
            raise HTTPUnsupportedMediaType
    except ValueError as error:
        raise HTTPBadRequest from error
    request.environ["CONTENT_TYPE"] = FORM


def check_form(body: bytes) -> None:
    """Check an urlencoded form before it is parsed.

    :raises ValueError: for too many fields, and for bytes that are no UTF-8.
    """
    if body.count(b"&") >= FIELDS_MAX_COUNT:
        raise ValueError("too many fields")
    # WebOb would replace what is none.
    unquote_to_bytes(body).decode("utf-8")


def read_parts(body: bytes, boundary: str) -> list[tuple[str, str]]:
    """The names and values of the fields in a multipart body.

    :raises ValueError: for too many or too long parts, files, and bytes that are no UTF-8.
    """
    # Counted before it is parsed; the last boundary ends the body.
    if body.count(b"--" + boundary.encode("ascii")) > PARTS_MAX_COUNT + 1:
        raise MultipartError("too many parts")
    parser = MultipartParser(
        BytesIO(body),
        boundary,
        strict=True,
        header_limit=PART_HEADERS_MAX_COUNT,
        headersize_limit=PART_HEADER_MAX_BYTES,
        part_limit=PARTS_MAX_COUNT,
        # All of it is in memory already.
        spool_limit=BODY_MAX_BYTES,
        memory_limit=BODY_MAX_BYTES,
    )
    fields = []
    for part in parser:
        if part.filename is not None:
            raise MultipartError("a file")
        fields.append((part.name, part.raw.decode("utf-8")))
    return fields
