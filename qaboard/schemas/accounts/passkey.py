"""The forms that a script fills in with the answer of a device."""

from __future__ import annotations

import colander
import deform

from qaboard.i18n import _
from qaboard.models import Passkey
from qaboard.schemas.fields import (
    HiddenWidget,
    at_most,
    next_field,
    normalised_line,
    not_blank,
    single_line,
)

CREDENTIAL_MAX_CHARACTERS = 20_000
"""With certificates of a device's maker it has a few thousand."""


def credential_field() -> colander.SchemaNode:
    """The answer of a device as JSON; whether it is one is seen when it is checked."""
    return colander.SchemaNode(
        colander.String(),
        name="credential",
        title=_("Passkey"),
        missing="",
        validator=at_most(CREDENTIAL_MAX_CHARACTERS),
        widget=HiddenWidget(CREDENTIAL_MAX_CHARACTERS),
    )


class UsePasskeySchema(colander.Schema):
    widget = deform.widget.FormWidget(template="passkey_form")
    credential = credential_field()
    next = next_field()


class AddPasskeySchema(colander.Schema):
    widget = deform.widget.FormWidget(template="passkey_form")
    label = colander.SchemaNode(
        colander.String(),
        name="name",
        title=_("Name"),
        description=_("To tell it apart from your other passkeys."),
        preparer=normalised_line,
        validator=colander.All(not_blank, single_line, at_most(Passkey.NAME_MAX_CHARACTERS)),
        widget=deform.widget.TextInputWidget(autocomplete="off"),
        missing_msg=_("Choose a name."),
    )
    credential = credential_field()
