"""The demo board: its people, and questions on subjects that people really ask about.

All of it is written for this board. Adding a question is adding a ``DemoQuestion`` to the module of
its subject; when it was asked is its own ``age``, so the modules need no order.
"""

from qaboard.commands.demo import (
    bicycles,
    community,
    garden,
    kitchen,
    languages,
    linux,
    programming,
    school,
    traversal,
)
from qaboard.commands.demo.people import PASSWORD, USERS

QUESTIONS = tuple(
    sorted(
        (
            *bicycles.QUESTIONS,
            *community.QUESTIONS,
            *garden.QUESTIONS,
            *kitchen.QUESTIONS,
            *languages.QUESTIONS,
            *linux.QUESTIONS,
            *programming.QUESTIONS,
            *school.QUESTIONS,
            *traversal.QUESTIONS,
        ),
        key=lambda question: question.age,
        reverse=True,
    )
)
"""Oldest first, as they would have been asked."""

__all__ = ["PASSWORD", "QUESTIONS", "USERS"]
