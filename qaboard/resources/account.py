"""One's own account."""

from __future__ import annotations

from pyramid.authorization import Allow

from qaboard.security.permissions import Permission
from qaboard.security.principals import Authenticated


class AccountResource:
    """``/account/``: whoever is logged in sees their own, and nobody else's has an address."""

    __name__ = "account"

    belongs_to_user = True
    """Everything below it is written while the row of the user is locked."""

    def __init__(self, parent) -> None:
        self.__parent__ = parent

    def __acl__(self):
        return [(Allow, Authenticated, Permission.MANAGE_ACCOUNT)]
