"""The form to sign up."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import (
    new_email_field,
    new_password_field,
    next_field,
    password_field,
    same_passwords,
    username_field,
)


class SignUpSchema(colander.Schema):
    username = username_field()
    email = new_email_field()
    password = new_password_field()
    password_confirm = password_field(
        _("Confirm password"), autocomplete="new-password", name="password_confirm"
    )
    next = next_field()
    validator = staticmethod(same_passwords)
