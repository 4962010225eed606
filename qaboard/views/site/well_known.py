"""Addresses that browsers, crawlers and people try by themselves: icon, robots.txt, search."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config, view_defaults

from qaboard.resources import RootResource
from qaboard.security.permissions import Permission

KEPT_SECONDS = 24 * 60 * 60


@view_defaults(context=RootResource, permission=Permission.VIEW, request_method="GET")
class WellKnownView:
    def __init__(self, context: RootResource, request: Request) -> None:
        self.root = context
        self.request = request

    @view_config(name="favicon.ico")
    def icon(self):
        """Browsers ask for it where a page names no icon, as for a picture that is opened."""
        response = HTTPSeeOther(self.request.static_file_path("icons/touch-icon.png"))
        response.cache_control = f"public, max-age={KEPT_SECONDS}"
        return response

    @view_config(name="robots.txt")
    def robots(self):
        """Crawlers stay out of the search and of what only people use (RFC 9309).

        Pages that are not to be found say so themselves; a crawler has to read them for that.
        """
        path, questions = self.request.resource_path(self.root), self.request.questions_path
        closed = [
            f"{questions}?q=",
            f"{questions}*&q=",
            f"{questions}similar",
            *(f"{path}{name}" for name in ("search", "login", "signup", "account/")),
        ]
        text = "".join(f"Disallow: {each}\n" for each in closed)
        response = Response(text=f"User-agent: *\n{text}", content_type="text/plain")
        response.cache_control = f"public, max-age={KEPT_SECONDS}"
        return response

    @view_config(name="search")
    def search(self):
        """The search of the list; each ``q`` as it came."""
        query = [("q", value) for value in self.request.GET.getall("q")]
        return HTTPSeeOther(
            self.request.resource_path(self.root["questions"], query=query or {"q": ""})
        )
