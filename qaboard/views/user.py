"""Users: signing up, and the public profile."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard.i18n import _
from qaboard.kept_pages.notes import keep_page
from qaboard.models import EventKind
from qaboard.presenters.user import ProfileTab, present_profile
from qaboard.resources import RootResource, UserResource
from qaboard.schemas.user import SignUpSchema
from qaboard.security.client import rate_limited_address
from qaboard.security.next_address import safe_next_address
from qaboard.security.permissions import Permission
from qaboard.services.password import check_new_password
from qaboard.services.security_event import record_event
from qaboard.services.user import sign_up
from qaboard.services.username import check_new_username
from qaboard.settings.rate_limits import RateLimit
from qaboard.spam import check_guard, guard
from qaboard.views.addresses import requested_choice, requested_next
from qaboard.views.email_address import mail_address_link
from qaboard.views.user_session import log_in_and_go


@view_defaults(
    context=RootResource, name="signup", permission=Permission.VIEW, renderer="user/signup.jinja2"
)
class SignUpView:
    def __init__(self, _context, request) -> None:
        self.request = request
        self.form = request.create_form(
            guard(request, SignUpSchema()),
            name="signup",
            submit_title=_("Sign up"),
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
        return self.request.submit_form(self.form, self.sign_up, self.page)

    def sign_up(self, values):
        request = self.request
        request.limit_rate(RateLimit.SIGN_UP, rate_limited_address(request))
        check_guard(request, values)
        check_new_username(request.dbsession, values["username"])
        check_new_password(
            values["password"],
            username=values["username"],
            email=values["email"],
            site_name=request.registry["settings"].site_name,
        )
        user = sign_up(
            request.dbsession,
            username=values["username"],
            email=values["email"],
            password_hash=request.passwords.hash(values["password"]),
        )
        record_event(
            request.dbsession,
            EventKind.SIGN_UP,
            user_id=user.id,
            actor_id=user.id,
            client=request.client,
        )
        message = _("Welcome, ${username}! You are signed up and logged in.")
        way_on = log_in_and_go(request, user, values["next"], message)
        mail_address_link(request, user, user.email)
        return way_on


@view_config(
    context=UserResource,
    permission=Permission.VIEW,
    request_method="GET",
    renderer="user/profile.jinja2",
)
def show_profile(context: UserResource, request):
    """A user, and what they wrote."""
    keep_page(request)
    tab = requested_choice(request, "tab", ProfileTab)
    questions = request.site_root["questions"]
    return {"profile": present_profile(request, context, questions, tab), "resource": context}
