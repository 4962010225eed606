"""The form to choose a language."""

from __future__ import annotations

import colander

from qaboard.i18n import LOCALES
from qaboard.schemas.fields import next_field


class LanguageSchema(colander.Schema):
    locale = colander.SchemaNode(colander.String(), validator=colander.OneOf(LOCALES))
    next = next_field()
