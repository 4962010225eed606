"""The forms for answers."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import body_field, version_field


class AnswerSchema(colander.Schema):
    body = body_field(_("Your answer"))


class EditAnswerSchema(AnswerSchema):
    version = version_field()
