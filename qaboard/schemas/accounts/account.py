"""The form to choose a language."""

from __future__ import annotations

import colander

from qaboard.schemas.fields import next_field
from qaboard.settings import LOCALES


class LanguageSchema(colander.Schema):
    locale = colander.SchemaNode(colander.String(), validator=colander.OneOf(LOCALES))
    next = next_field()
