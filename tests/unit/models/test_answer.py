"""Answers among the posts."""

from __future__ import annotations

from sqlalchemy import select

from qaboard.models import Answer


def test_a_list_of_answers_has_neither_questions_nor_deleted_answers(people, session):
    question = people.question()
    answer, gone = people.answer(question), people.answer(question)
    people.delete(gone)
    (listed,) = session.scalars(select(Answer).where(Answer.is_listed()))
    assert (listed.id, listed.question.id) == (answer.id, question.id)
