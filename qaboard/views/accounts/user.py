"""Users: signing up, and the public profile."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard.forms.idempotency import add_key
from qaboard.http.client import rate_limited_address
from qaboard.http.redirect_target import safe_next_address
from qaboard.i18n import _
from qaboard.limits.spam import check_guard, guard
from qaboard.models import EventKind
from qaboard.presenters.accounts.user import ProfileTab, present_profile
from qaboard.presenters.board.addresses import requested_choice, requested_next
from qaboard.resources import RootResource, UserResource
from qaboard.schemas.accounts.user import SignUpSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.password import check_new_password
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.two_factor.verification import has_second_factor
from qaboard.services.accounts.user import NameTaken, has_signed_up, sign_up
from qaboard.services.accounts.user_session import WrongPassword
from qaboard.services.accounts.username import check_new_username
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.accounts.email_address import mail_address_link
from qaboard.views.accounts.user_session import (
    ask_second_factor,
    begin_writing_as,
    check_password,
    log_in_and_go,
)

WELCOME = _("Welcome, ${username}! You’re signed up and logged in.")


@view_defaults(
    context=RootResource,
    name="signup",
    permission=Permission.VIEW,
    renderer="accounts/signup.jinja2",
)
class SignUpView:
    def __init__(self, _context, request) -> None:
        self.request = request
        self.form = request.create_form(
            add_key(guard(request, SignUpSchema())),
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
        key = values["idempotency_key"]
        if has_signed_up(request.dbsession, values["username"], key):
            try:
                return self.log_in(values)
            except WrongPassword as refusal:
                raise NameTaken from refusal
        request.limit_rate(RateLimit.SIGN_UP, rate_limited_address(request))
        check_guard(request, values)
        check_new_username(request.dbsession, values["username"])
        check_new_password(
            values["password"],
            username=values["username"],
            email=values["email"],
            site_name=request.registry["settings"].site_name,
        )
        password_hash = request.passwords.hash(values["password"])
        request.begin_writing()
        user = sign_up(
            request.dbsession,
            username=values["username"],
            email=values["email"],
            password_hash=password_hash,
            idempotency_key=key,
        )
        record_event(
            request.dbsession,
            EventKind.SIGN_UP,
            user_id=user.id,
            actor_id=user.id,
            client=request.client,
        )
        way_on = log_in_and_go(request, user, values["next"], WELCOME)
        mail_address_link(request, user, user.email)
        return way_on

    def log_in(self, values):
        """Log in whoever has signed up by this very form, and sent it twice.

        :raises WrongPassword: when it has another password now.
        """
        request = self.request
        credentials = check_password(request, values["username"], values["password"])
        user = begin_writing_as(request, credentials)
        if has_second_factor(request.dbsession, user.id):
            return ask_second_factor(request, user, values["next"])
        return log_in_and_go(request, user, values["next"], WELCOME)


@view_config(
    context=UserResource,
    permission=Permission.VIEW,
    request_method="GET",
    renderer="accounts/profile.jinja2",
    cacheable=True,
)
def show_profile(context: UserResource, request):
    """A user, and what they wrote."""
    tab = requested_choice(request, "tab", ProfileTab)
    questions = request.site_root["questions"]
    return {"profile": present_profile(request, context, questions, tab), "resource": context}
