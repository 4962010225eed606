"""Theme and language preferences, stored in cookies.

They share a page of their own, because a visitor's other pages carry no token to send; its two
addresses are those that the forms are sent to.
"""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults

from qaboard.forms.submitted_values import sent_values
from qaboard.http.cookies import end_session_of_visitor
from qaboard.http.redirect_target import safe_next_address
from qaboard.http.theme import SYSTEM, THEME_COOKIE
from qaboard.i18n.negotiation import LOCALE_COOKIE
from qaboard.presenters.board.addresses import requested_next
from qaboard.resources import RootResource
from qaboard.schemas.accounts.account import LanguageSchema
from qaboard.schemas.site.theme import ThemeSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.user import choose_locale

CHOICE_MAX_AGE_SECONDS = 365 * 24 * 60 * 60


@view_defaults(
    context=RootResource,
    name="theme",
    permission=Permission.VIEW,
    renderer="site/preferences.jinja2",
)
class ThemeView:
    def __init__(self, _context, request) -> None:
        self.request = request

    @view_config(request_method="GET")
    def show(self):
        return {"next": requested_next(self.request)}

    @view_config(request_method="POST")
    def choose(self):
        values = sent_values(self.request, ThemeSchema())
        # What the system says is no choice: nothing is to be remembered of the reader.
        chosen = None if values["theme"] == SYSTEM else values["theme"]
        return remember_choice(self.request, THEME_COOKIE, chosen, values["next"])


@view_defaults(
    context=RootResource,
    name="language",
    permission=Permission.VIEW,
    renderer="site/preferences.jinja2",
)
class LanguageView:
    def __init__(self, _context, request) -> None:
        self.request = request

    @view_config(request_method="GET")
    def show(self):
        return {"next": requested_next(self.request)}

    @view_config(request_method="POST")
    def choose(self):
        request = self.request
        values = sent_values(request, LanguageSchema())
        if request.identity is not None:
            request.begin_writing()
            choose_locale(request.dbsession, request.identity.user_id, values["locale"])
        return remember_choice(request, LOCALE_COOKIE, values["locale"], values["next"])


def remember_choice(
    request: Request, cookie: str, chosen: str | None, next_address: str
) -> HTTPSeeOther:
    """Keep a choice in the browser, and go where the reader wanted to.

    :param chosen: ``None`` takes an earlier choice back, and leaves no cookie.
    :param next_address: as it was sent.
    """
    settings = request.registry["settings"]
    response = HTTPSeeOther(safe_next_address(next_address))
    response.set_cookie(
        settings.cookie_name(cookie),
        chosen or "",
        max_age=CHOICE_MAX_AGE_SECONDS if chosen else 0,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    end_session_of_visitor(request, response)
    return response
