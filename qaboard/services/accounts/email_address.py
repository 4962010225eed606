"""Mail addresses: proving that one is one's own, and changing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from qaboard.http.client import Client
from qaboard.i18n import _
from qaboard.models import EventKind, TokenPurpose, User, email_key, utc_now
from qaboard.models.locks import lock_users
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.single_use_token import (
    end_tokens,
    find_token,
    issue_token,
    use_token,
)
from qaboard.services.accounts.user import has_verified_owner
from qaboard.services.errors import WHOLE_FORM, Refusal

LIFETIME = timedelta(hours=24)
"""How long the link works that proves an address."""


class DeadLink(Refusal):
    """A link that was used, is too old, or never was one; it does not say which."""

    def __init__(self) -> None:
        super().__init__({WHOLE_FORM: _("This link no longer works.")})


def issue_address_token(session: Session, user: User, email: str) -> str | None:
    """A token that proves an address of a user: the one they have, or one to change to.

    :return: ``None`` when the address is another account's; only whoever reads its mail may
        know that.
    """
    email = email_key(email)
    if has_verified_owner(session, email):
        return None
    purpose = TokenPurpose.VERIFY_EMAIL if email == user.email else TokenPurpose.CHANGE_EMAIL
    return issue_token(session, purpose, lifetime=LIFETIME, user_id=user.id, email=email)


def check_new_address(user: User, email: str) -> None:
    """Refuse a change to the address that a user has and has proved.

    :raises Refusal: when it is that one; of other addresses nothing is said.
    """
    if user.email == email_key(email) and user.email_verified_at is not None:
        raise Refusal({"email": _("This is already your confirmed email address.")})


def change_address_unproved(session: Session, user: User, email: str, client: Client) -> None:
    """Change an address on a board without mail, where none can be proved."""
    user.email, user.email_verified_at = email_key(email), None
    end_tokens(session, user.id)
    record_event(session, EventKind.EMAIL_CHANGE, user_id=user.id, actor_id=user.id, client=client)


def find_address_token(session: Session, token: str):
    """The token of either kind, if it still works."""
    return find_token(session, TokenPurpose.VERIFY_EMAIL, token) or find_token(
        session, TokenPurpose.CHANGE_EMAIL, token
    )


def find_unconverted_addresses(session: Session) -> list[User]:
    """Users whose address is not stored as `email_key` has it: those of a release that stored
    domains in Unicode, and who share theirs with another account that has confirmed it."""
    candidates = session.scalars(
        select(User).where(User.email.regexp_match("[^ -~]")).order_by(User.id)
    )
    return [user for user in candidates if user.email != email_key(user.email)]


def convert_addresses(session: Session) -> int:
    """Store addresses as `email_key` has them, but no confirmed one as that of another account.

    :return: how many were changed.
    """
    count = 0
    for user in find_unconverted_addresses(session):
        email = email_key(user.email)
        is_taken = select(User.id).where(User.email == email, User.email_verified_at.is_not(None))
        if user.email_verified_at is None or session.scalar(is_taken) is None:
            user.email = email
            session.flush()
            count += 1
    return count


@dataclass(frozen=True, slots=True)
class ReplacedAddress:
    """An address that a user had until now, and whether they had proved it to be theirs."""

    email: str
    was_proved: bool


def confirm_address(
    session: Session, token: str, client: Client
) -> tuple[User, ReplacedAddress | None]:
    """Use a token up: the address it was sent to is the user's from now on.

    Links to reset the password end, since they went to the address from before.

    :return: the user, and the address that was replaced, if one was.
    :raises DeadLink: when the token does not work any more, or the address has become another
        account's meanwhile.
    """
    row = find_address_token(session, token)
    if row is None or row.user_id is None:
        raise DeadLink
    lock_users(session, [row.user_id])
    user, email = session.get_one(User, row.user_id), row.email
    is_current = row.purpose == TokenPurpose.CHANGE_EMAIL or email == user.email
    is_used = use_token(session, row)
    if not is_used or not is_current or user.closed_at or has_verified_owner(session, email):
        raise DeadLink
    replaced = None
    if user.email != email:
        replaced = ReplacedAddress(user.email, was_proved=user.email_verified_at is not None)
    user.email, user.email_verified_at = email, utc_now()
    end_tokens(session, user.id, TokenPurpose.RESET_PASSWORD, TokenPurpose.VERIFY_EMAIL)
    record_event(
        session,
        EventKind.EMAIL_CHANGE if replaced else EventKind.EMAIL_VERIFICATION,
        user_id=user.id,
        # Whoever holds the link need not be logged in.
        actor_id=None,
        client=client,
    )
    # So that an address that two confirm at once is refused to one of them here.
    session.flush()
    return user, replaced
