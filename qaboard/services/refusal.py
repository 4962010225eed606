"""How a service says no to a person."""

from __future__ import annotations

from translationstring import TranslationString

WHOLE_FORM = ""


class Refusal(Exception):
    """What was asked for cannot be done; nothing was written.

    ``errors`` maps the name of a field, or ``WHOLE_FORM``, to a sentence for the person;
    ``status`` is the HTTP status it is told with.
    """

    status = 400

    def __init__(self, errors: dict[str, TranslationString]) -> None:
        super().__init__(errors)
        self.errors = errors
