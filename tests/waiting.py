"""Waiting for a condition, with a deadline that only a broken machine misses."""

from __future__ import annotations

import time
from collections.abc import Callable

DEADLINE_SECONDS = 300


def wait_until(is_so: Callable[[], object], complaint: str) -> None:
    """Wait until something is so.

    :raises AssertionError: with the complaint, after some minutes.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)
