"""The form to log in."""

from __future__ import annotations

import colander
import deform

from qaboard.i18n import _
from qaboard.models import User
from qaboard.schemas.fields import at_most, next_field, password_field, single_line


class LogInSchema(colander.Schema):
    username = colander.SchemaNode(
        colander.String(),
        title=_("Username or email address"),
        # Whatever its shape, one that nobody has is answered like a wrong password.
        validator=colander.All(single_line, at_most(User.EMAIL_MAX_CHARACTERS)),
        widget=deform.widget.TextInputWidget(autocomplete="username"),
        missing_msg=_("Enter your username or email address."),
    )
    password = password_field(_("Password"), autocomplete="current-password", name="password")
    next = next_field()
