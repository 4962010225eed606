"""Passwords: argon2id, and a comparison that takes its time for unknown names too."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

# OWASP's minimum for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)

# Any hash that was made with the same parameters; no password is ever right for it.
_HASH_OF_NOBODY = HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to be stored, with its parameters and a random salt inside."""
    return HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of this hash.

    ``None`` stands for a user who does not exist: it costs the same time and is never right.
    """
    try:
        HASHER.verify(password_hash or _HASH_OF_NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)
