"""Who is asking, and what they may do: the security policy of the application."""

from __future__ import annotations

import logging
from datetime import timedelta

from pyramid.authorization import ACLHelper, Everyone
from pyramid.interfaces import ISecurityPolicy
from pyramid.request import Request, RequestLocalCache
from pyramid_tm import is_tm_active
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from webob.cookies import CookieProfile

from qaboard.db import make_session
from qaboard.kept_pages.notes import note_end
from qaboard.kept_pages.parts import keep_value
from qaboard.models import utc_now
from qaboard.request_record import note_user
from qaboard.security.cookies import LOGIN_COOKIE, cookie_name
from qaboard.security.identity import Identity, load_identity, note_use
from qaboard.security.tokens import hash_token
from qaboard.settings import AccountSettings

log = logging.getLogger(__name__)

TOUCHED_EVERY = timedelta(minutes=10)
"""How exactly the last use of a login is known: most requests then write nothing for it."""


class SecurityPolicy:
    """A login is a row of `UserSession`, which the browser names by the token in its cookie."""

    def __init__(self, accounts: AccountSettings, *, secure_cookies: bool) -> None:
        self.accounts = accounts
        self.acl = ACLHelper()
        self.identity_cache = RequestLocalCache(self.load_identity)
        self.being_noted: set[int] = set()
        self.cookie_profile = CookieProfile(
            cookie_name(LOGIN_COOKIE, secure=secure_cookies),
            secure=secure_cookies,
            max_age=accounts.session_lifetime_days * 24 * 60 * 60,
            httponly=True,
            path="/",
            samesite="Lax",
            serializer=PlainSerializer(),
        )

    def load_identity(self, request: Request) -> Identity | None:
        if isinstance(request.exception, SQLAlchemyError):
            # The page that tells of a broken database must not ask it anything.
            return None
        token = self.token(request)
        if not token:
            return None
        try:
            identity = self._kept_identity(request, hash_token(token))
        except OperationalError:
            if request.exception is None:
                raise
            # Nothing would answer an error of the page of another error.
            return None
        if identity is not None:
            note_user(identity.user_id)
        if identity is not None and identity.last_used_at < utc_now() - TOUCHED_EVERY:
            self.note_last_use(request, identity.session_id)
        return identity

    def note_last_use(self, request: Request, session_id: int) -> None:
        """Have it written down that a login is in use, in the background: on SQLite that may wait
        for others who write, and no reader does."""
        if session_id in self.being_noted:
            return
        self.being_noted.add(session_id)
        engine = request.registry["engine"]

        def note() -> None:
            try:
                with make_session(engine, writes=True) as session, session.begin():
                    note_use(session, session_id)
            except OperationalError as error:
                log.warning("the last use of a login could not be noted: %s", error)
            finally:
                self.being_noted.discard(session_id)

        if not request.background.submit(note):
            # The next request tries again.
            self.being_noted.discard(session_id)

    def _kept_identity(self, request: Request, token_hash: bytes) -> Identity | None:
        """Who is logged in, kept as what pages are made of; it is in most of them all there is to
        be asked for."""

        def make() -> Identity | None:
            identity = load_identity(request.dbsession, token_hash, self.accounts)
            if identity is not None:
                note_end(request, identity.right_until)
            return identity

        return keep_value(request, "identity", (token_hash,), make)

    def read_identity_again(self, request: Request) -> None:
        """Find out once more who is logged in, in the transaction that has begun meanwhile."""
        token = self.token(request)
        identity = None
        if token:
            identity = load_identity(request.dbsession, hash_token(token), self.accounts)
        self.identity_cache.set(request, identity)

    def token(self, request: Request) -> str | None:
        """The token of a login that the browser has, whether or not it still opens anything."""
        return self.cookie_profile.bind(request).get_value()

    def identity(self, request: Request) -> Identity | None:
        if not is_tm_active(request):
            # Outside of a transaction nothing can be asked; the debug toolbar tries to.
            identity = self.identity_cache.get(request, None)
            # What was cleared, as by a login whose commit then failed, is this value to Pyramid.
            return None if identity is RequestLocalCache.NO_VALUE else identity
        return self.identity_cache.get_or_create(request)

    def authenticated_userid(self, request: Request) -> int | None:
        identity = self.identity(request)
        return identity.user_id if identity else None

    def permits(self, request: Request, context: object, permission: str):
        identity = self.identity(request)
        principals = identity.principals if identity else [Everyone]
        return self.acl.permits(context, principals, permission)

    def remember(
        self, request: Request, token: str, *, is_same_user: bool = False
    ) -> list[tuple[str, str]]:
        """The headers that put the token of a login into the browser.

        :param is_same_user: whether the page that is answered is still one of the same user.
        """
        if not is_same_user:
            self.identity_cache.clear(request)
        return self.cookie_profile.bind(request).get_headers(token)

    def forget(self, request: Request, **_options) -> list[tuple[str, str]]:
        """The headers that take the token out of the browser."""
        self.identity_cache.clear(request)
        return self.cookie_profile.bind(request).get_headers(None)


def login_token(request: Request) -> str | None:
    """The token of a login that the browser has, whether or not it opens anything."""
    return request.registry.getUtility(ISecurityPolicy).token(request)


class PlainSerializer:
    """Cookies hold the token as it is: it is random, so there is nothing to sign or to hide."""

    def dumps(self, value: str) -> bytes:
        return value.encode("ascii")

    def loads(self, value: bytes) -> str:
        return value.decode("ascii")


def includeme(config) -> None:
    settings = config.registry["settings"]
    policy = SecurityPolicy(settings.accounts, secure_cookies=settings.secure_cookies)
    config.set_security_policy(policy)
