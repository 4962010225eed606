"""Accounts: signing up and choosing a language."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.models import Role, User, email_key, username_key
from qaboard.security.passwords import hash_password
from qaboard.services.refusal import Refusal


def sign_up(
    session: Session,
    *,
    username: str,
    email: str,
    password: str,
    locale: str | None = None,
    role: Role = Role.MEMBER,
) -> User:
    """Open an account.

    :return: the user, with its id.
    :raises Refusal: when the name or the address is taken.
    """
    errors = {}
    if session.scalar(select(User.id).where(User.username_key == username_key(username))):
        errors["username"] = _("This name is taken. Please choose another one.")
    if session.scalar(select(User.id).where(User.email == email_key(email))):
        errors["email"] = _("There is an account with this email address already.")
    if errors:
        raise Refusal(errors)
    user = User(
        username=unicodedata.normalize("NFKC", username),
        username_key=username_key(username),
        email=email_key(email),
        password_hash=hash_password(password),
        role=role,
        locale=locale,
    )
    session.add(user)
    session.flush()
    return user


def choose_locale(session: Session, user_id: int, locale: str) -> None:
    """Keep the language a user wants to read."""
    session.execute(update(User).where(User.id == user_id).values(locale=locale))
