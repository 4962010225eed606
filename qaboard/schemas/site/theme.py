"""The form to choose a theme."""

from __future__ import annotations

import colander

from qaboard.schemas.fields import next_field
from qaboard.theme import THEMES


class ThemeSchema(colander.Schema):
    theme = colander.SchemaNode(colander.String(), validator=colander.OneOf(THEMES))
    next = next_field()
