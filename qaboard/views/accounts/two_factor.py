"""Two-factor login in one's settings: the authenticator app and the recovery codes."""

from __future__ import annotations

import pyotp
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config, view_defaults

from qaboard.i18n import _
from qaboard.models import EventKind, User
from qaboard.resources import AccountResource
from qaboard.schemas.accounts.two_factor import ConfirmAppSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.two_factor.recovery_code import make_recovery_codes
from qaboard.services.accounts.two_factor.totp import (
    begin_setup,
    confirm_setup,
    remove_app,
    secret_in_setup,
)
from qaboard.services.accounts.two_factor.verification import (
    Factor,
    first_recovery_codes,
    second_factors,
    tidy_factors,
)
from qaboard.services.errors import Refusal
from qaboard.views.accounts.two_factor_changes import (
    Notice,
    answer_with_codes,
    record,
    renew_login,
    tell,
)

PAGE = "two-factor"
QR_CODE_SCALE = 5
"""How many pixels wide a square of the QR code is."""


def draw_qr_code(text: str) -> str:
    """A QR code as an address of the scheme ``data``."""
    import segno  # Most processes never draw one, and it takes 2 MB.

    return segno.make(text, micro=False).svg_data_uri(scale=QR_CODE_SCALE, light="white")


@view_config(
    context=AccountResource,
    name=PAGE,
    permission=Permission.MANAGE_ACCOUNT,
    request_method="GET",
    renderer="accounts/two_factor.jinja2",
    recent_authentication=True,
)
def show_two_factor(_context: AccountResource, request):
    """What a login asks for beside the password."""
    return {"factors": second_factors(request.dbsession, request.identity.user_id)}


@view_config(
    context=AccountResource,
    name="set-up-app",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication=PAGE,
)
def set_up_app(context: AccountResource, request):
    """Begin with a new secret; an app that is in use is to be removed first."""
    # The first time, a library is loaded for it.
    encryption = request.encryption
    request.begin_writing()
    is_made = begin_setup(request.dbsession, encryption, request.identity.user_id)
    page = "authenticator-app" if is_made else PAGE
    return HTTPSeeOther(request.resource_path(context, page))


@view_defaults(
    context=AccountResource,
    name="authenticator-app",
    permission=Permission.MANAGE_ACCOUNT,
    renderer="accounts/authenticator_app.jinja2",
    recent_authentication=True,
)
class AuthenticatorAppView:
    """The secret, for the app to learn, and the first code, to see that it did."""

    def __init__(self, context: AccountResource, request) -> None:
        self.context = context
        self.request = request
        self.user_id = request.identity.user_id
        self.secret = secret_in_setup(request.dbsession, request.encryption, self.user_id)
        self.form = request.create_form(ConfirmAppSchema(), name="app", submit_title=_("Turn on"))

    @view_config(request_method="GET")
    def show(self):
        return self.page() if self.secret else self.leave()

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.confirm, self.page)

    def leave(self) -> HTTPSeeOther:
        return HTTPSeeOther(self.request.resource_path(self.context, PAGE))

    def page(self):
        if not self.secret:
            # It has been shown for long enough, or a form is sent that no page has offered.
            return {"form": self.form, "secret": "", "address": "", "qr_code": ""}
        address = pyotp.TOTP(self.secret).provisioning_uri(
            name=self.request.identity.username,
            issuer_name=self.request.registry["settings"].site_name,
        )
        return {
            "form": self.form,
            "secret": self.secret,
            "address": address,
            "qr_code": draw_qr_code(address),
        }

    def confirm(self, values):
        request = self.request
        session = request.dbsession
        if not self.secret:
            return self.leave()
        request.begin_writing()
        before = second_factors(session, self.user_id)
        if not confirm_setup(session, request.encryption, self.user_id, values["code"]):
            raise Refusal(
                {
                    "code": _(
                        "That isn’t the current code. Wait for the next one, and check that "
                        "your device’s clock is right."
                    )
                }
            )
        record(request, EventKind.FACTOR_ADDED, self.user_id, factor=Factor.APP.value)
        tell(request, session.get_one(User, self.user_id), Notice.APP_ADDED)
        request.flash(_("You’ll now need a code from your app to log in."))
        codes = first_recovery_codes(session, self.user_id, before)
        return answer_with_codes(request, codes, self.request.resource_path(self.context, PAGE))


@view_config(
    context=AccountResource,
    name="remove-app",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication=PAGE,
)
def remove_own_app(context: AccountResource, request):
    """Have no app any more."""
    location = request.resource_path(context, PAGE)
    session, user_id = request.dbsession, request.identity.user_id
    request.begin_writing()
    if not remove_app(session, user_id):
        return HTTPSeeOther(location)
    tidy_factors(session, user_id)
    record(request, EventKind.FACTOR_REMOVED, user_id, factor=Factor.APP.value)
    tell(request, session.get_one(User, user_id), Notice.APP_REMOVED)
    request.flash(_("Authenticator app removed."))
    return HTTPSeeOther(location, headers=renew_login(request))


@view_config(
    context=AccountResource,
    name="make-recovery-codes",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication=PAGE,
)
def make_own_recovery_codes(context: AccountResource, request):
    """Ten new codes; those from before work no more."""
    session, user_id = request.dbsession, request.identity.user_id
    request.begin_writing()
    if not second_factors(session, user_id).exist:
        return HTTPSeeOther(request.resource_path(context, PAGE))
    codes = make_recovery_codes(session, user_id)
    record(request, EventKind.RECOVERY_CODES_MADE, user_id)
    tell(request, session.get_one(User, user_id), Notice.RECOVERY_CODES_MADE)
    return answer_with_codes(request, codes, request.resource_path(context, PAGE))
