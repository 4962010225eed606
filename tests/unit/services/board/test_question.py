"""Asking and editing questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from qaboard import markup
from qaboard.models import Question, User, utc_now
from qaboard.search import find_posts, parse_query
from qaboard.services.board.post import EditConflict
from qaboard.services.board.question import ask, edit_question

YESTERDAY = utc_now() - timedelta(days=1)


def edit(people, question, **changes):
    values = {"title": question.title, "body": question.body, "version": question.version}
    with people.transaction() as session:
        row = session.get_one(Question, question.id)
        edit_question(session, row, **values | changes, render=markup.render)
    return people.read(question)


def ask_by(people, author: User, **values) -> Question:
    with people.transaction() as session:
        values = {"title": "Tea", "body": "Which?"} | values
        return ask(session, author_id=author.id, render=markup.render, **values)


def test_a_new_question_is_live_rendered_and_without_answers(people):
    question = people.read(ask_by(people, people.user(), body="*Which*?"))
    assert question.body_html == "<p><em>Which</em>?</p>"
    assert (question.score, question.answer_count, question.version) == (0, 0, 1)
    assert question.created_at == question.last_activity_at
    assert (question.edited_at, question.deleted_at) == (None, None)


def test_a_new_question_is_found_by_its_title_text_and_author(people, session):
    question = ask_by(people, people.user("minji"), title="Kettles", body="Boiling")
    for searched in ("kettle", "boiling", "minji"):
        assert find_posts(session, parse_query(searched)).post_ids == [question.id]


def test_an_edit_moves_the_last_activity(people):
    question = people.question(created_at=YESTERDAY)
    edited = edit(people, question, body="Another text.")
    assert edited.last_activity_at == edited.edited_at
    assert edited.last_activity_at > YESTERDAY + timedelta(hours=23)
    assert edited.created_at == YESTERDAY


def test_an_edit_of_the_title_alone_is_an_edit(people):
    question = people.question(created_at=YESTERDAY)
    edited = edit(people, question, title="Another title")
    assert (edited.title, edited.version) == ("Another title", question.version + 1)
    assert edited.last_activity_at > YESTERDAY


def test_saving_the_same_text_is_no_activity(people):
    question = people.question(created_at=YESTERDAY)
    same = edit(people, question)
    assert (same.last_activity_at, same.version) == (YESTERDAY, question.version)


def test_an_edit_made_from_an_older_version_is_a_conflict(people):
    question = people.question()
    edit(people, question, body="First.")
    with pytest.raises(EditConflict):
        edit(people, question, body="Second.")
    assert people.read(question).body == "First."


def test_an_edit_without_a_version_overwrites(people):
    question = people.question()
    edit(people, question, body="First.")
    assert edit(people, question, body="Second.", version=None).body == "Second."


@pytest.mark.parametrize(
    "columns",
    [{"suspended_until": utc_now() + timedelta(days=1)}, {"closed_at": utc_now(), "email": None}],
)
def test_an_author_who_may_not_write_any_more_asks_nothing(people, columns):
    author = people.user(**columns)
    with pytest.raises(StaleDataError):
        ask_by(people, author)
    assert people.facts()["posts"] == []


def test_a_form_sent_twice_at_the_same_time_asks_one_question(people, session):
    author = people.user()
    ask_by(people, author, idempotency_key="key")
    with pytest.raises(StaleDataError):
        ask_by(people, author, idempotency_key="key")
    assert len(session.scalars(select(Question)).all()) == 1
