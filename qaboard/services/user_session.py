"""Logging in and out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.models import User, UserSession, username_key, utc_now
from qaboard.security.passwords import hash_password, needs_rehash, verify_password
from qaboard.security.tokens import hash_token, new_token
from qaboard.services.refusal import WHOLE_FORM, Refusal


def authenticate(session: Session, *, username: str, password: str) -> User:
    """The user of this name, if the password is right.

    :raises Refusal: in the same words, after the same work, whether the name or the password
        is wrong.
    """
    user = session.scalar(select(User).where(User.username_key == username_key(username)))
    if not verify_password(user.password_hash if user else None, password):
        raise Refusal(
            {WHOLE_FORM: _("Name and password do not match. Please check both and try again.")}
        )
    if needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    return user


def open_session(session: Session, user_id: int, *, lifetime: timedelta) -> str:
    """Begin a login, and forget those that have expired.

    :return: the token for the browser's cookie; it is stored nowhere.
    """
    now = utc_now()
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    token = new_token()
    session.add(
        UserSession(
            user_id=user_id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def close_session(session: Session, session_id: int) -> None:
    """End a login, on the server; its token opens nothing from then on."""
    session.execute(delete(UserSession).where(UserSession.id == session_id))
