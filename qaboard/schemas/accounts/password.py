"""The form to change one's password."""

from __future__ import annotations

import colander

from qaboard.i18n import _
from qaboard.schemas.fields import new_password_field, password_field, same_passwords


class ChangePasswordSchema(colander.Schema):
    current_password = password_field(
        _("Current password"), autocomplete="current-password", name="current_password"
    )
    password = new_password_field(_("New password"))
    password_confirm = password_field(
        _("Confirm new password"), autocomplete="new-password", name="password_confirm"
    )
    validator = staticmethod(same_passwords)


class NewPasswordSchema(colander.Schema):
    """For whoever forgot the one from before."""

    password = new_password_field(_("New password"))
    password_confirm = password_field(
        _("Confirm new password"), autocomplete="new-password", name="password_confirm"
    )
    validator = staticmethod(same_passwords)
