"""Tokens that work once, for a while, and for one purpose."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qaboard.models import CLOCK_TOLERANCE, SingleUseToken, TokenPurpose, utc_now
from qaboard.security.tokens import hash_token, new_token


def issue_token(
    session: Session,
    purpose: TokenPurpose,
    *,
    lifetime: timedelta,
    user_id: int | None = None,
    email: str | None = None,
    token: str | None = None,
) -> str:
    """Make a token; those of the same purpose that the user had before work no more.

    :param email: the address that it is sent to.
    :param token: a random text that exists already, such as the challenge of a passkey.
    :return: the token, of 256 random bits; only its hash is stored.
    """
    if user_id is not None:
        end_tokens(session, user_id, purpose)
    now = utc_now()
    token = token or new_token()
    session.add(
        SingleUseToken(
            purpose=purpose,
            user_id=user_id,
            token_hash=hash_token(token),
            email=email,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def find_token(session: Session, purpose: TokenPurpose, token: str) -> SingleUseToken | None:
    """The token if it still works; looking uses nothing up, as mail scanners open all links."""
    if not token:
        return None
    return session.scalar(
        select(SingleUseToken).where(
            SingleUseToken.purpose == purpose,
            SingleUseToken.token_hash == hash_token(token),
            SingleUseToken.expires_at > utc_now(),
            SingleUseToken.created_at <= utc_now() + CLOCK_TOLERANCE,
        )
    )


def use_token(session: Session, token: SingleUseToken) -> bool:
    """Use a token up.

    :return: whether this was the use that counts; of two at once only one deletes the row.
    """
    used = session.execute(
        delete(SingleUseToken)
        .where(SingleUseToken.id == token.id)
        .execution_options(synchronize_session=False)
    )
    session.expunge(token)
    return used.rowcount == 1


def end_tokens(session: Session, user_id: int, *purposes: TokenPurpose) -> None:
    """Have the tokens of a user work no more: those of some purposes, or all."""
    conditions = [SingleUseToken.user_id == user_id]
    if purposes:
        conditions.append(SingleUseToken.purpose.in_(purposes))
    session.execute(delete(SingleUseToken).where(*conditions))
