"""Domain errors with a message for the user."""

from __future__ import annotations

from translationstring import TranslationString

WHOLE_FORM = ""


class Refusal(Exception):
    """What was asked for cannot be done; nothing was written.

    ``errors`` maps the name of a field, or ``WHOLE_FORM``, to a sentence for the person.
    """

    def __init__(self, errors: dict[str, TranslationString]) -> None:
        super().__init__(errors)
        self.errors = errors


class Conflict(Refusal):
    """What was asked for does not fit what somebody else did meanwhile."""


class CountedRefusal(Refusal):
    """What was asked for cannot be done, and leaves a trace: what was written so far stays."""
