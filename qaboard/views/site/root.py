"""The front page."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from qaboard.resources import RootResource
from qaboard.security.permissions import Permission


@view_config(context=RootResource, permission=Permission.VIEW, request_method="GET")
def front_page(context: RootResource, request):
    """The list of questions is the front page."""
    return HTTPSeeOther(request.resource_path(context["questions"]))
