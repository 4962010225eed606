"""What a script sends of a text that is being written."""

from __future__ import annotations

import re

import colander

from qaboard.models import Draft
from qaboard.schemas.fields import (
    at_most,
    body_field,
    multiple_lines,
    single_line,
    title_field,
    version_field,
)

_WRITER = re.compile(r"[0-9a-f]{16,32}")


def is_writer(text: str) -> bool:
    """Whether this can be the number of a page that saves drafts."""
    return _WRITER.fullmatch(text) is not None


def _unfinished(field: colander.SchemaNode, *checks) -> colander.SchemaNode:
    """The field of a form that may still be empty."""
    field.missing = ""
    field.validator = colander.All(*checks)
    return field


def _writer_field(name: str) -> colander.SchemaNode:
    return colander.SchemaNode(colander.String(), name=name, validator=colander.Function(is_writer))


class DraftSchema(colander.Schema):
    title = _unfinished(title_field(), single_line, at_most(Draft.TITLE_MAX_CHARACTERS))
    body = _unfinished(body_field(), multiple_lines, at_most(Draft.BODY_MAX_CHARACTERS))
    version = version_field()
    writer = _writer_field("writer")
    continues = _writer_field("continues")
    continues.missing = ""
