"""Encryption of what the database must not tell: the secrets of second factors."""

from __future__ import annotations

import base64
import binascii
import secrets
from functools import cache

KEY_BYTES = 32
NONCE_BYTES = 12
"""Random ones are safe for 2**32 texts of one key (NIST SP 800-38D, section 8.3)."""

KEY_PURPOSE = b"qaboard: secrets of second factors"
"""Other keys made from the same secret have other purposes, and tell nothing about this one."""


class UnreadableSecret(Exception):
    """A secret was encrypted with another key, or changed since."""


class SecretEncryption:
    """Encrypts short texts by AES-256-GCM, with a key made from the secret key of the board.

    :param secret: the secret key; what was encrypted cannot be read with another one.
    """

    def __init__(self, secret: str) -> None:
        # Not before it is needed: the library takes 6 MB.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=KEY_PURPOSE)
        self.cipher = AESGCM(derivation.derive(secret.encode("utf-8")))

    def encrypt(self, text: str) -> str:
        """The text as ASCII that tells nothing, and never the same twice."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        encrypted = nonce + self.cipher.encrypt(nonce, text.encode("utf-8"), None)
        return base64.urlsafe_b64encode(encrypted).decode("ascii")

    def decrypt(self, encrypted: str) -> str:
        """The text again.

        :raises UnreadableSecret: when it was encrypted with another key, or changed since.
        """
        from cryptography.exceptions import InvalidTag

        try:
            content = base64.urlsafe_b64decode(encrypted)
            nonce, content = content[:NONCE_BYTES], content[NONCE_BYTES:]
            return self.cipher.decrypt(nonce, content, None).decode("utf-8")
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise UnreadableSecret from error


def includeme(config) -> None:
    secret = config.registry["settings"].secret

    @cache
    def encryption() -> SecretEncryption:
        return SecretEncryption(secret)

    config.add_request_method(lambda _request: encryption(), "encryption", reify=True)
