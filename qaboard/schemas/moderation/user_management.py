"""The forms by which moderators and admins manage accounts."""

from __future__ import annotations

import datetime
from enum import StrEnum

import colander
import deform

from qaboard.i18n import _
from qaboard.models import Role, User
from qaboard.schemas.fields import at_most, multiple_lines, normalised, not_blank


class SuspensionLength(StrEnum):
    """How long a suspension lasts, where no day is named."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    FOR_GOOD = "for_good"


LENGTHS = {
    SuspensionLength.DAY: datetime.timedelta(days=1),
    SuspensionLength.WEEK: datetime.timedelta(days=7),
    SuspensionLength.MONTH: datetime.timedelta(days=30),
    SuspensionLength.YEAR: datetime.timedelta(days=365),
}
LENGTH_NAMES = {
    SuspensionLength.DAY: _("1 day"),
    SuspensionLength.WEEK: _("1 week"),
    SuspensionLength.MONTH: _("30 days"),
    SuspensionLength.YEAR: _("1 year"),
    SuspensionLength.FOR_GOOD: _("No end date"),
}
ROLE_NAMES = {
    Role.MEMBER: _("Member"),
    Role.MODERATOR: _("Moderator"),
    Role.ADMIN: _("Administrator"),
}


def choice_field(name: str, title, choices: dict) -> colander.SchemaNode:
    """A field that takes one of these values.

    :param choices: each value, with what it is called.
    """
    values = [(str(value), label) for value, label in choices.items()]
    return colander.SchemaNode(
        colander.String(),
        name=name,
        title=title,
        validator=colander.OneOf([value for value, _label in values]),
        widget=deform.widget.SelectWidget(values=values, css_class="form-select"),
    )


def _long_enough(node: colander.SchemaNode, value: str) -> None:
    minimum = User.SUSPENSION_REASON_MIN_CHARACTERS
    if len(value.strip()) < minimum:
        raise colander.Invalid(
            node,
            _(
                "Give a reason of at least ${minimum} characters.",
                mapping={"minimum": minimum},
            ),
        )


class SuspensionSchema(colander.Schema):
    until = choice_field("until", _("Duration"), LENGTH_NAMES)
    date = colander.SchemaNode(
        colander.Date(),
        name="date",
        title=_("Or until the end of this date"),
        description=_("A date overrides the duration above."),
        validator=colander.Range(
            max=datetime.date(User.SUSPENDED_FOR_GOOD.year - 1, 12, 30),
            max_err=_("That date is too far away. Choose “No end date” above."),
        ),
        widget=deform.widget.TextInputWidget(type="date"),
        missing=None,
    )
    reason = colander.SchemaNode(
        colander.String(),
        name="reason",
        title=_("Reason"),
        description=_("The user sees this, and it’s kept in the moderation log."),
        preparer=normalised,
        validator=colander.All(
            not_blank, multiple_lines, _long_enough, at_most(User.SUSPENSION_REASON_MAX_CHARACTERS)
        ),
        widget=deform.widget.TextAreaWidget(rows=3),
        missing_msg=_("Enter a reason. The user sees it."),
    )


class RoleSchema(colander.Schema):
    role = choice_field("role", _("Role"), ROLE_NAMES)
