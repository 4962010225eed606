"""Light or dark, for one browser."""

from __future__ import annotations

import colander
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard.resources import RootResource
from qaboard.schemas.theme import ThemeSchema
from qaboard.security.cookies import cookie_name, end_session_of_visitor
from qaboard.security.next_address import safe_next_address
from qaboard.security.permissions import Permission
from qaboard.theme import SYSTEM, THEME_COOKIE, THEME_COOKIE_MAX_AGE_SECONDS
from qaboard.views.addresses import requested_next


@view_defaults(
    context=RootResource,
    name="theme",
    permission=Permission.VIEW,
    renderer="account/theme.jinja2",
)
class ThemeView:
    """A page of its own, because a visitor's other pages carry no token to send."""

    def __init__(self, _context, request) -> None:
        self.request = request

    @view_config(request_method="GET")
    def show(self):
        return {"next": requested_next(self.request)}

    @view_config(request_method="POST")
    def choose(self):
        request = self.request
        try:
            values = ThemeSchema().deserialize(dict(request.POST.items()))
        except colander.Invalid as error:
            raise HTTPBadRequest from error
        secure = request.registry["settings"].secure_cookies
        # Without a choice there is no cookie, so that nothing is to be remembered of the reader.
        is_choice = values["theme"] != SYSTEM
        response = HTTPSeeOther(safe_next_address(values["next"]))
        response.set_cookie(
            cookie_name(THEME_COOKIE, secure=secure),
            values["theme"] if is_choice else "",
            max_age=THEME_COOKIE_MAX_AGE_SECONDS if is_choice else 0,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
        end_session_of_visitor(request, response)
        return response
