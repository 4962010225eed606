"""The form to prove again who one is."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.accounts.two_factor import code_field
from qaboard.schemas.fields import next_field, password_field


class ReauthenticationSchema(colander.Schema):
    password = password_field(_("Password"), autocomplete="current-password", name="password")
    # For who has a second factor only; the view takes it out for others.
    code = code_field()
    next = next_field()
