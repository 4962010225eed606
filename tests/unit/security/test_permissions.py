"""The vocabulary of permissions."""

from __future__ import annotations

from qaboard.models import Role
from qaboard.resources import RootResource
from qaboard.security.permissions import WRITING, Permission


def test_whoever_may_only_read_may_write_nothing_anywhere(
    people, read_identity, make_request, session
):
    question = people.question()
    answer = people.answer(question)
    identity = read_identity(
        people.user(role=Role.MEMBER, email_verified_at=None), require_verified=True
    )
    request = make_request(identity=identity, session=session)
    questions = RootResource(request)["questions"]
    below = questions[str(question.id)]
    for context in (questions, below, below["answers"], below["answers"][str(answer.id)]):
        assert not any(request.has_permission(each, context) for each in WRITING)
        assert request.has_permission(Permission.VIEW, context)
