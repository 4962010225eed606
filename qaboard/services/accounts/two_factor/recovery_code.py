"""Codes on paper, for when an app or a passkey is lost."""

from __future__ import annotations

import base64
import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from qaboard.models import RecoveryCode
from qaboard.security.tokens import hash_token

CODES_COUNT = 10
CODE_BYTES = 15
"""120 random bits each: more than the 112 from which on a plain hash will do (ASVS 5.0, 6.5.2)."""

GROUP_CHARACTERS = 4


def make_recovery_codes(session: Session, user_id: int) -> list[str]:
    """Ten new codes, to be shown once; those the user had before work no more."""
    end_recovery_codes(session, user_id)
    codes = [
        base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode("ascii")
        for _ in range(CODES_COUNT)
    ]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=hash_token(code)) for code in codes)
    session.flush()
    return ["-".join(_groups(code)) for code in codes]


def use_recovery_code(session: Session, user_id: int, code: str) -> bool:
    """Whether this is a code of this user; it is then used up.

    :param code: as it was typed, in small letters or without hyphens too.
    """
    code_hash = hash_token(code.replace("-", "").upper())
    used = session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash
        )
    )
    return used.rowcount == 1


def end_recovery_codes(session: Session, user_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _groups(code: str) -> list[str]:
    return [code[i : i + GROUP_CHARACTERS] for i in range(0, len(code), GROUP_CHARACTERS)]
