"""The tree of the site: each node is a noun with a lookup and an ACL, and nothing else."""

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
