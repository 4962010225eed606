"""Forgotten passwords."""

from __future__ import annotations

from functools import partial

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard.http.client import rate_limited_address
from qaboard.i18n import _
from qaboard.mail.account_mails import announce, send_reset_link
from qaboard.models import User
from qaboard.resources import RootResource
from qaboard.schemas.accounts.email_address import EmailSchema
from qaboard.schemas.accounts.password import NewPasswordSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.email_address import DeadLink
from qaboard.services.accounts.password import check_new_password
from qaboard.services.accounts.password_reset import find_reset_token, reset_password
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.accounts.mailed_link import (
    dead_link,
    forget_token,
    keep_token,
    kept_token,
)


@view_defaults(
    context=RootResource,
    name="forgot-password",
    permission=Permission.VIEW,
    renderer="accounts/forgot_password.jinja2",
)
class ForgotPasswordView:
    """The answer, and the time it takes, are the same for every address."""

    def __init__(self, _context, request) -> None:
        self.request = request
        self.form = request.create_form(
            EmailSchema(), name="forgot", submit_title=_("Email me a link")
        )

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.send, self.show)

    def send(self, values):
        request = self.request
        request.limit_rate(RateLimit.RESET, rate_limited_address(request))
        if request.registry["settings"].mail.is_enabled:
            request.run_after_commit(
                partial(
                    send_reset_link,
                    request.registry,
                    email=values["email"],
                    locale=request.locale_name,
                    client=request.client,
                )
            )
            request.flash(
                _(
                    "If ${email} has an account here, we’ve emailed a link. It works for 10 "
                    "minutes."
                ),
                email=values["email"],
            )
        return HTTPSeeOther(request.resource_path(request.site_root, "login"))


@view_defaults(
    context=RootResource,
    name="reset-password",
    permission=Permission.VIEW,
    renderer="accounts/reset_password.jinja2",
)
class ResetPasswordView:
    def __init__(self, _context, request) -> None:
        self.request = request
        self.form = request.create_form(
            NewPasswordSchema(), name="reset", submit_title=_("Reset password")
        )

    @view_config(request_method="GET")
    def show(self):
        request = self.request
        way_on = keep_token(request, find_reset_token)
        if way_on is not None:
            return way_on
        return self.page() if self.name_account() else dead_link(request)

    def name_account(self) -> bool:
        """Tell the form whose password it is about; whether the link still works."""
        token = find_reset_token(self.request.dbsession, kept_token(self.request))
        if token is not None:
            self.form.account_name = token.user.username
        return token is not None

    def page(self):
        return {"form": self.form}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        # Before the link is used up, since a password may be refused after that.
        self.name_account()
        return self.request.submit_form(self.form, self.reset, self.page)

    def reset(self, values):
        request = self.request
        request.limit_rate(RateLimit.RESET, rate_limited_address(request))
        try:
            user = self.reset_password(values["password"])
        except DeadLink:
            request.tm.doom()
            request.dbsession.end_writing()
            return dead_link(request)
        forget_token(request)
        announce(request, "password_changed", user, recipient=user.email)
        request.flash(_("Password changed. Log in with your new password."))
        return HTTPSeeOther(request.resource_path(request.site_root, "login"))

    def reset_password(self, password: str) -> User:
        """Use the link up.

        :raises DeadLink: when it does not work any more.
        :raises Refusal: when the password is one that others would try first; the link stays.
        """
        request = self.request
        token = find_reset_token(request.dbsession, kept_token(request))
        if token is None:
            raise DeadLink
        check_new_password(
            password,
            username=token.user.username,
            email=token.user.email or "",
            site_name=request.registry["settings"].site_name,
        )
        password_hash = request.passwords.hash(password)
        request.begin_writing()
        return reset_password(
            request.dbsession, kept_token(request), password_hash, client=request.client
        )
