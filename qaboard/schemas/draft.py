"""What a script sends of a text that is being written."""

from __future__ import annotations

import re

import colander

from qaboard.models import Draft, SeenDraft
from qaboard.schemas.fields import (
    at_most,
    body_field,
    idempotency_key_field,
    multiple_lines,
    single_line,
    title_field,
    version_field,
)

SAVE_NUMBER_MAX = 999_999_999

_WRITER = re.compile(r"[0-9a-f]{16,32}")
_SEEN_DRAFT = re.compile(r"([0-9a-f]{16,32})(?:-([0-9]{1,9}))?")
SEEN_DRAFTS_MAX_COUNT = 5


def is_writer(text: str) -> bool:
    """Whether this can be the id of a page that saves drafts."""
    return _WRITER.fullmatch(text) is not None


def read_seen_drafts(text: str) -> list[SeenDraft] | None:
    """The drafts that a page says it has seen: ``WRITER-NUMBER``, separated by spaces.

    :return: ``None`` for what no page says.
    """
    found = [_SEEN_DRAFT.fullmatch(each) for each in text.split(" ")] if text else []
    if None in found or len(found) > SEEN_DRAFTS_MAX_COUNT:
        return None
    return [
        SeenDraft(writer, int(number) if number else None)
        for writer, number in (match.groups() for match in found)
    ]


def _unfinished(field: colander.SchemaNode, *checks) -> colander.SchemaNode:
    """The field of a form that may still be empty."""
    field.missing = ""
    field.validator = colander.All(*checks)
    return field


class DraftSchema(colander.Schema):
    title = _unfinished(title_field(), single_line, at_most(Draft.TITLE_MAX_CHARACTERS))
    body = _unfinished(body_field(), multiple_lines, at_most(Draft.BODY_MAX_CHARACTERS))
    version = version_field()
    writer = colander.SchemaNode(colander.String(), validator=colander.Function(is_writer))
    number = colander.SchemaNode(
        colander.Integer(), validator=colander.Range(min=1, max=SAVE_NUMBER_MAX), missing=None
    )
    continues = colander.SchemaNode(
        colander.String(),
        validator=colander.Function(lambda text: read_seen_drafts(text) is not None),
        missing="",
    )
    # That of the form, where it has one.
    idempotency_key = idempotency_key_field("")
