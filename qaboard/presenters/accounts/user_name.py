"""Display names of users."""

from __future__ import annotations

from pyramid.request import Request

from qaboard.i18n import _
from qaboard.models import User

DELETED_USER = _("deleted user")


def name_of(request: Request, user: User) -> str:
    """The name of a user as pages show it; of one who left, that they did."""
    return user.username if user.closed_at is None else request.localizer.translate(DELETED_USER)
