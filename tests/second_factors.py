"""Second factors for tests: an app, and a device with passkeys that does what devices do."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

import cbor2
import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from factories import PASSWORD, Board
from sqlalchemy import select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from qaboard.models import Passkey, SecurityEvent, TOTPFactor, User, UserSession, utc_now
from qaboard.security.encryption import SecretEncryption
from qaboard.services.accounts.two_factor.recovery_code import make_recovery_codes

USER_PRESENT, USER_VERIFIED, KEY_INCLUDED = 0x01, 0x04, 0x40


def add_app(board: Board, app, user: User) -> pyotp.TOTP:
    """An authenticator app that this user has set up."""
    secret = pyotp.random_base32()
    encryption = SecretEncryption(app.registry["settings"].secret)
    with board.transaction() as session:
        session.add(
            TOTPFactor(
                user_id=user.id,
                encrypted_secret=encryption.encrypt(secret),
                confirmed_at=utc_now(),
            )
        )
    return pyotp.TOTP(secret)


def forget_used_codes(board: Board) -> None:
    """As if half a minute had gone by: the code that the app shows now can be used."""
    with board.transaction() as session:
        session.execute(update(TOTPFactor).values(last_step=None))


def add_recovery_codes(board: Board, user: User) -> list[str]:
    with board.transaction() as session:
        return make_recovery_codes(session, user.id)


def add_passkey(board: Board, device: Device, user: User, name: str = "my key") -> None:
    """A passkey of this device that this user has added."""
    device.user_handle = user.id.to_bytes(8, "big")
    with board.transaction() as session:
        session.add(
            Passkey(
                user_id=user.id,
                credential_id=device.credential_id,
                public_key=device.public_key,
                sign_count=device.sign_count,
                name=name,
            )
        )


@dataclass
class Device:
    """A device with one passkey, and the browser in front of it.

    What it says can be changed, to see what is refused.
    """

    origin: str = "http://localhost:6543"
    site: str = "localhost"
    flags: int = USER_PRESENT | USER_VERIFIED
    sign_count: int = 0
    user_handle: bytes | None = None
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public_key(self) -> bytes:
        """The public key in the form of COSE (RFC 9053, section 7.1.1)."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def create(self, options: dict) -> str:
        """The answer to a request for a new passkey, JSON."""
        self.user_handle = base64url_to_bytes(options["user"]["id"])
        key = self.credential_id_with_length + self.public_key
        data = self.authenticator_data(KEY_INCLUDED) + bytes(16) + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self.answer(
            clientDataJSON=self.client_data("webauthn.create", options["challenge"]),
            attestationObject=attestation,
        )

    def use(self, options: dict) -> str:
        """The answer to a request to sign, JSON."""
        self.sign_count += 1
        data = self.authenticator_data()
        client_data = self.client_data("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        return self.answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(SHA256())),
            **({"userHandle": self.user_handle} if self.user_handle else {}),
        )

    @property
    def credential_id_with_length(self) -> bytes:
        return len(self.credential_id).to_bytes(2, "big") + self.credential_id

    def authenticator_data(self, further_flags: int = 0) -> bytes:
        flags = bytes([self.flags | further_flags])
        site = hashlib.sha256(self.site.encode()).digest()
        return site + flags + self.sign_count.to_bytes(4, "big")

    def client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def answer(self, **response: bytes) -> str:
        credential_id = bytes_to_base64url(self.credential_id)
        return json.dumps(
            {
                "id": credential_id,
                "rawId": credential_id,
                "type": "public-key",
                "response": {name: bytes_to_base64url(v) for name, v in response.items()},
            }
        )


def log_in(client, username="alex", next_address=None):
    query = {"next": next_address} if next_address else {}
    form = client.get("/login", query).forms["login"]
    form["username"], form["password"] = username, PASSWORD
    return form.submit("submit", status=303)


def enter_code(client, code: str, status: int = 303):
    form = client.get("/second-factor").forms["second-factor"]
    form["code"] = code
    return form.submit("submit", status=status)


def is_logged_in(client) -> bool:
    return client.get("/account/", expect_errors=True).status_int == 200


def press(page, action: str, status: int = 303):
    form = next(f for f in page.forms.values() if f.action == action)
    return form.submit(status=status)


def kinds(board, user) -> list[str]:
    with board.transaction() as session:
        statement = select(SecurityEvent.kind, SecurityEvent.details)
        statement = statement.where(SecurityEvent.user_id == user.id).order_by(SecurityEvent.id)
        return [
            f"{kind} {details.get('factor', '')}".strip()
            for kind, details in session.execute(statement)
        ]


def age_logins(board) -> None:
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )
