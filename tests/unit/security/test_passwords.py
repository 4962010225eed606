from __future__ import annotations

from argon2 import PasswordHasher

from qaboard.security.passwords import hash_password, needs_rehash, verify_password


def test_a_password_is_verified_against_its_hash_only():
    password_hash = hash_password("정말 긴 비밀번호 😀")
    assert verify_password(password_hash, "정말 긴 비밀번호 😀")
    assert not verify_password(password_hash, "정말 긴 비밀번호")
    assert hash_password("정말 긴 비밀번호 😀") != password_hash


def test_nobody_has_a_password():
    assert not verify_password(None, "nobody has this password")
    assert not verify_password("not a hash", "x")


def test_an_older_hash_is_to_be_made_again():
    assert not needs_rehash(hash_password("x"))
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x"))
