"""The forms that ask for a code."""

from __future__ import annotations

from typing import Any

import colander
import deform

from qaboard.i18n import _, pgettext
from qaboard.schemas.fields import at_most, compatible_form, next_field, single_line

CODE_MAX_CHARACTERS = 100
"""A recovery code has 29; the rest is for spaces."""


def _without_spaces(value: Any) -> Any:
    value = compatible_form(value)
    return "".join(value.split()) if isinstance(value, str) else value


def code_field(description=None) -> colander.SchemaNode:
    """A code, as it was typed: with spaces perhaps, or in the wide digits of a Korean keyboard."""
    return colander.SchemaNode(
        colander.String(),
        name="code",
        title=pgettext("login", "Code"),
        description=description or _("The 6-digit code from your app, or a recovery code."),
        preparer=_without_spaces,
        validator=colander.All(single_line, at_most(CODE_MAX_CHARACTERS)),
        widget=deform.widget.TextInputWidget(autocomplete="one-time-code"),
        missing_msg=_("Enter a code."),
    )


class SecondFactorSchema(colander.Schema):
    code = code_field()
    next = next_field()


class ConfirmAppSchema(colander.Schema):
    code = code_field(_("The 6-digit code from your app."))
