"""The forms for questions."""

from __future__ import annotations

import colander

from qaboard.schemas.fields import body_field, title_field, version_field


class AskSchema(colander.Schema):
    title = title_field()
    body = body_field()


class EditQuestionSchema(AskSchema):
    version = version_field()
