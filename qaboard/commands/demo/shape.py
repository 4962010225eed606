"""Users, questions and answers of the demo board.

Nothing here touches the database; ``qaboard.commands.seed_demo`` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from qaboard.models import Role


@dataclass(frozen=True, slots=True)
class DemoUser:
    """An account. ``age`` is how long before the seeding it was opened."""

    name: str
    email: str
    locale: str
    age: timedelta
    role: Role = Role.MEMBER


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """An answer, written ``after`` this time since its question.

    ``up`` and ``down`` count votes. ``body`` is Markdown; ``addition`` is a last paragraph that its
    author edits in, ``added_after`` the writing.
    """

    author: str
    after: timedelta
    body: str
    up: int = 0
    down: int = 0
    addition: str = ""
    added_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question, asked ``age`` before the seeding. The other fields are as for an answer."""

    author: str
    age: timedelta
    title: str
    body: str
    answers: tuple[DemoAnswer, ...] = ()
    up: int = 0
    down: int = 0
    addition: str = ""
    added_after: timedelta | None = None
