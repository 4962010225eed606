"""One's own settings, and the language of the site."""

from __future__ import annotations

import colander
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard.i18n import LOCALE_COOKIE, LOCALE_COOKIE_MAX_AGE_SECONDS
from qaboard.models import User
from qaboard.resources import AccountResource, RootResource
from qaboard.schemas.account import LanguageSchema
from qaboard.security.cookies import cookie_name, end_session_of_visitor
from qaboard.security.next_address import safe_next_address
from qaboard.security.permissions import Permission
from qaboard.services.user import choose_locale
from qaboard.views.addresses import requested_next


@view_config(
    context=AccountResource,
    permission=Permission.MANAGE_ACCOUNT,
    request_method="GET",
    renderer="account/account.jinja2",
)
def show_account(context: AccountResource, request):
    """What the board knows of the one who is logged in."""
    return {"user": request.dbsession.get_one(User, request.identity.user_id)}


@view_defaults(
    context=RootResource,
    name="language",
    permission=Permission.VIEW,
    renderer="account/language.jinja2",
)
class LanguageView:
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
            values = LanguageSchema().deserialize(dict(request.POST.items()))
        except colander.Invalid as error:
            raise HTTPBadRequest from error
        if request.identity is not None:
            choose_locale(request.dbsession, request.identity.user_id, values["locale"])
        secure = request.registry["settings"].secure_cookies
        response = HTTPSeeOther(safe_next_address(values["next"]))
        response.set_cookie(
            cookie_name(LOCALE_COOKIE, secure=secure),
            values["locale"],
            max_age=LOCALE_COOKIE_MAX_AGE_SECONDS,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
        end_session_of_visitor(request, response)
        return response
