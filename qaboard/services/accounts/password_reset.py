"""Forgotten passwords: a link to choose another one."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from qaboard.http.client import Client
from qaboard.models import EventKind, SingleUseToken, TokenPurpose, User, email_keys, utc_now
from qaboard.models.locks import lock_users
from qaboard.services.accounts.email_address import DeadLink
from qaboard.services.accounts.password import change_password
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.single_use_token import (
    find_token,
    issue_token,
    use_token,
)
from qaboard.services.accounts.user import has_verified_owner

LIFETIME = timedelta(minutes=10)
"""How long the link works."""


ACCOUNTS_MAX_COUNT = 10
"""How many accounts of one address get a link; anybody can sign up with it."""


def find_accounts_by_email(session: Session, email: str) -> list[User]:
    """Whose passwords links to this address reset: who has verified it, else all who have it.

    :return: the oldest first; few, since anybody can sign up with any address.
    """
    users = session.scalars(
        select(User)
        .where(User.email.in_(email_keys(email)), User.is_open())
        .order_by(User.email_verified_at.is_(None), User.id)
        .limit(ACCOUNTS_MAX_COUNT)
    ).all()
    verified = [user for user in users if user.email_verified_at is not None]
    return verified or list(users)


def issue_reset_token(session: Session, user: User, *, email: str | None) -> str:
    """A token to choose another password; earlier ones work no more.

    :param email: the address it is sent to, which using it proves; ``None`` when an operator
        hands it over.
    """
    return issue_token(
        session,
        TokenPurpose.RESET_PASSWORD,
        lifetime=LIFETIME,
        user_id=user.id,
        email=email,
    )


def find_reset_token(session: Session, token: str) -> SingleUseToken | None:
    """The token if it still works; looking uses nothing up."""
    return find_token(session, TokenPurpose.RESET_PASSWORD, token)


def reset_password(session: Session, token: str, password_hash: str, *, client: Client) -> User:
    """Use a token up and set another password; all logins of the user end.

    It logs nobody in, so that a second factor is still asked for. The link proves the address
    too.

    :param password_hash: of one that `check_new_password` has nothing against.
    :raises DeadLink: when the token does not work any more.
    """
    row = find_reset_token(session, token)
    if row is None:
        raise DeadLink
    lock_users(session, [row.user_id])
    user = session.scalar(select(User).where(User.id == row.user_id, User.is_open()))
    email = row.email
    if not use_token(session, row) or user is None:
        raise DeadLink
    change_password(session, user, password_hash)
    is_proved = email is not None and user.email == email
    if is_proved and not has_verified_owner(session, email):
        user.email_verified_at = utc_now()
    record_event(session, EventKind.PASSWORD_RESET, user_id=user.id, actor_id=None, client=client)
    return user
