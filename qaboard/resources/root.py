"""The root of the tree."""

from __future__ import annotations

from pyramid.authorization import Allow

from qaboard.resources.account import AccountResource
from qaboard.resources.question import QuestionsResource
from qaboard.resources.user import UsersResource
from qaboard.security.permissions import Permission
from qaboard.security.principals import ADMIN, Authenticated, Everyone


class RootResource:
    """``/``"""

    __name__ = None
    __parent__ = None

    CHILDREN = {  # noqa: RUF012 - a constant
        "questions": QuestionsResource,
        "users": UsersResource,
        "account": AccountResource,
    }

    def __init__(self, request) -> None:
        self.request = request

    def __getitem__(self, name: str):
        return self.CHILDREN[name](self)

    def __acl__(self):
        return [
            (Allow, Everyone, Permission.VIEW),
            (Allow, Authenticated, (Permission.PREVIEW, Permission.LOG_OUT)),
            (Allow, ADMIN, Permission.ADMINISTER),
        ]
