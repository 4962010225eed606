"""Constraints of votes."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from qaboard.models import Vote


@pytest.mark.parametrize("value", [0, 2, -2, None])
def test_a_vote_is_up_or_down(people, session, value):
    question = people.question()
    session.add(Vote(post_id=question.id, user_id=question.author_id, value=value))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_user_has_one_vote_on_a_post(people, engine):
    question, voter = people.question(), people.user()
    for value in (1, -1):
        vote = Vote(post_id=question.id, user_id=voter.id, value=value)
        if value == 1:
            with people.transaction() as session:
                session.add(vote)
        else:
            with pytest.raises(IntegrityError), people.transaction() as session:
                session.add(vote)
