"""View derivers: what every view may take for granted about the address and the form it is sent."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from urllib.parse import unquote_to_bytes

from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPNotFound,
    HTTPRequestEntityTooLarge,
    HTTPSeeOther,
)
from pyramid.request import Request
from pyramid.response import Response
from pyramid.viewderivers import INGRESS

from qaboard.kept_pages.policy import only_reads
from qaboard.models import utc_now

BODY_MAX_BYTES = 1024 * 1024
"""The longest text a post may have, each character percent-encoded from four bytes, is 360,000."""


# Fetch, section 2.2.5: destinations of what a page consists of.
PARTS_OF_PAGES = frozenset(
    ("image", "audio", "video", "track", "style", "script", "font", "object", "embed", "xslt")
)

FIELDS_MAX_COUNT = 100
"""No form of the site has more than ten."""


def subpath_view(view, info):
    """An address that goes on after the name of a view does not exist."""
    if info.exception_only:
        return view

    def without_subpath(context, request):
        # Static files have a route, and a subpath that means something.
        if request.subpath and request.matched_route is None:
            raise HTTPNotFound
        return view(context, request)

    return without_subpath


def readable_view(view, info):
    """A request is read before anything is done for it: short enough, text, each field once."""
    if info.exception_only:
        return view

    def readable(context, request):
        check_readable(request)
        return view(context, request)

    return readable


def page_view(view, info):
    """A page is opened by itself or by a script; as a picture of another page it is refused.

    Nobody would see it, and opening it has effects: a message is shown once, a search is counted, a
    form gives the browser a session. Older browsers say by ``Accept`` alone what they want.
    """
    renderer = info.options.get("renderer")
    if info.exception_only or not str(getattr(renderer, "name", renderer)).endswith(".jinja2"):
        return view

    def page(context, request):
        purpose = request.headers.get("Sec-Fetch-Dest", "document")
        wants_image = request.headers.get("Accept", "").lstrip().startswith("image/")
        if purpose in PARTS_OF_PAGES or wants_image:
            return Response(status=406, headers={"Cache-Control": "no-store"})
        return view(context, request)

    return page


def read_fields(request: Request) -> list[tuple[str, str]]:
    """The names and values of a form that was sent.

    :raises HTTPRequestEntityTooLarge: for a body of more than ``BODY_MAX_BYTES``.
    :raises HTTPBadRequest: for bytes that are no UTF-8, and for a body that is no form.
    """
    if (request.content_length or 0) > BODY_MAX_BYTES:
        raise HTTPRequestEntityTooLarge
    if request.charset.lower() not in ("utf-8", "utf8"):
        raise HTTPBadRequest
    try:
        # There are no files, so all of a body is text. WebOb would replace what is none. Fields
        # are counted before they are parsed, which takes more than linear time.
        if request.content_type == "multipart/form-data":
            request.body.decode("utf-8")
            count = request.body.lower().count(b"content-disposition:")
        else:
            unquote_to_bytes(request.body).decode("utf-8")
            count = request.body.count(b"&") + 1
        if count > FIELDS_MAX_COUNT:
            raise HTTPBadRequest
        fields = list(request.POST.items())
        for value in (part for field in fields for part in field if isinstance(part, str)):
            # Parts of a multipart body can have encodings of their own, surrogates among them.
            value.encode("utf-8")
    except (ValueError, LookupError, RecursionError) as error:
        raise HTTPBadRequest from error
    return fields


def check_readable(request: Request) -> None:
    """Refuse what no browser sends for the forms of this site.

    :raises HTTPRequestEntityTooLarge: as `read_fields` does.
    :raises HTTPBadRequest: as `read_fields` does, for a field that comes twice, and for a file.
    """
    if only_reads(request.environ):
        return
    fields = read_fields(request)
    if any(not isinstance(value, str) for _name, value in fields):
        raise HTTPBadRequest
    if any(count > 1 for count in Counter(name for name, _value in fields).values()):
        raise HTTPBadRequest


def recently_authenticated_view(view, info):
    """With ``recent_authentication=True``: who logged in a while ago proves again who they are.

    Afterwards they are back at the page; a form that was sent is then to be filled in again, or
    holds its draft (``static/js/draft.js``). The view of a button, which is no page, names the page
    it is on: ``recent_authentication="email"``.
    """
    page = info.options.get("recent_authentication")
    if not page:
        return view
    minutes = info.registry["settings"].accounts.recent_authentication_minutes

    def recently_authenticated(context, request):
        if utc_now() - request.identity.authenticated_at > timedelta(minutes=minutes):
            account = request.site_root["account"]
            next_address = request.path if page is True else request.resource_path(context, page)
            query = {"next": next_address}
            return HTTPSeeOther(request.resource_path(account, "confirm", query=query))
        return view(context, request)

    return recently_authenticated


recently_authenticated_view.options = ("recent_authentication",)


def includeme(config) -> None:
    # Before anything else, so that nobody is asked to log in for what is not there.
    config.add_view_deriver(subpath_view, under=INGRESS, over="secured_view")
    config.add_view_deriver(page_view, under=INGRESS, over="secured_view")
    config.add_view_deriver(readable_view, under=INGRESS, over="secured_view")
    # After the permission, so that there is an identity to look at.
    config.add_view_deriver(recently_authenticated_view)
