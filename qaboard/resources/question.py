"""Questions."""

from __future__ import annotations

from functools import partial

from pyramid.authorization import DENY_ALL, Allow, Deny
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from qaboard.kept_pages.parts import keep_part, keeps_parts
from qaboard.models import Question, User, utc_now
from qaboard.natural_number import parse_natural_number
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

# Without what is nobody's business, since it stays in memory for a while.
_SHOWN_QUESTION = (
    select(Question)
    .options(
        joinedload(Question.author, innerjoin=True).load_only(
            User.username, User.closed_at, User.role
        )
    )
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
        if keeps_parts(self.request):
            question = keep_part(self.request, "row", (question_id,), partial(self._detached, name))
        else:
            question = self._find(_QUESTION, name)
        return QuestionResource(question, self)

    def _find(self, statement: Select, name: str) -> Question:
        question = self.request.dbsession.scalar(statement, {"id": int(name)})
        if question is None:
            raise KeyError(name)
        return question

    def _detached(self, name: str) -> Question:
        """The row for several requests, which only read."""
        question = self._find(_SHOWN_QUESTION, name)
        for row in (question, question.author):
            self.request.dbsession.expunge(row)
        return question

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
