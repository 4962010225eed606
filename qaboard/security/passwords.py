"""Passwords: argon2id, and a comparison that takes its time for unknown names too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from qaboard.settings import PasswordSettings

WAIT_SECONDS = 5
"""How long a login waits for its turn before it is told to come back."""


class TooManyHashes(Exception):
    """More passwords are being checked than the server has memory and time for."""


class PasswordHashing:
    """Hashes with the parameters of the ini file, a few at the same time.

    :param settings: OWASP's minimum for argon2id is 19 MiB, two passes and one lane (Password
        Storage Cheat Sheet).
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self.hasher = PasswordHasher(
            time_cost=settings.passes,
            memory_cost=settings.memory_kib,
            parallelism=settings.lanes,
            type=Type.ID,
        )
        self.turns = threading.BoundedSemaphore(settings.concurrent_hashes)
        # Made with the same parameters as any other; no password is ever right for it.
        self.hash_of_nobody = self.hasher.hash("nobody has this password")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.turns.acquire(timeout=WAIT_SECONDS):
            raise TooManyHashes
        try:
            yield
        finally:
            self.turns.release()

    def hash(self, password: str) -> str:
        """The hash to be stored, with its parameters and a random salt inside.

        :raises TooManyHashes: when too many others wait already.
        """
        with self._turn():
            return self.hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one of this hash.

        ``None`` stands for a user who does not exist: it costs the same time and is never right.

        :raises TooManyHashes: when too many others wait already.
        """
        with self._turn():
            try:
                self.hasher.verify(password_hash or self.hash_of_nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return bool(password_hash)

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(password_hash)


def includeme(config) -> None:
    passwords = PasswordHashing(config.registry["settings"].passwords)
    config.registry["passwords"] = passwords
    config.add_request_method(lambda _request: passwords, "passwords", reify=True)
