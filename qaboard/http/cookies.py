"""The cookies of the board, and the signed one for flash messages and the CSRF token."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory

LOGIN_COOKIE = "login"
SESSION_COOKIE = "session"

CSRF_TOKEN_KEY = "_csrft_"  # noqa: S105 - where Pyramid's sessions keep it


def _has_cookie(request: Request, name: str) -> bool:
    return request.registry["settings"].cookie_name(name) in request.cookies


def has_login_cookie(request: Request) -> bool:
    """Whether the browser claims to be logged in, true or not."""
    return _has_cookie(request, LOGIN_COOKIE)


def has_session_cookie(request: Request) -> bool:
    """Whether the browser has a session; asking ``request.session`` could give it one."""
    return _has_cookie(request, SESSION_COOKIE)


def end_session_of_visitor(request: Request, response: Response) -> None:
    """Have a visitor leave a form as they came: without a session, pages are shared with others.

    It stays when it holds more than the token of the form.
    """
    if request.identity is None and set(request.session) <= {CSRF_TOKEN_KEY}:
        settings = request.registry["settings"]
        response.set_cookie(
            settings.cookie_name(SESSION_COOKIE),
            "",
            max_age=0,
            secure=settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )


def leave_session_alone(request: Request) -> None:
    """Have the browser keep the session it has: what a request that failed has put into it, such as
    the message that something was done, is not so.
    """
    if "session" in vars(request):
        # What the factory's ``set_on_exception`` sets for all errors, also those with a form.
        request.session._cookie_on_exception = False


def includeme(config) -> None:
    settings = config.registry["settings"]
    lifetime_seconds = settings.accounts.session_lifetime_days * 24 * 60 * 60
    config.set_session_factory(
        SignedCookieSessionFactory(
            settings.secret,
            cookie_name=settings.cookie_name(SESSION_COOKIE),
            max_age=lifetime_seconds,
            timeout=lifetime_seconds,
            # Written again at most once a day: most pages then set no cookie.
            reissue_time=24 * 60 * 60,
            secure=settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )
    )
