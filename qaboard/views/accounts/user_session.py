"""Logging in and out, and the list of one's logins."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.security import forget, remember
from pyramid.view import view_config, view_defaults

from qaboard.http.client import rate_limited_address
from qaboard.http.numbers import parse_natural_number
from qaboard.http.redirect_target import safe_next_address
from qaboard.i18n import _
from qaboard.models import EventKind, TokenPurpose, User, utc_now
from qaboard.presenters.accounts.login_reason import login_reason
from qaboard.presenters.board.addresses import requested_next
from qaboard.resources import AccountResource, RootResource
from qaboard.schemas.accounts.user_session import LogInSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.single_use_token import end_tokens
from qaboard.services.accounts.two_factor.verification import Factor, has_second_factor
from qaboard.services.accounts.user_session import (
    Credentials,
    WrongPassword,
    authenticate,
    close_session,
    end_session,
    end_sessions,
    find_authenticated,
    find_login,
    list_sessions,
    open_session,
    record_login_failure,
)
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.accounts.passkey import (
    check_passkey,
    create_use_form,
    options_for_use,
)

PENDING_LIFETIME = timedelta(minutes=10)
"""How long a login waits for its second step."""


def check_password(request: Request, name: str, password: str) -> Credentials:
    """Whose name or confirmed mail address, and password, these are; how often it may be tried is
    asked first.

    :raises Refusal: when it is wrong.
    :raises TooManyRequests: when it was tried too often, even if it is right now.
    """
    request.limit_rate(RateLimit.LOGIN_ADDRESS, rate_limited_address(request))
    engine = request.registry["engine"]
    attempt = find_login(engine, name)
    # Told by what was typed alone. That an account was tried too often by its name and its address
    # together looks like a wrong password: it would tell whose address it is.
    request.limit_rate(RateLimit.LOGIN_ACCOUNT, f"typed {attempt.typed}")
    is_blocked = request.count_attempt(RateLimit.LOGIN_ACCOUNT, attempt.account) > 0
    try:
        credentials = authenticate(request.passwords, attempt, password, is_blocked=is_blocked)
    except WrongPassword:
        # In the background and after the answer, since it takes longer when there is an account
        # to write it down for; and this transaction is rolled back.
        job = partial(record_login_failure, engine, attempt.user_id, request.client)
        request.add_finished_callback(lambda request: request.background.submit(job))
        request.metrics.login_failures.inc()
        raise
    for key in (f"typed {attempt.typed}", attempt.account):
        request.registry["rate_limiter"].forget(RateLimit.LOGIN_ACCOUNT, key)
    return credentials


def begin_writing_as(request: Request, credentials: Credentials) -> User:
    """Begin to write what somebody may do whose password was right.

    :raises Refusal: when it is so no more.
    """
    request.begin_writing()
    return find_authenticated(request.dbsession, credentials)


def log_in_and_go(
    request: Request, user: User, next_address: str, message, *, factor: Factor | None = None
) -> HTTPSeeOther:
    """Log the browser in as this user and send it on.

    :param message: what it is told there; ``${username}`` stands for the name.
    :param factor: what the login was completed with, beside or instead of the password.
    """
    session = request.dbsession
    accounts = request.registry["settings"].accounts
    if request.identity is not None:
        close_session(session, request.identity.session_id)
    lifetime = timedelta(days=accounts.session_lifetime_days)
    token = open_session(session, user.id, lifetime=lifetime, client=request.client)
    # Whoever knows the password needs no link to set another one.
    end_tokens(session, user.id, TokenPurpose.RESET_PASSWORD)
    record_event(
        session,
        EventKind.LOGIN,
        user_id=user.id,
        actor_id=user.id,
        client=request.client,
        **({"factor": factor.value} if factor else {}),
    )
    request.count_after_commit(request.metrics.logins)
    # What the browser held before it logged in, somebody else may know.
    request.session.invalidate()
    new_csrf_token(request)
    # Who is suspended reads that instead, on every page.
    if not user.is_suspended(utc_now()):
        request.flash(message, username=user.username)
    return HTTPSeeOther(safe_next_address(next_address), headers=remember(request, token))


def ask_second_factor(request: Request, user: User, next_address: str) -> HTTPSeeOther:
    """Send the browser on to the second step of a login; until then it may do nothing."""
    session = request.dbsession
    if request.identity is not None:
        close_session(session, request.identity.session_id)
    token = open_session(
        session, user.id, lifetime=PENDING_LIFETIME, client=request.client, is_pending=True
    )
    location = request.resource_path(
        request.site_root, "second-factor", query={"next": next_address}
    )
    return HTTPSeeOther(location, headers=remember(request, token))


@view_defaults(
    context=RootResource,
    name="login",
    permission=Permission.VIEW,
    renderer="accounts/login.jinja2",
)
class LogInView:
    def __init__(self, context: RootResource, request) -> None:
        self.request = request
        self.form = request.create_form(
            LogInSchema(),
            name="login",
            submit_title=_("Log in"),
            values={"next": requested_next(request)},
        )
        self.passkey_form = create_use_form(
            request,
            submit_title=_("Log in with a passkey"),
            options_path=request.resource_path(context, "login-options"),
            next_address=requested_next(request),
        )

    @view_config(request_method="GET")
    def show(self):
        if self.request.identity is not None:
            return HTTPSeeOther(safe_next_address(requested_next(self.request)))
        return self.page()

    def page(self):
        return {
            "form": self.form,
            "passkey_form": self.passkey_form,
            "next": self.form["next"].cstruct,
            "reason": login_reason(self.form["next"].cstruct),
        }

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        # No predicate of a view: that would read the body before it was found to be readable.
        if "credential" in self.request.POST:
            return self.request.submit_form(self.passkey_form, self.log_in_with_passkey, self.page)
        return self.request.submit_form(self.form, self.log_in, self.page)

    def log_in(self, values):
        credentials = check_password(self.request, values["username"], values["password"])
        user = begin_writing_as(self.request, credentials)
        if has_second_factor(self.request.dbsession, user.id):
            return ask_second_factor(self.request, user, values["next"])
        return log_in_and_go(self.request, user, values["next"], _("Welcome back, ${username}!"))

    def log_in_with_passkey(self, values):
        user = check_passkey(self.request, values["credential"], None)
        message = _("Welcome back, ${username}!")
        return log_in_and_go(self.request, user, values["next"], message, factor=Factor.PASSKEY)


@view_config(
    context=RootResource,
    name="login-options",
    permission=Permission.VIEW,
    request_method="POST",
    renderer="json",
)
def show_login_options(_context: RootResource, request):
    """What a device is to be asked for a login without a name."""
    request.limit_rate(RateLimit.LOGIN_ADDRESS, rate_limited_address(request))
    return options_for_use(request, None)


@view_config(
    context=RootResource, name="logout", permission=Permission.LOG_OUT, request_method="POST"
)
def log_out(context: RootResource, request):
    """End the login, in the browser and on the server."""
    identity = request.identity
    request.begin_writing()
    close_session(request.dbsession, identity.session_id)
    record_event(
        request.dbsession,
        EventKind.LOGOUT,
        user_id=identity.user_id,
        actor_id=identity.user_id,
        client=request.client,
    )
    headers = forget(request)
    request.session.invalidate()
    request.flash(_("You’re logged out."))
    response = HTTPSeeOther(request.resource_path(context), headers=headers)
    # Pages and drafts of whoever used this browser. Not "cookies": the language stays chosen, and
    # the message above is told from one.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@view_config(
    context=AccountResource,
    name="sessions",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="GET",
    renderer="accounts/sessions.jinja2",
)
def show_sessions(_context: AccountResource, request):
    """Where one is logged in."""
    identity = request.identity
    idle = timedelta(days=request.registry["settings"].accounts.session_idle_days)
    sessions = list_sessions(request.dbsession, identity.user_id, idle=idle)
    return {
        "sessions": sessions,
        "own_id": identity.session_id,
    }


@view_config(
    context=AccountResource,
    name="end-session",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication="sessions",
)
def end_one_session(context: AccountResource, request):
    """End one login, on the server; one of somebody else is none of ours."""
    try:
        session_id = parse_natural_number(request.POST.get("session", ""))
    except ValueError:
        session_id = 0
    request.begin_writing()
    if end_session(request.dbsession, request.identity.user_id, session_id):
        _record_session_end(request)
    # It may have ended by itself meanwhile, which is as well.
    request.flash(_("That session is logged out."))
    return HTTPSeeOther(request.resource_path(context, "sessions"))


@view_config(
    context=AccountResource,
    name="end-other-sessions",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication="sessions",
)
def end_other_sessions(context: AccountResource, request):
    """End all logins but this one."""
    identity = request.identity
    request.begin_writing()
    end_sessions(request.dbsession, identity.user_id, keep=identity.session_id)
    _record_session_end(request)
    request.flash(_("You’re logged out everywhere else."))
    return HTTPSeeOther(request.resource_path(context, "sessions"))


def _record_session_end(request: Request) -> None:
    user_id = request.identity.user_id
    record_event(
        request.dbsession,
        EventKind.SESSION_END,
        user_id=user_id,
        actor_id=user_id,
        client=request.client,
    )
