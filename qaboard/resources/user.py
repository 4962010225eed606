"""Users and their profiles."""

from __future__ import annotations

from pyramid.authorization import Allow, Deny, Everyone

from qaboard.http.numbers import parse_natural_number
from qaboard.models import Role, User
from qaboard.security.permissions import Permission
from qaboard.security.principals import ADMIN, MODERATOR, user_principal


class UsersResource:
    """``/users/``"""

    __name__ = "users"

    def __init__(self, parent) -> None:
        self.__parent__ = parent
        self.request = parent.request

    def __getitem__(self, name: str) -> UserResource:
        try:
            user_id = parse_natural_number(name)
        except ValueError:
            raise KeyError(name) from None
        user = self.request.dbsession.get(User, user_id)
        if user is None:
            raise KeyError(name)
        return UserResource(user, self)

    def __acl__(self):
        return [(Allow, MODERATOR, Permission.MANAGE_USERS)]


class UserResource:
    """``/users/<id>/``"""

    def __init__(self, user: User, parent: UsersResource) -> None:
        self.user = user
        self.__parent__ = parent
        self.__name__ = str(user.id)

    def __acl__(self):
        by_moderators = (Permission.SUSPEND, Permission.PURGE, Permission.END_SESSIONS)
        managing = (*by_moderators, Permission.SET_ROLE)
        itself = user_principal(self.user.id)
        return [
            (Allow, itself, (Permission.EDIT, Permission.VIEW_DELETED)),
            (Allow, MODERATOR, (Permission.MANAGE_USERS, Permission.VIEW_DELETED)),
            # Before the rights of a role: nobody manages their own account, or one that is closed.
            (Deny, Everyone if self.user.closed_at is not None else itself, managing),
            (Allow, ADMIN, managing),
            (Allow, MODERATOR, by_moderators if self.user.role == Role.MEMBER else ()),
        ]
