"""View derivers: no view has a subpath; some want a login that is recent."""

from __future__ import annotations

from datetime import timedelta

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response
from pyramid.viewderivers import INGRESS

from qaboard.models import is_recent

# Fetch, section 2.2.5: destinations of what a page consists of.
PARTS_OF_PAGES = frozenset(
    ("image", "audio", "video", "track", "style", "script", "font", "object", "embed", "xslt")
)


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
        if not is_recent(request.identity.authenticated_at, timedelta(minutes=minutes)):
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
    # After the permission, so that there is an identity to look at.
    config.add_view_deriver(recently_authenticated_view)
