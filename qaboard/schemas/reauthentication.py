"""The form to prove again who one is."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import next_field, password_field


class ReauthenticationSchema(colander.Schema):
    password = password_field(_("Password"), autocomplete="current-password", name="password")
    next = next_field()
