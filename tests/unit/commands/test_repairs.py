"""Counters that are made right."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from qaboard.commands.repairs import correct_counters


@pytest.fixture
def filled(people):
    question = people.question()
    people.vote(question)
    people.delete(people.answer(question))
    people.answer(question)
    return people


def correct(session) -> list[str]:
    return [sentence.format(count) for sentence, count in correct_counters(session) if count]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE posts SET score = 9", "scores of 3 posts"),
        ("UPDATE posts SET answer_count = 9 WHERE kind = 'question'", "answer counts of 1"),
        (
            "UPDATE list_segments SET post_count = 9 WHERE list = 'votes'",
            "counts of 1 question lists",
        ),
        ("UPDATE users SET answer_count = 9", "post counts of 4 users"),
    ],
)
def test_a_wrong_counter_becomes_what_it_was(filled, statement, sentence):
    before = filled.facts()
    with filled.transaction() as session:
        session.execute(text(statement))
        assert any(sentence in each for each in correct(session))
    assert filled.facts() == before


def test_right_counters_are_left_alone(filled):
    with filled.transaction() as session:
        assert correct(session) == []
