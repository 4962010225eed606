"""The tree of the site: each node is a noun with a lookup and an ACL, and nothing else."""

from pyramid.request import Request

from qaboard.http.malformed_requests import refusal_of
from qaboard.resources.account import AccountResource
from qaboard.resources.answer import AnswerResource, AnswersResource
from qaboard.resources.question import QuestionResource, QuestionsResource
from qaboard.resources.root import RootResource
from qaboard.resources.user import UserResource, UsersResource

__all__ = [
    "AccountResource",
    "AnswerResource",
    "AnswersResource",
    "QuestionResource",
    "QuestionsResource",
    "RootResource",
    "UserResource",
    "UsersResource",
]


def root_factory(request: Request) -> RootResource:
    """The root of the tree.

    :raises HTTPException: when the request is malformed; errors have pages from here on.
    """
    refusal = refusal_of(request)
    if refusal:
        raise refusal
    return RootResource(request)


def includeme(config) -> None:
    config.set_root_factory(root_factory)
