"""Accounts: signing up and choosing a language."""

from __future__ import annotations

import unicodedata

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qaboard.i18n import _
from qaboard.models import Role, User, email_key, email_keys, username_key, utc_now
from qaboard.services.errors import Refusal


class NameTaken(Refusal):
    """Somebody has this name already."""

    def __init__(self) -> None:
        super().__init__({"username": _("That username is taken. Choose another.")})


def sign_up(
    session: Session,
    *,
    username: str,
    email: str,
    password_hash: str,
    locale: str | None = None,
    role: Role = Role.MEMBER,
    is_verified: bool = False,
    idempotency_key: str | None = None,
) -> User:
    """Open an account.

    An address may have an account already: a refusal would tell whose address it is not. Only one
    of them can verify it.

    :param is_verified: whether the address is known to be theirs, as when an operator says so.
    :param idempotency_key: that of the form, if it has one.
    :return: the user, with its id.
    :raises NameTaken: when somebody has this name.
    :raises Refusal: when the address to be verified has an account.
    :raises StaleDataError: when the form was sent twice at the same time; the request runs again.
    """
    if has_signed_up(session, username, idempotency_key):
        raise StaleDataError("the form was sent twice at the same time")
    if session.scalar(select(User.id).where(User.username_key == username_key(username))):
        raise NameTaken
    if is_verified and has_verified_owner(session, email):
        raise Refusal({"email": _("An account with this email address already exists.")})
    user = User(
        username=unicodedata.normalize("NFKC", username),
        username_key=username_key(username),
        email=email_key(email),
        email_verified_at=utc_now() if is_verified else None,
        password_hash=password_hash,
        role=role,
        locale=locale,
        idempotency_key=idempotency_key or None,
    )
    session.add(user)
    session.flush()
    return user


def has_signed_up(session: Session, username: str, idempotency_key: str | None) -> bool:
    """Whether the form with this key has opened the account of this name."""
    return bool(idempotency_key) and bool(
        session.scalar(
            select(User.id).where(
                User.username_key == username_key(username),
                User.idempotency_key == idempotency_key,
            )
        )
    )


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
