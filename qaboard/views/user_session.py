"""Logging in and out."""

from __future__ import annotations

from datetime import timedelta

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.security import forget, remember
from pyramid.view import view_config, view_defaults

from qaboard.i18n import _
from qaboard.models import User
from qaboard.resources import RootResource
from qaboard.schemas.user_session import LogInSchema
from qaboard.security.next_address import safe_next_address
from qaboard.security.permissions import Permission
from qaboard.services.user_session import authenticate, close_session, open_session
from qaboard.views.addresses import requested_next


def log_in_and_go(request: Request, user: User, next_address: str, message) -> HTTPSeeOther:
    """Log the browser in as this user and send it on.

    :param message: what it is told there; ``${username}`` stands for the name.
    """
    if request.identity is not None:
        close_session(request.dbsession, request.identity.session_id)
    lifetime = timedelta(days=request.registry["settings"].accounts.session_lifetime_days)
    token = open_session(request.dbsession, user.id, lifetime=lifetime, client=request.client)
    # What the browser held before it logged in, somebody else may know.
    request.session.invalidate()
    new_csrf_token(request)
    request.flash(message, username=user.username)
    return HTTPSeeOther(safe_next_address(next_address), headers=remember(request, token))


@view_defaults(
    context=RootResource,
    name="login",
    permission=Permission.VIEW,
    renderer="user_session/login.jinja2",
)
class LogInView:
    def __init__(self, _context, request) -> None:
        self.request = request
        self.form = request.create_form(
            LogInSchema(),
            name="login",
            submit_title=_("Log in"),
            values={"next": requested_next(request)},
        )

    @view_config(request_method="GET")
    def show(self):
        if self.request.identity is not None:
            return HTTPSeeOther(safe_next_address(requested_next(self.request)))
        return self.page()

    def page(self):
        return {"form": self.form, "next": self.form["next"].cstruct}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.log_in, self.page)

    def log_in(self, values):
        request = self.request
        user = authenticate(
            request.dbsession,
            request.passwords,
            username=values["username"],
            password=values["password"],
        )
        message = _("Welcome back, ${username}!")
        return log_in_and_go(request, user, values["next"], message)


@view_config(
    context=RootResource, name="logout", permission=Permission.LOG_OUT, request_method="POST"
)
def log_out(context: RootResource, request):
    """End the login, in the browser and on the server."""
    close_session(request.dbsession, request.identity.session_id)
    headers = forget(request)
    request.session.invalidate()
    request.flash(_("You are logged out."))
    return HTTPSeeOther(request.resource_path(context), headers=headers)
