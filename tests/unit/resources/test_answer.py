"""Lookup of an answer below its question."""

from __future__ import annotations

import pytest

from qaboard.resources import AnswerResource, RootResource


@pytest.fixture
def find(session, make_request):
    """Looks an answer up below a question, by their ids."""
    root = RootResource(make_request(session=session))
    return lambda question, name: root["questions"][str(question.id)]["answers"][str(name)]


def test_an_answer_is_found_below_its_question(people, find):
    question = people.question()
    answer = people.answer(question)
    found = find(question, answer.id)
    assert isinstance(found, AnswerResource)
    assert (found.answer.id, found.__name__) == (answer.id, str(answer.id))


def test_the_answer_of_another_question_is_not_found(people, find):
    question, other = people.question(), people.question()
    answer = people.answer(other)
    with pytest.raises(KeyError):
        find(question, answer.id)


def test_a_question_is_no_answer_of_itself(people, find):
    question = people.question()
    with pytest.raises(KeyError):
        find(question, question.id)


def test_a_deleted_answer_is_found_for_those_whom_its_acl_lets_in(people, find):
    question = people.question()
    answer = people.answer(question)
    people.delete(answer)
    assert find(question, answer.id).answer.deleted_at is not None
