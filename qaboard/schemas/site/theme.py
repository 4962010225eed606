"""The form to choose a theme."""

from __future__ import annotations

import colander

from qaboard.http.theme import THEMES
from qaboard.schemas.fields import next_field


class ThemeSchema(colander.Schema):
    theme = colander.SchemaNode(colander.String(), validator=colander.OneOf(THEMES))
    next = next_field()
