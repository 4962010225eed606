"""Answers, below their question."""

from __future__ import annotations

from pyramid.authorization import DENY_ALL, Allow, Deny
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from qaboard.models import Answer, utc_now
from qaboard.natural_number import parse_natural_number
from qaboard.security.permissions import WRITING, Permission
from qaboard.security.principals import (
    MODERATOR,
    READ_ONLY,
    Authenticated,
    Everyone,
    purged_principal,
    user_principal,
)

CHANGES = (Permission.VOTE, Permission.EDIT, Permission.DELETE, Permission.RESTORE)


class AnswersResource:
    """``/questions/<id>/answers/``; who may answer stands in the ACL of the question."""

    __name__ = "answers"

    def __init__(self, parent) -> None:
        self.__parent__ = parent

    def __getitem__(self, name: str) -> AnswerResource:
        try:
            answer_id = parse_natural_number(name)
        except ValueError:
            raise KeyError(name) from None
        question = self.__parent__.question
        answer = self.__parent__.__parent__.request.dbsession.scalar(
            select(Answer)
            .options(joinedload(Answer.author, innerjoin=True))
            .where(Answer.id == answer_id, Answer.question_id == question.id)
        )
        if answer is None:
            raise KeyError(name)
        return AnswerResource(answer, self)


class AnswerResource:
    """``/questions/<id>/answers/<id>/``"""

    def __init__(self, answer: Answer, parent: AnswersResource) -> None:
        self.answer = answer
        self.__parent__ = parent
        self.__name__ = str(answer.id)

    def __acl__(self):
        author = user_principal(self.answer.author_id)
        if self.__parent__.__parent__.question.deleted_at is not None:
            # Hidden with its question, and back with it: there is nothing to do here alone.
            return [(Allow, MODERATOR, Permission.VIEW), DENY_ALL]
        if self.answer.deleted_at is None:
            # A form that is sent twice is answered twice: restoring what is there changes nothing.
            changing = (Permission.EDIT, Permission.DELETE, Permission.RESTORE)
            return [
                (Deny, READ_ONLY, WRITING),
                # Before the last line, which would let the author vote as anybody may.
                (Deny, author, Permission.VOTE),
                (Allow, author, changing),
                (Allow, MODERATOR, changing),
                (Allow, Authenticated, Permission.VOTE),
                # What the author of the question may do there, they may not do here.
                (Deny, Everyone, CHANGES),
            ]
        if self.answer.is_erased:
            return [(Allow, MODERATOR, Permission.VIEW), DENY_ALL]
        # Deleting what is deleted changes nothing either.
        shown = (Permission.VIEW, Permission.RESTORE, Permission.DELETE)
        if self.answer.is_restorable(utc_now()):
            return [
                (Deny, READ_ONLY, WRITING),
                # What was taken back with everything else, its author does not bring back.
                (Deny, purged_principal(self.answer.deleted_at), Permission.RESTORE),
                (Allow, author, shown),
                (Allow, MODERATOR, shown),
                DENY_ALL,
            ]
        return [(Allow, MODERATOR, shown), DENY_ALL]
