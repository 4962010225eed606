"""Proving a mail address, and changing it."""

from __future__ import annotations

from functools import partial

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.security import remember
from pyramid.view import view_config, view_defaults

from qaboard.http.client import rate_limited_address
from qaboard.i18n import _
from qaboard.i18n.domain_names import address_for_display
from qaboard.mail.account_mails import announce, send_address_link
from qaboard.models import EventKind, User, email_key
from qaboard.resources import AccountResource, RootResource
from qaboard.schemas.accounts.email_address import NewEmailSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.email_address import (
    DeadLink,
    change_address_unproved,
    check_new_address,
    confirm_address,
    find_address_token,
)
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.user_session import renew_session
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.accounts.mailed_link import (
    dead_link,
    forget_token,
    keep_token,
    kept_token,
)


def mail_address_link(request: Request, user: User, email: str) -> None:
    """Send the link that proves an address, after the commit, and say so; without mail, neither.

    What is said is the same for an address that is another account's.
    """
    if not request.registry["settings"].mail.is_enabled:
        return
    locale = user.locale or request.locale_name
    request.run_after_commit(
        partial(send_address_link, request.registry, user_id=user.id, email=email, locale=locale)
    )
    request.flash(
        _("We emailed a link to ${email}. Open it to confirm the address."),
        email=address_for_display(email_key(email)),
    )


def flash_confirmed(request: Request, user: User) -> None:
    """Say on the next page that the address of a user is confirmed."""
    request.flash(_("The address ${email} is confirmed."), email=address_for_display(user.email))


@view_defaults(
    context=RootResource,
    name="verify-email",
    permission=Permission.VIEW,
    renderer="accounts/verify_email.jinja2",
)
class VerifyEmailView:
    """Opened from the mail, often in another browser than the one that is logged in."""

    def __init__(self, _context, request) -> None:
        self.request = request

    @view_config(request_method="GET")
    def show(self):
        request = self.request
        way_on = keep_token(request, find_address_token)
        if way_on is not None:
            return way_on
        token = find_address_token(request.dbsession, kept_token(request))
        return {"token": token} if token else dead_link(request)

    @view_config(request_method="POST")
    def confirm(self):
        request = self.request
        request.begin_writing()
        try:
            user, replaced = confirm_address(request.dbsession, kept_token(request), request.client)
        except DeadLink:
            request.tm.doom()
            request.dbsession.end_writing()
            return dead_link(request)
        forget_token(request)
        if replaced:
            announce(
                request,
                "email_changed",
                user,
                recipient=replaced.email,
                is_proved=replaced.was_proved,
            )
        # Somebody else may be logged in here, so it says which.
        flash_confirmed(request, user)
        identity, root = request.identity, request.site_root
        headers = []
        if identity is not None and identity.user_id == user.id:
            # A confirmed address may give rights.
            token = renew_session(request.dbsession, identity.session_id)
            new_csrf_token(request)
            headers = remember(request, token)
        location = request.resource_path(root["account"] if identity else root)
        return HTTPSeeOther(location, headers=headers)


@view_defaults(
    context=AccountResource,
    name="email",
    permission=Permission.MANAGE_ACCOUNT,
    renderer="accounts/email.jinja2",
    recent_authentication=True,
)
class EmailView:
    def __init__(self, context: AccountResource, request) -> None:
        self.context = context
        self.request = request
        self.user = request.dbsession.get_one(User, request.identity.user_id)
        self.form = request.create_form(
            NewEmailSchema(), name="email", submit_title=_("Change email address")
        )

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form, "user": self.user}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.change, self.show)

    def change(self, values):
        request = self.request
        request.limit_rate(RateLimit.RESET, rate_limited_address(request))
        request.begin_writing()
        check_new_address(self.user, values["email"])
        record_event(
            request.dbsession,
            EventKind.EMAIL_CHANGE_REQUEST,
            user_id=self.user.id,
            actor_id=self.user.id,
            client=request.client,
        )
        if request.registry["settings"].mail.is_enabled:
            mail_address_link(request, self.user, values["email"])
        else:
            change_address_unproved(request.dbsession, self.user, values["email"], request.client)
            request.flash(_("Email address changed."))
        return HTTPSeeOther(request.resource_path(self.context))


@view_config(
    context=AccountResource,
    name="send-verification",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
)
def send_verification(context: AccountResource, request):
    """Send the link that proves one's address once more."""
    request.limit_rate(RateLimit.RESET, rate_limited_address(request))
    user = request.dbsession.get_one(User, request.identity.user_id)
    if user.email_verified_at is None:
        mail_address_link(request, user, user.email)
    else:
        # It was confirmed since the page with the button was made.
        flash_confirmed(request, user)
    return HTTPSeeOther(request.resource_path(context))
