"""Proving again who one is, before something that a thief of the browser would do."""

from __future__ import annotations

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import remember
from pyramid.view import view_config, view_defaults

from qaboard.http.redirect_target import safe_next_address
from qaboard.i18n import _
from qaboard.models import EventKind
from qaboard.presenters.board.addresses import requested_next
from qaboard.resources import AccountResource
from qaboard.schemas.accounts.reauthentication import ReauthenticationSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.two_factor.verification import Factor, second_factors
from qaboard.services.accounts.user_session import WrongPassword, renew_session
from qaboard.services.errors import Refusal
from qaboard.views.accounts.passkey import (
    check_passkey,
    create_use_form,
    options_for_use,
)
from qaboard.views.accounts.two_factor_changes import record
from qaboard.views.accounts.two_factor_login import prepare_code, try_code
from qaboard.views.accounts.user_session import begin_writing_as, check_password


@view_defaults(
    context=AccountResource,
    name="confirm",
    permission=Permission.MANAGE_ACCOUNT,
    renderer="accounts/confirm.jinja2",
)
class ReauthenticationView:
    def __init__(self, context: AccountResource, request) -> None:
        self.request = request
        self.factors = second_factors(request.dbsession, request.identity.user_id)
        schema = ReauthenticationSchema()
        if not self.factors.exist:
            del schema["code"]
        self.form = request.create_form(
            schema,
            name="confirm",
            submit_title=_("Continue"),
            values={"next": requested_next(request)},
        )
        self.form.account_name = request.identity.username
        self.passkey_form = create_use_form(
            request,
            submit_title=_("Use a passkey"),
            options_path=request.resource_path(context, "confirm-options"),
            next_address=requested_next(request),
        )

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form, "passkey_form": self.passkey_form, "factors": self.factors}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        # No predicate of a view: that would read the body before it was found to be readable.
        if "credential" in self.request.POST:
            return self.request.submit_form(self.passkey_form, self.confirm_with_passkey, self.show)
        return self.request.submit_form(self.form, self.confirm, self.show)

    def confirm(self, values):
        request = self.request
        identity = request.identity
        try:
            credentials = check_password(request, identity.username, values["password"])
        except WrongPassword as refusal:
            raise Refusal({"password": _("Wrong password. Try again.")}) from refusal
        if self.factors.exist:
            prepare_code(request, identity.user_id)
        user = begin_writing_as(request, credentials)
        factor = try_code(request, user, values["code"]) if self.factors.exist else None
        return self.authenticated(values["next"], factor)

    def confirm_with_passkey(self, values):
        """A passkey is both what one has and what one is or knows: it needs no password."""
        check_passkey(self.request, values["credential"], self.request.identity.user_id)
        return self.authenticated(values["next"], Factor.PASSKEY)

    def authenticated(self, next_address: str, factor: Factor | None) -> HTTPSeeOther:
        """Go on with a login that has another token from now on."""
        request = self.request
        identity = request.identity
        token = renew_session(request.dbsession, identity.session_id, authenticated=True)
        details = {"factor": factor.value} if factor else {}
        record(request, EventKind.REAUTHENTICATION, identity.user_id, **details)
        new_csrf_token(request)
        return HTTPSeeOther(safe_next_address(next_address), headers=remember(request, token))


@view_config(
    context=AccountResource,
    name="confirm-options",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    renderer="json",
)
def show_confirm_options(_context: AccountResource, request):
    """What the device of the one who is logged in is to be asked."""
    return options_for_use(request, request.identity.user_id)
