"""Questions."""

from __future__ import annotations

from pyramid.authorization import DENY_ALL, Allow, Deny
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from qaboard.http.numbers import parse_natural_number
from qaboard.models import Question, utc_now
from qaboard.resources.answer import AnswersResource
from qaboard.security.permissions import WRITING, Permission
from qaboard.security.principals import (
    MODERATOR,
    READ_ONLY,
    Authenticated,
    purged_principal,
    user_principal,
)

# Made once: making a statement takes longer than the database needs for it.
_QUESTION = (
    select(Question)
    .options(joinedload(Question.author, innerjoin=True))
    .where(Question.id == bindparam("id"))
)


class QuestionsResource:
    """``/questions/``"""

    __name__ = "questions"

    def __init__(self, parent) -> None:
        self.__parent__ = parent
        self.request = parent.request

    def __getitem__(self, name: str) -> QuestionResource:
        try:
            question_id = parse_natural_number(name)
        except ValueError:
            raise KeyError(name) from None
        question = self.request.dbsession.scalar(_QUESTION, {"id": question_id})
        if question is None:
            raise KeyError(name)
        return QuestionResource(question, self)

    def __acl__(self):
        return [(Deny, READ_ONLY, WRITING), (Allow, Authenticated, Permission.ASK)]


class QuestionResource:
    """``/questions/<id>/``"""

    def __init__(self, question: Question, parent: QuestionsResource) -> None:
        self.question = question
        self.__parent__ = parent
        self.__name__ = str(question.id)

    def __getitem__(self, name: str) -> AnswersResource:
        if name == "answers":
            return AnswersResource(self)
        raise KeyError(name)

    def __acl__(self):
        author = user_principal(self.question.author_id)
        if self.question.deleted_at is None:
            # A form that is sent twice is answered twice: restoring what is there changes nothing.
            changing = (Permission.EDIT, Permission.DELETE, Permission.RESTORE)
            return [
                (Deny, READ_ONLY, WRITING),
                # Before the last line, which would let the author vote as anybody may.
                (Deny, author, Permission.VOTE),
                (Allow, author, changing),
                (Allow, MODERATOR, changing),
                (Allow, Authenticated, (Permission.VOTE, Permission.ANSWER)),
            ]
        # The last line hides it, and what is below it, from whom the first ones do not name.
        if self.question.is_erased:
            return [(Allow, MODERATOR, Permission.VIEW), DENY_ALL]
        # Deleting what is deleted changes nothing either.
        shown = (Permission.VIEW, Permission.RESTORE, Permission.DELETE)
        if self.question.is_restorable(utc_now()):
            return [
                (Deny, READ_ONLY, WRITING),
                # What was taken back with everything else, its author does not bring back.
                (Deny, purged_principal(self.question.deleted_at), Permission.RESTORE),
                (Allow, author, shown),
                (Allow, MODERATOR, shown),
                DENY_ALL,
            ]
        return [(Allow, MODERATOR, shown), DENY_ALL]
