"""Hashes: right, wrong, nobody's, of other parameters, and not too many at once."""

from __future__ import annotations

import threading

import pytest

from qaboard.security import passwords as passwords_module
from qaboard.security.passwords import PasswordHashing, TooManyHashes
from qaboard.settings import PasswordSettings

PASSWORDS = PasswordHashing(
    PasswordSettings(memory_kib=1024, passes=1, lanes=1, concurrent_hashes=1)
)


def test_a_hash_is_of_its_password_only():
    password_hash = PASSWORDS.hash("정말 긴 비밀번호 😀")
    assert password_hash.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    assert PASSWORDS.verify(password_hash, "정말 긴 비밀번호 😀")
    assert not PASSWORDS.verify(password_hash, "정말 긴 비밀번호")
    assert PASSWORDS.hash("정말 긴 비밀번호 😀") != password_hash


def test_nobody_has_no_password():
    assert not PASSWORDS.verify(None, "nobody has this password")
    assert not PASSWORDS.verify("", "nobody has this password")
    assert not PASSWORDS.verify("not a hash", "x")


def test_nobody_costs_a_hash_like_anybody(monkeypatch):
    """A hash of the same parameters, for which a turn is waited."""
    parameters = PASSWORDS.hash_of_nobody.rpartition("p=1$")[0]
    assert PASSWORDS.hash("x").startswith(parameters)
    monkeypatch.setattr(passwords_module, "WAIT_SECONDS", 0.01)
    with PASSWORDS._turn(), pytest.raises(TooManyHashes):
        PASSWORDS.verify(None, "x")


def test_other_parameters_are_noticed():
    others = PasswordHashing(
        PasswordSettings(memory_kib=2048, passes=1, lanes=1, concurrent_hashes=1)
    )
    assert not PASSWORDS.needs_rehash(PASSWORDS.hash("x"))
    assert PASSWORDS.needs_rehash(others.hash("x"))


def test_no_more_hashes_at_once_than_the_settings_say(monkeypatch):
    monkeypatch.setattr(passwords_module, "WAIT_SECONDS", 0.05)
    is_hashing, may_end = threading.Event(), threading.Event()

    class SlowHasher:
        def hash(self, _password: str) -> str:
            is_hashing.set()
            may_end.wait(timeout=10)
            return "hash"

    slow = PasswordHashing(
        PasswordSettings(memory_kib=1024, passes=1, lanes=1, concurrent_hashes=1)
    )
    monkeypatch.setattr(slow, "hasher", SlowHasher())
    first = threading.Thread(target=slow.hash, args=("x",))
    first.start()
    assert is_hashing.wait(timeout=10)
    with pytest.raises(TooManyHashes):
        slow.hash("y")
    may_end.set()
    first.join(timeout=10)
    assert slow.hash("y") == "hash"
