"""What was encrypted is read with the same key only, and tells nothing without it."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qaboard.security.encryption import SecretEncryption, UnreadableSecret

SECRET = "a secret key of a board"


def test_there_and_back():
    encrypted = SecretEncryption(SECRET).encrypt("비밀 JBSW")
    assert encrypted.isascii()
    assert "JBSW" not in encrypted
    assert SecretEncryption(SECRET).decrypt(encrypted) == "비밀 JBSW"


def test_the_cipher_is_aes_256_gcm():
    key = HKDF(SHA256(), 32, salt=None, info=b"qaboard: secrets of second factors")
    content = base64.urlsafe_b64decode(SecretEncryption(SECRET).encrypt("text"))
    cipher = AESGCM(key.derive(SECRET.encode()))
    assert cipher.decrypt(content[:12], content[12:], None) == b"text"


def test_never_the_same_twice():
    encryption = SecretEncryption(SECRET)
    assert encryption.encrypt("text") != encryption.encrypt("text")


@pytest.mark.parametrize("change", [lambda text: text[:-4] + "AAA=", lambda text: "", str.lower])
def test_what_was_changed_cannot_be_read(change):
    encryption = SecretEncryption(SECRET)
    with pytest.raises(UnreadableSecret):
        encryption.decrypt(change(encryption.encrypt("text")))


def test_another_key_reads_nothing():
    encrypted = SecretEncryption(SECRET).encrypt("text")
    with pytest.raises(UnreadableSecret):
        SecretEncryption(SECRET + "!").decrypt(encrypted)


def test_the_column_has_room_for_the_secret_of_an_app():
    assert len(SecretEncryption(SECRET).encrypt("A" * 32)) < 500
