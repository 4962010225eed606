"""The forms about mail addresses."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import email_field, new_email_field


class EmailSchema(colander.Schema):
    email = email_field()


class NewEmailSchema(colander.Schema):
    email = new_email_field(_("New email address"))
