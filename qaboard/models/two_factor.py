"""Two-factor credentials: TOTP secrets, recovery codes, passkeys."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, LargeBinary, String, exists, or_
from sqlalchemy.orm import Mapped, mapped_column

from qaboard.models.base import (
    Base,
    Identifier,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    utc_now,
)
from qaboard.models.user import User


class TOTPFactor(Base):
    """The secret that an app and the board share (RFC 6238), encrypted with the board's key.

    ``last_step`` is the number of the time step whose code was used last: none is used twice.
    ``confirmed_at`` is empty until the app has shown that it knows the secret.
    """

    __tablename__ = "totp_factors"

    user_id: Mapped[int] = mapped_column(
        Identifier, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    encrypted_secret: Mapped[str] = mapped_column(String(500))
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    confirmed_at: Mapped[OptionalTimestamp]


class RecoveryCode(Base):
    """A code for when the other factor is lost; using it deletes the row."""

    __tablename__ = "recovery_codes"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


class Passkey(Base):
    """A public key of a user's device (WebAuthn); ``name`` is what the user calls it."""

    __tablename__ = "passkeys"

    NAME_MAX_CHARACTERS = 50
    # WebAuthn 2, section 4.
    CREDENTIAL_ID_MAX_BYTES = 1023

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(CREDENTIAL_ID_MAX_BYTES), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARACTERS))
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    last_used_at: Mapped[OptionalTimestamp]


def second_factor_exists() -> ColumnElement[bool]:
    """The condition, of a query of users, that a login asks for more than the password.

    Recovery codes alone are no factor, nor is an app that has not shown yet that it knows the
    secret.
    """
    return or_(
        exists().where(TOTPFactor.user_id == User.id, TOTPFactor.confirmed_at.is_not(None)),
        exists().where(Passkey.user_id == User.id),
    )
