"""Questions among the posts."""

from __future__ import annotations

from sqlalchemy import select

from qaboard.models import Answer, Post, Question


def test_a_question_is_read_as_one_and_not_as_an_answer(people, session):
    question = people.question()
    assert isinstance(session.get(Post, question.id), Question)
    assert session.get(Answer, question.id) is None
    assert session.scalars(select(Question.id)).all() == [question.id]
