"""Lookup of a question."""

from __future__ import annotations

import pytest

from qaboard.resources import QuestionResource, RootResource


@pytest.fixture
def questions(session, make_request):
    return RootResource(make_request(session=session))["questions"]


def test_a_question_is_found_by_its_id(people, questions):
    question = people.question()
    found = questions[str(question.id)]
    assert isinstance(found, QuestionResource)
    assert found.question.title == question.title
    assert found.question.author.username


def test_an_answer_is_not_found_among_the_questions(people, questions):
    answer = people.answer(people.question())
    with pytest.raises(KeyError):
        questions[str(answer.id)]


def test_an_id_that_nobody_has_raises_KeyError(questions):  # noqa: N802 - a name of Python
    with pytest.raises(KeyError):
        questions["1"]


def test_a_question_has_no_other_children_than_its_answers(people, questions):
    question = questions[str(people.question().id)]
    with pytest.raises(KeyError):
        question["edit"]
