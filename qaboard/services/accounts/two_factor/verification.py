"""Two-factor state of an account and verification of codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.models import (
    EventKind,
    Passkey,
    RecoveryCode,
    SecurityEvent,
    TokenPurpose,
    TOTPFactor,
    User,
    UserSession,
    second_factor_exists,
)
from qaboard.models.locks import lock_users
from qaboard.security.encryption import SecretEncryption
from qaboard.services.accounts.single_use_token import end_tokens
from qaboard.services.accounts.two_factor.recovery_code import (
    end_recovery_codes,
    make_recovery_codes,
    use_recovery_code,
)
from qaboard.services.accounts.two_factor.totp import DIGITS, use_totp_code
from qaboard.services.accounts.user_session import close_session
from qaboard.services.errors import CountedRefusal

WRONG_CODES_MAX_COUNT = 10
"""After so many wrong codes a login begins anew with the password, and the owner is told."""


class Factor(StrEnum):
    """What a login was completed with; events keep these names."""

    APP = "app"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"


class WrongCode(CountedRefusal):
    """A code is wrong, used, or too old; which of them is not told."""

    def __init__(self) -> None:
        super().__init__(
            {
                "code": _(
                    "That code is wrong or already used. Enter the next code from your app, or "
                    "a recovery code."
                )
            }
        )


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What a user has. ``app_since`` is empty without an app."""

    app_since: datetime | None
    passkey_count: int
    recovery_code_count: int

    @property
    def exist(self) -> bool:
        """Whether a login asks for more than the password. Recovery codes alone are no factor."""
        return self.app_since is not None or self.passkey_count > 0


def second_factors(session: Session, user_id: int) -> SecondFactors:
    """What this user has for the second step of a login."""
    statement = select(
        select(TOTPFactor.confirmed_at).where(TOTPFactor.user_id == user_id).scalar_subquery(),
        _count(Passkey, user_id),
        _count(RecoveryCode, user_id),
    )
    return SecondFactors(*session.execute(statement).one())


def _count(model, user_id: int):
    counted = select(func.count()).select_from(model).where(model.user_id == user_id)
    return counted.scalar_subquery()


def has_second_factor(session: Session, user_id: int) -> bool:
    """Whether a login of this user asks for more than the password."""
    return session.scalar(select(second_factor_exists()).where(User.id == user_id))


def check_code(session: Session, encryption: SecretEncryption, user_id: int, code: str) -> Factor:
    """Use up a code of the user's app, or a recovery code.

    :return: which of the two it was.
    :raises WrongCode: when it is neither.
    """
    if len(code) == DIGITS and code.isascii() and code.isdigit():
        if use_totp_code(session, encryption, user_id, code):
            return Factor.APP
    elif use_recovery_code(session, user_id, code):
        return Factor.RECOVERY_CODE
    raise WrongCode


def count_wrong_code(session: Session, login: UserSession) -> bool:
    """Count a wrong code; after ten of them the login that waited for it is over.

    :return: whether it is over.
    """
    login.wrong_code_count += 1
    if login.wrong_code_count < WRONG_CODES_MAX_COUNT:
        return False
    close_session(session, login.id)
    return True


def must_tell_of_wrong_codes(session: Session, user_id: int) -> bool:
    """Whether the owner is to be told: at each tenth wrong code that no right one has followed.

    They are counted over all logins, since whoever guesses may begin a new one before each tenth.
    """
    # One after the other, so that each sees the codes of all before it.
    lock_users(session, [user_id])
    events = (SecurityEvent.user_id == user_id,)
    proved = (EventKind.LOGIN, EventKind.REAUTHENTICATION)
    last = select(func.max(SecurityEvent.id)).where(*events, SecurityEvent.kind.in_(proved))
    wrong_codes = session.scalar(
        select(func.count())
        .select_from(SecurityEvent)
        .where(
            *events,
            SecurityEvent.kind == EventKind.FACTOR_FAILURE,
            # Of a refused passkey there is one.
            SecurityEvent.details["factor"].as_string().is_(None),
            SecurityEvent.id > func.coalesce(last.scalar_subquery(), 0),
        )
    )
    return wrong_codes % WRONG_CODES_MAX_COUNT == 0


def first_recovery_codes(session: Session, user_id: int, before: SecondFactors) -> list[str]:
    """After a factor was added: recovery codes for who had no factor before.

    :return: the codes, to be shown once; none for who has some already.
    """
    return [] if before.exist else make_recovery_codes(session, user_id)


def tidy_factors(session: Session, user_id: int) -> None:
    """After a factor was removed: without any, recovery codes are for nothing."""
    if not has_second_factor(session, user_id):
        end_recovery_codes(session, user_id)


def remove_all_factors(session: Session, user_id: int) -> bool:
    """Have a login of this user ask for the password only.

    :return: whether it asked for more before.
    """
    lock_users(session, [user_id])
    existed = has_second_factor(session, user_id)
    for model in (TOTPFactor, Passkey, RecoveryCode):
        session.execute(delete(model).where(model.user_id == user_id))
    end_tokens(session, user_id, TokenPurpose.REGISTER_PASSKEY, TokenPurpose.USE_PASSKEY)
    return existed
