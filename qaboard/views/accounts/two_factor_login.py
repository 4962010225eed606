"""The second step of a login: a code from an app, a recovery code, or a passkey."""

from __future__ import annotations

from functools import partial

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults

from qaboard.http.redirect_target import safe_next_address
from qaboard.i18n import _
from qaboard.models import EventKind, User, UserSession
from qaboard.presenters.board.addresses import requested_next
from qaboard.resources import RootResource
from qaboard.schemas.accounts.two_factor import SecondFactorSchema
from qaboard.security.passkeys import load_library
from qaboard.security.permissions import Permission
from qaboard.security.policy import login_token
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.two_factor.verification import (
    Factor,
    WrongCode,
    check_code,
    count_wrong_code,
    must_tell_of_wrong_codes,
    second_factors,
)
from qaboard.services.accounts.user_session import close_session, find_pending_session
from qaboard.services.errors import WHOLE_FORM, CountedRefusal
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.accounts.passkey import (
    check_passkey,
    create_use_form,
    options_for_use,
)
from qaboard.views.accounts.two_factor_changes import Notice, note_use, tell
from qaboard.views.accounts.user_session import log_in_and_go


class LoginOver(CountedRefusal):
    """So many codes were wrong that the login begins anew with the password."""

    def __init__(self) -> None:
        super().__init__({WHOLE_FORM: _("Too many wrong codes. Log in again.")})


def pending_login(request: Request, *, locked: bool = False) -> UserSession | None:
    """The login of this browser that waits for its second step."""
    return find_pending_session(request.dbsession, login_token(request), locked=locked)


def prepare_code(request: Request, user_id: int) -> None:
    """What comes before a request begins to write that tries a code.

    :raises TooManyRequests: when codes were tried too often, even if this one is right.
    """
    request.limit_rate(RateLimit.SECOND_FACTOR, user_id)
    # The first time, a library is loaded for it.
    _ = request.encryption


def try_code(request: Request, user: User, code: str) -> Factor:
    """Use up a code.

    :raises WrongCode: when it is wrong; that is written down, and told when it is the tenth.
    """
    try:
        factor = check_code(request.dbsession, request.encryption, user.id, code)
    except WrongCode:
        request.count_after_commit(request.metrics.login_failures)
        record_event(
            request.dbsession,
            EventKind.FACTOR_FAILURE,
            user_id=user.id,
            actor_id=None,
            client=request.client,
        )
        if must_tell_of_wrong_codes(request.dbsession, user.id):
            tell(request, user, Notice.WRONG_CODES)
        raise
    forget = partial(request.registry["rate_limiter"].forget, RateLimit.SECOND_FACTOR, str(user.id))
    request.tm.get().addAfterCommitHook(lambda is_committed: is_committed and forget())
    note_use(request, user, factor)
    return factor


@view_defaults(
    context=RootResource,
    name="second-factor",
    permission=Permission.VIEW,
    renderer="accounts/two_factor_login.jinja2",
)
class SecondFactorView:
    def __init__(self, context: RootResource, request) -> None:
        self.context = context
        self.request = request
        self.login = pending_login(request)
        next_address = requested_next(request)
        self.form = request.create_form(
            SecondFactorSchema(),
            name="second-factor",
            submit_title=_("Log in"),
            values={"next": next_address},
        )
        self.passkey_form = create_use_form(
            request,
            submit_title=_("Use a passkey"),
            options_path=request.resource_path(context, "second-factor-options"),
            next_address=next_address,
        )

    @view_config(request_method="GET")
    def show(self):
        return self.page() if self.login else self.leave()

    def page(self):
        factors = second_factors(self.request.dbsession, self.login.user_id) if self.login else None
        return {
            "form": self.form,
            "passkey_form": self.passkey_form,
            "next": self.form["next"].cstruct,
            "factors": factors,
        }

    def leave(self) -> HTTPSeeOther:
        """Whoever is logged in has taken the step, and whoever gave no password may not."""
        next_address = requested_next(self.request)
        if self.request.identity is not None:
            return HTTPSeeOther(safe_next_address(next_address))
        query = {"next": next_address}
        return HTTPSeeOther(self.request.resource_path(self.context, "login", query=query))

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        # No predicate of a view: that would read the body before it was found to be readable.
        if "credential" in self.request.POST:
            return self.request.submit_form(self.passkey_form, self.check_passkey, self.page)
        return self.request.submit_form(self.form, self.check_code, self.page)

    def check_code(self, values):
        if self.login is None:
            return self.leave()
        prepare_code(self.request, self.login.user_id)
        self.request.begin_writing()
        # As it is by now.
        self.login = pending_login(self.request, locked=True)
        if self.login is None:
            return self.leave()
        user = self.login.user
        try:
            factor = try_code(self.request, user, values["code"])
        except WrongCode as refusal:
            if not count_wrong_code(self.request.dbsession, self.login):
                raise
            self.login = None
            raise LoginOver from refusal
        return self.complete(user, factor, values["next"])

    def check_passkey(self, values):
        if self.login is None:
            return self.leave()
        load_library()
        self.request.begin_writing()
        self.login = pending_login(self.request, locked=True)
        if self.login is None:
            return self.leave()
        user = check_passkey(self.request, values["credential"], self.login.user_id)
        return self.complete(user, Factor.PASSKEY, values["next"])

    def complete(self, user: User, factor: Factor, next_address: str) -> HTTPSeeOther:
        close_session(self.request.dbsession, self.login.id)
        message = _("Welcome back, ${username}!")
        return log_in_and_go(self.request, user, next_address, message, factor=factor)


@view_config(
    context=RootResource,
    name="second-factor-options",
    permission=Permission.VIEW,
    request_method="POST",
    renderer="json",
)
def show_second_factor_options(_context: RootResource, request):
    """What the device of somebody who gave the right password is to be asked."""
    login = pending_login(request)
    if login is None:
        raise HTTPForbidden
    return options_for_use(request, login.user_id)
