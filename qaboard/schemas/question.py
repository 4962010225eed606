"""The forms for questions."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import body_field, title_field, version_field


class AskSchema(colander.Schema):
    title = title_field()
    body = body_field(_("Your question"))


class EditQuestionSchema(AskSchema):
    version = version_field()
