"""The form to close one's account."""

from __future__ import annotations

import colander
import deform

from qaboard.i18n import _
from qaboard.schemas.fields import at_most, single_line

KEEP, REMOVE = "keep", "remove"


class CloseAccountSchema(colander.Schema):
    posts = colander.SchemaNode(
        colander.String(),
        title=_("Your posts"),
        validator=colander.OneOf((KEEP, REMOVE)),
        widget=deform.widget.RadioChoiceWidget(
            values=(
                (KEEP, _("Keep them, without your username")),
                (REMOVE, _("Erase all my questions and answers")),
            ),
            item_template="radio_item",
        ),
        missing_msg=_("Choose an option."),
    )
    username = colander.SchemaNode(
        colander.String(),
        title=_("Enter your username to confirm"),
        validator=colander.All(single_line, at_most(100)),
        widget=deform.widget.TextInputWidget(autocomplete="off"),
        missing_msg=_("Enter your username."),
    )
