"""The form to sign up."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import (
    email_field,
    new_password_field,
    next_field,
    password_field,
    username_field,
)


class SignUpSchema(colander.Schema):
    username = username_field()
    email = email_field()
    password = new_password_field()
    password_confirm = password_field(
        _("Password again"), autocomplete="new-password", name="password_confirm"
    )
    next = next_field()

    def validator(self, node: colander.SchemaNode, values: dict) -> None:
        if values["password"] != values["password_confirm"]:
            error = colander.Invalid(node)
            error["password_confirm"] = _(
                "The two passwords are different; please type them again."
            )
            raise error
