"""The forms for answers."""

from __future__ import annotations

import colander

from qaboard.schemas.fields import body_field, version_field


class AnswerSchema(colander.Schema):
    body = body_field()


class EditAnswerSchema(AnswerSchema):
    version = version_field()
