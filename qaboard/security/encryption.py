"""Encryption of what the database must not tell: the secrets of second factors."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_PURPOSE = b"qaboard: secrets of second factors"
"""Other keys made from the same secret have other purposes, and tell nothing about this one."""


class UnreadableSecret(Exception):
    """A secret was encrypted with another key, or changed since."""


class SecretEncryption:
    """Encrypts short texts with a key made from the secret key of the board.

    :param secret: the secret key; what was encrypted cannot be read with another one.
    """

    def __init__(self, secret: str) -> None:
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=KEY_PURPOSE)
        key = derivation.derive(secret.encode("utf-8"))
        self.fernet = Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        """The text as ASCII that tells nothing, and never the same twice."""
        return self.fernet.encrypt(text.encode("utf-8")).decode("ascii")

    def decrypt(self, encrypted: str) -> str:
        """The text again.

        :raises UnreadableSecret: when it was encrypted with another key, or changed since.
        """
        try:
            return self.fernet.decrypt(encrypted.encode("ascii")).decode("utf-8")
        except InvalidToken as error:
            raise UnreadableSecret from error


def includeme(config) -> None:
    encryption = SecretEncryption(config.registry["settings"].secret)
    config.add_request_method(lambda _request: encryption, "encryption", reify=True)
