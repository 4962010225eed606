"""The form to choose a language."""

from __future__ import annotations

import colander

from qaboard.settings import LOCALES


class LanguageSchema(colander.Schema):
    locale = colander.SchemaNode(colander.String(), validator=colander.OneOf(LOCALES))
    next = colander.SchemaNode(colander.String(), missing="")
