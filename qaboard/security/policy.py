"""Who is asking, and what they may do: the security policy of the application."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.authorization import ACLHelper
from pyramid.request import Request, RequestLocalCache
from pyramid_tm import is_tm_active
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from webob.cookies import CookieProfile

from qaboard.models import Role, User, UserSession, utc_now
from qaboard.security.cookies import LOGIN_COOKIE, cookie_name
from qaboard.security.principals import (
    MODERATOR,
    Authenticated,
    Everyone,
    role_principal,
    user_principal,
)
from qaboard.security.tokens import hash_token


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in. A value, so that it outlives the transaction it was read in."""

    user_id: int
    username: str
    role: Role
    locale: str | None
    session_id: int

    @property
    def principals(self) -> list[str]:
        principals = [Everyone, Authenticated, user_principal(self.user_id)]
        principals.append(role_principal(self.role))
        if self.role is Role.ADMIN:
            principals.append(MODERATOR)
        return principals


class SecurityPolicy:
    """A login is a row of `UserSession`, which the browser names by the token in its cookie."""

    def __init__(self, *, cookie_lifetime_seconds: int, secure_cookies: bool) -> None:
        self.acl = ACLHelper()
        self.identity_cache = RequestLocalCache(self.load_identity)
        self.cookie_profile = CookieProfile(
            cookie_name(LOGIN_COOKIE, secure=secure_cookies),
            secure=secure_cookies,
            max_age=cookie_lifetime_seconds,
            httponly=True,
            path="/",
            samesite="Lax",
            serializer=PlainSerializer(),
        )

    def load_identity(self, request: Request) -> Identity | None:
        if isinstance(request.exception, SQLAlchemyError):
            # The page that tells of a broken database must not ask it anything.
            return None
        token = self.cookie_profile.bind(request).get_value()
        if not token:
            return None
        statement = (
            select(UserSession.id, User.id, User.username, User.role, User.locale)
            .join(UserSession.user)
            .where(UserSession.token_hash == hash_token(token), UserSession.expires_at > utc_now())
        )
        try:
            row = request.dbsession.execute(statement).one_or_none()
        except OperationalError:
            if request.exception is None:
                raise
            # Nothing would answer an error of the page of another error.
            return None
        if row is None:
            return None
        session_id, user_id, username, role, locale = row
        return Identity(user_id, username, Role(role), locale, session_id)

    def identity(self, request: Request) -> Identity | None:
        if not is_tm_active(request):
            # Outside of a transaction nothing can be asked; the debug toolbar tries to.
            return self.identity_cache.get(request)
        return self.identity_cache.get_or_create(request)

    def authenticated_userid(self, request: Request) -> int | None:
        identity = self.identity(request)
        return identity.user_id if identity else None

    def permits(self, request: Request, context: object, permission: str):
        identity = self.identity(request)
        principals = identity.principals if identity else [Everyone]
        return self.acl.permits(context, principals, permission)

    def remember(self, request: Request, token: str, **_options) -> list[tuple[str, str]]:
        """The headers that put the token of a login into the browser."""
        self.identity_cache.clear(request)
        return self.cookie_profile.bind(request).get_headers(token)

    def forget(self, request: Request, **_options) -> list[tuple[str, str]]:
        """The headers that take the token out of the browser."""
        self.identity_cache.clear(request)
        return self.cookie_profile.bind(request).get_headers(None)


class PlainSerializer:
    """Cookies hold the token as it is: it is random, so there is nothing to sign or to hide."""

    def dumps(self, value: str) -> bytes:
        return value.encode("ascii")

    def loads(self, value: bytes) -> str:
        return value.decode("ascii")


def includeme(config) -> None:
    settings = config.registry["settings"]
    config.set_security_policy(
        SecurityPolicy(
            cookie_lifetime_seconds=settings.session_lifetime_days * 24 * 60 * 60,
            secure_cookies=settings.secure_cookies,
        )
    )
