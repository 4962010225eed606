"""A check of a database, and its finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

EXAMPLES = 10
"""How many wrong rows are named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows are wrong, and the names of the first ones."""

    total: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must be true.

    ``advice`` says what to do where it is not; ``is_warning``, that the board works all the same.
    """

    statement: str
    find: Callable[[Session], Finding]
    advice: str
    is_warning: bool = False
