"""Logging in and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from qaboard.database.transaction import make_session
from qaboard.http.client import Client
from qaboard.i18n import _
from qaboard.i18n.normalization import narrow
from qaboard.models import (
    CLOCK_TOLERANCE,
    EventKind,
    User,
    UserSession,
    email_key,
    email_keys,
    username_key,
    utc_now,
    was_recent,
)
from qaboard.models.locks import lock_users
from qaboard.security.passwords import PasswordHashing
from qaboard.security.tokens import hash_token, new_token
from qaboard.services.accounts.security_event import NO_CLIENT, log_event, record_event
from qaboard.services.errors import WHOLE_FORM, Refusal

SESSIONS_MAX_COUNT = 20
"""How many logins a user can have at once; of more, those unused for longest end."""


class WrongPassword(Refusal):
    """Name and password do not match; it does not say which of them is wrong."""

    def __init__(self) -> None:
        super().__init__({WHOLE_FORM: _("Wrong username, email address or password. Try again.")})


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account, and the hash that a password was found to be right for.

    ``new_hash`` takes the place of one that was made with other parameters than today's.
    """

    user_id: int
    password_hash: str = field(repr=False)
    new_hash: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What was typed to log in, and the account that it names, if there is one.

    ``typed`` is the name or mail address as it is compared.
    """

    typed: str
    user_id: int | None
    password_hash: str | None = field(repr=False)

    @property
    def account(self) -> str:
        """What attempts on one account have in common, by whatever it is named."""
        return f"nobody {self.typed}" if self.user_id is None else f"user {self.user_id}"


def find_login(engine: Engine, name: str) -> LoginAttempt:
    """The account of a name, or of a mail address that it has confirmed.

    The work is the same whether there is one. It reads in a short transaction of its own, which is
    over before the hash is computed: no connection is held meanwhile.
    """
    # No name has one; an address may have been typed in wide letters.
    if "@" in narrow(name):
        typed = email_key(name)
        # The later one of two accounts with one address (`email_keys`) logs in by its name.
        condition = User.email.in_(email_keys(name)) & User.email_verified_at.is_not(None)
    else:
        typed = username_key(name)
        condition = User.username_key == typed
    statement = (
        select(User.id, User.password_hash)
        .where(condition, User.is_open())
        .order_by(User.email != typed, User.id)
        .limit(1)
    )
    with make_session(engine, writes=False) as session:
        user_id, password_hash = session.execute(statement).one_or_none() or (None, None)
    return LoginAttempt(typed, user_id, password_hash)


def authenticate(
    passwords: PasswordHashing, attempt: LoginAttempt, password: str, *, is_blocked: bool
) -> Credentials:
    """Check the password of an attempt.

    :param is_blocked: whether none is right, as after too many attempts.
    :raises WrongPassword: after the same work, whether the name or the password is wrong.
    :raises TooManyHashes: when too many others log in at this moment.
    """
    password_hash = attempt.password_hash
    if not passwords.verify(password_hash, password) or is_blocked:
        raise WrongPassword
    new_hash = passwords.hash(password) if passwords.needs_rehash(password_hash) else None
    return Credentials(attempt.user_id, password_hash, new_hash)


def find_authenticated(session: Session, credentials: Credentials) -> User:
    """The user of these credentials, if they are still right in the transaction that acts on them.

    :raises WrongPassword: when the account was closed, or its password changed, in between.
    """
    lock_users(session, [credentials.user_id])
    user = session.scalar(
        select(User).where(
            User.id == credentials.user_id,
            User.password_hash == credentials.password_hash,
            User.is_open(),
        )
    )
    if user is None:
        raise WrongPassword
    if credentials.new_hash is not None:
        user.password_hash = credentials.new_hash
    return user


def open_session(
    session: Session,
    user_id: int,
    *,
    lifetime: timedelta,
    client: Client = NO_CLIENT,
    is_pending: bool = False,
) -> str:
    """Begin a login, and end those that are too many.

    :param is_pending: whether a second factor is still to come; until then it opens nothing.
    :return: the token for the browser's cookie; it is stored nowhere.
    """
    now = utc_now()
    oldest = (
        select(UserSession.id)
        # Apart from each other: who knows the password alone ends no login by beginning others.
        .where(UserSession.user_id == user_id, UserSession.is_pending.is_(is_pending))
        .order_by(UserSession.last_used_at.desc(), UserSession.id.desc())
        .offset(SESSIONS_MAX_COUNT - 1)
    )
    session.execute(delete(UserSession).where(UserSession.id.in_(oldest)))
    token = new_token()
    session.add(
        UserSession(
            user_id=user_id,
            token_hash=hash_token(token),
            created_at=now,
            last_used_at=now,
            authenticated_at=now,
            expires_at=now + lifetime,
            is_pending=is_pending,
            user_agent=client.user_agent,
            address=client.address,
        )
    )
    session.flush()
    return token


def find_pending_session(
    session: Session, token: str | None, *, locked: bool = False
) -> UserSession | None:
    """The login that waits for its second factor, if this is its token and it still waits.

    :param token: what the browser's cookie holds.
    :param locked: whether a code is to be tried for it: one at a time, so that none is left
        uncounted.
    """
    if not token:
        return None
    statement = (
        select(UserSession)
        .join(UserSession.user)
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.expires_at > utc_now(),
            UserSession.created_at <= utc_now() + CLOCK_TOLERANCE,
            UserSession.is_pending.is_(True),
            User.is_open(),
        )
    )
    login = session.scalar(statement)
    if login is None or not locked:
        return login
    lock_users(session, [login.user_id])
    return session.scalar(statement.execution_options(populate_existing=True))


def renew_session(session: Session, session_id: int, *, authenticated: bool = False) -> str:
    """Give a login another token, so that one somebody else has seen opens nothing any more.

    :param authenticated: whether the user has just proved again who they are.
    :return: the new token for the browser's cookie.
    """
    token = new_token()
    now = utc_now()
    values = {"token_hash": hash_token(token), "last_used_at": now}
    if authenticated:
        values["authenticated_at"] = now
    session.execute(update(UserSession).where(UserSession.id == session_id).values(**values))
    return token


def end_sessions(session: Session, user_id: int, *, keep: int | None = None) -> None:
    """End all logins of a user, on the server.

    :param keep: the id of one that goes on.
    """
    conditions = [UserSession.user_id == user_id]
    if keep is not None:
        conditions.append(UserSession.id != keep)
    session.execute(delete(UserSession).where(*conditions))


def end_session(session: Session, user_id: int, session_id: int) -> bool:
    """End one login of a user, on the server.

    :return: whether there was one.
    """
    ended = session.execute(
        delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    )
    return ended.rowcount == 1


def list_sessions(session: Session, user_id: int, *, idle: timedelta) -> list[UserSession]:
    """Where a user is logged in, the last used one first.

    :param idle: how long a login that nobody uses is kept.
    """
    now = utc_now()
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.expires_at > now,
                was_recent(UserSession.last_used_at, now, idle),
                UserSession.is_pending.is_(False),
            )
            .order_by(UserSession.last_used_at.desc(), UserSession.id.desc())
        )
    )


def record_login_failure(engine: Engine, user_id: int | None, client: Client) -> None:
    """Write down, in a transaction of its own, that a wrong password was tried.

    :param user_id: ``None`` for a name that nobody has, of which there is only the log.
    """
    with make_session(engine, writes=True) as session, session.begin():
        if user_id is None:
            log_event(EventKind.LOGIN_FAILURE, user_id=None, client=client)
            return
        record_event(
            session, EventKind.LOGIN_FAILURE, user_id=user_id, actor_id=None, client=client
        )


def close_session(session: Session, session_id: int) -> None:
    """End a login, on the server; its token opens nothing from then on."""
    session.execute(delete(UserSession).where(UserSession.id == session_id))
