"""Questions like a title."""

from __future__ import annotations

from qaboard.presenters.board.similar_questions import (
    SIMILAR_MAX_COUNT,
    present_similar_questions,
)

TITLE = "How to clean a copper kettle"


def test_answered_questions_come_first_and_the_question_itself_not(people, ask):
    question = people.question(title=TITLE)
    unanswered = people.question(title="Clean a copper kettle")
    answered = people.question(title="Clean copper kettle lids")
    people.answer(answered)
    people.question(title="Bread")
    found = present_similar_questions(ask(), TITLE, without_id=question.id)
    assert [each.title for each in found] == [answered.title, unanswered.title]
    assert [each.answer_count for each in found] == [1, 0]
    assert found[0].path == f"/questions/{answered.id}/"


def test_deleted_questions_take_nobodys_place(people, ask):
    author = people.user()
    for number in range(SIMILAR_MAX_COUNT + 2):
        question = people.question(author, title="copper kettle")
        if number < 2:
            people.delete(question)
    assert len(present_similar_questions(ask(), "copper kettle")) == SIMILAR_MAX_COUNT


def test_a_title_without_words_is_like_none(people, ask):
    people.question()
    assert present_similar_questions(ask(), "?!") == []
