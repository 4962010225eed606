"""Votes and the score that they add up to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from qaboard.models import Question, Vote
from qaboard.services.board.vote import cast_vote


@pytest.fixture
def question(people) -> Question:
    return people.question()


@pytest.fixture
def vote(people, question):
    """Votes on the question, and reads the score and all votes."""
    voter = people.user()

    def cast(value: int) -> tuple[int, list[int]]:
        with people.transaction() as session:
            cast_vote(session, post_id=question.id, user_id=voter.id, value=value)
        with people.transaction() as session:
            score = session.get_one(Question, question.id).score
            return score, list(session.scalars(select(Vote.value)))

    return cast


@pytest.mark.parametrize("value", [1, -1])
def test_a_vote_counts_once_however_often_it_is_cast(vote, value):
    assert vote(value) == (value, [value])
    assert vote(value) == (value, [value])


def test_a_changed_vote_moves_the_score_by_two(vote):
    vote(1)
    assert vote(-1) == (-1, [-1])


def test_a_withdrawn_vote_leaves_nothing(vote):
    vote(1)
    assert vote(0) == (0, [])


def test_a_vote_withdrawn_where_there_is_none_changes_nothing(vote):
    assert vote(0) == (0, [])


def test_a_vote_withdrawn_where_there_is_none_leaves_the_votes_of_others(people, question, vote):
    people.vote(question)
    assert vote(0) == (1, [1])


def test_a_vote_leaves_the_version_and_the_activity_of_a_question_alone(people, question, vote):
    vote(1)
    after = people.read(question)
    assert after.version == question.version
    assert after.last_activity_at == question.last_activity_at
