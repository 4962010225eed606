"""Accounts: signing up and choosing a language."""

from __future__ import annotations

import unicodedata

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.models import Role, User, email_key, email_keys, username_key, utc_now
from qaboard.services.refusal import Refusal


def sign_up(
    session: Session,
    *,
    username: str,
    email: str,
    password_hash: str,
    locale: str | None = None,
    role: Role = Role.MEMBER,
    is_verified: bool = False,
) -> User:
    """Open an account.

    An address may have an account already: a refusal would tell whose address it is not. Only one
    of them can verify it.

    :param is_verified: whether the address is known to be theirs, as when an operator says so.
    :return: the user, with its id.
    :raises Refusal: when the name is taken, or the address to be verified has an account.
    """
    if session.scalar(select(User.id).where(User.username_key == username_key(username))):
        raise Refusal({"username": _("This name is taken. Please choose another one.")})
    if is_verified and has_verified_owner(session, email):
        raise Refusal({"email": _("There is an account with this email address already.")})
    user = User(
        username=unicodedata.normalize("NFKC", username),
        username_key=username_key(username),
        email=email_key(email),
        email_verified_at=utc_now() if is_verified else None,
        password_hash=password_hash,
        role=role,
        locale=locale,
    )
    session.add(user)
    session.flush()
    return user


def has_verified_owner(session: Session, email: str) -> bool:
    """Whether an account has proved that this address is its own."""
    return bool(
        session.scalar(
            select(func.count()).where(
                User.email.in_(email_keys(email)), User.email_verified_at.is_not(None)
            )
        )
    )


def choose_locale(session: Session, user_id: int, locale: str) -> None:
    """Keep the language a user wants to read."""
    session.execute(update(User).where(User.id == user_id).values(locale=locale))
