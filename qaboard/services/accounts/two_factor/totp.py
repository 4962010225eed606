"""Codes of an authenticator app (TOTP, RFC 6238): SHA-1, six digits, a new one every 30 seconds."""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from qaboard.models import CLOCK_TOLERANCE, TOTPFactor, utc_now, was_recent
from qaboard.security.encryption import SecretEncryption, UnreadableSecret

log = logging.getLogger(__name__)

DIGITS = 6
STEP_SECONDS = 30

DRIFT_STEPS = 1
"""How many steps of 30 seconds the clock of the app may be wrong, either way."""

SETUP_LIFETIME = timedelta(minutes=15)
"""How long a secret is shown. One that somebody saw in passing long ago is never confirmed."""


def begin_setup(session: Session, encryption: SecretEncryption, user_id: int) -> bool:
    """Make a secret for an app to learn; it counts for nothing until `confirm_setup`.

    :return: whether it was made; an app that is in use already stays as it is.
    """
    session.execute(
        delete(TOTPFactor).where(TOTPFactor.user_id == user_id, TOTPFactor.confirmed_at.is_(None))
    )
    if session.get(TOTPFactor, user_id) is not None:
        return False
    encrypted_secret = encryption.encrypt(pyotp.random_base32())
    session.add(TOTPFactor(user_id=user_id, encrypted_secret=encrypted_secret))
    session.flush()
    return True


def secret_in_setup(session: Session, encryption: SecretEncryption, user_id: int) -> str | None:
    """The secret that an app is to learn, in base 32; ``None`` when no set-up is under way."""
    factor = _factor_in_setup(session, user_id)
    try:
        return encryption.decrypt(factor.encrypted_secret) if factor else None
    except UnreadableSecret:
        return None


def confirm_setup(
    session: Session,
    encryption: SecretEncryption,
    user_id: int,
    code: str,
    *,
    now: datetime | None = None,
) -> bool:
    """Have the app count from now on, if it knows the secret.

    :param code: what the app shows; it is then used up.
    :return: whether the code was right.
    """
    factor = _factor_in_setup(session, user_id)
    if factor is None or not _use(session, encryption, factor, code, now or utc_now()):
        return False
    factor.confirmed_at = utc_now()
    session.flush()
    return True


def use_totp_code(
    session: Session,
    encryption: SecretEncryption,
    user_id: int,
    code: str,
    *,
    now: datetime | None = None,
) -> bool:
    """Whether this is a right code of the user's app; it is then used up, and all before it.

    :param now: the time by the clock of the server; by default the present.
    """
    factor = session.scalar(
        select(TOTPFactor).where(
            TOTPFactor.user_id == user_id, TOTPFactor.confirmed_at.is_not(None)
        )
    )
    return factor is not None and _use(session, encryption, factor, code, now or utc_now())


def remove_app(session: Session, user_id: int) -> bool:
    """Forget the secret.

    :return: whether an app was in use.
    """
    removed = session.execute(
        delete(TOTPFactor).where(
            TOTPFactor.user_id == user_id, TOTPFactor.confirmed_at.is_not(None)
        )
    )
    return removed.rowcount == 1


def _factor_in_setup(session: Session, user_id: int) -> TOTPFactor | None:
    return session.scalar(
        select(TOTPFactor).where(
            TOTPFactor.user_id == user_id,
            TOTPFactor.confirmed_at.is_(None),
            was_recent(TOTPFactor.created_at, utc_now(), SETUP_LIFETIME),
        )
    )


def _use(
    session: Session, encryption: SecretEncryption, factor: TOTPFactor, code: str, now: datetime
) -> bool:
    try:
        totp = pyotp.TOTP(encryption.decrypt(factor.encrypted_secret), digits=DIGITS)
    except UnreadableSecret:
        log.error("the secret key is not the one that second factors were encrypted with")
        return False
    step_now = totp.timecode(now)
    return any(
        _use_step(session, factor, step, step_now)
        for step in range(step_now - DRIFT_STEPS, step_now + DRIFT_STEPS + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    )


def _use_step(session: Session, factor: TOTPFactor, step: int, step_now: int) -> bool:
    # A later one was used before the clock was set back.
    latest = step_now + int(CLOCK_TOLERANCE.total_seconds()) // STEP_SECONDS
    # In one statement, so that of two requests with the same code only one finds it unused.
    used = session.execute(
        update(TOTPFactor)
        .where(
            TOTPFactor.user_id == factor.user_id,
            or_(
                TOTPFactor.last_step.is_(None),
                TOTPFactor.last_step < step,
                TOTPFactor.last_step > latest,
            ),
        )
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return used.rowcount == 1
