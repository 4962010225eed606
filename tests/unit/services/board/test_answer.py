"""Answering, editing answers, and the page of an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard import markup
from qaboard.models import Answer, Question, utc_now
from qaboard.services.board.answer import edit_answer, page_of_answer
from qaboard.services.board.post import EditConflict

YESTERDAY = utc_now() - timedelta(days=1)


@pytest.fixture
def question(people) -> Question:
    return people.question(created_at=YESTERDAY)


def edit(people, answer, body, version=None):
    with people.transaction() as session:
        row = session.get_one(Answer, answer.id)
        edit_answer(session, row, body=body, version=version, render=markup.render)


def age(people, question):
    with people.transaction() as session:
        session.get_one(Question, question.id).last_activity_at = YESTERDAY


def page(people, answer, size=2) -> int:
    with people.transaction() as session:
        return page_of_answer(session, session.get_one(Answer, answer.id), size)


def test_an_answer_is_counted_and_moves_the_last_activity_of_its_question(people, question):
    answer = people.answer(question)
    after = people.read(question)
    assert after.answer_count == 1
    assert after.last_activity_at == answer.created_at > YESTERDAY


def test_an_edit_of_an_answer_moves_the_last_activity_of_its_question(people, question):
    answer = people.answer(question)
    age(people, question)
    edit(people, answer, "Better.")
    edited = people.read(answer)
    assert edited.body_html == "<p>Better.</p>"
    assert people.read(question).last_activity_at == edited.edited_at > YESTERDAY


def test_saving_the_same_answer_is_no_activity(people, question):
    answer = people.answer(question, body="Same.")
    age(people, question)
    edit(people, answer, "Same.")
    assert people.read(question).last_activity_at == YESTERDAY
    assert people.read(answer).version == answer.version


def test_an_edit_made_from_an_older_version_is_a_conflict(people, question):
    answer = people.answer(question)
    edit(people, answer, "First.", version=answer.version)
    with pytest.raises(EditConflict):
        edit(people, answer, "Second.", version=answer.version)


def test_answers_of_the_same_score_fill_the_pages_from_the_oldest(people, question):
    answers = [people.answer(question) for _ in range(5)]
    assert [page(people, answer) for answer in answers] == [1, 1, 2, 2, 3]


def test_a_better_answer_stands_on_an_earlier_page(people, question):
    answers = [people.answer(question) for _ in range(3)]
    people.vote(answers[2])
    assert [page(people, answer) for answer in answers] == [1, 2, 1]


def test_deleted_answers_and_those_of_other_questions_take_no_place(people, question):
    people.delete(people.answer(question))
    people.answer(people.question())
    assert page(people, people.answer(question), size=1) == 1
