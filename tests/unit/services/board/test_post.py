"""Rules that a request alone cannot show: what happens to a post while it is read."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm.exc import StaleDataError

from qaboard import markup
from qaboard.models import Question
from qaboard.services.board.answer import answer
from qaboard.services.board.question import edit_question
from qaboard.services.board.vote import cast_vote


def delete_behind_its_back(session, post) -> None:
    """As another transaction would that commits between reading the post and writing."""
    session.execute(
        text("UPDATE posts SET deleted_at = created_at WHERE id = :id"), {"id": post.id}
    )


def test_an_answer_to_a_question_that_was_deleted_meanwhile_is_tried_again(board):
    question, author = board.question(), board.user()
    with board.transaction() as session:
        read = session.get_one(Question, question.id)
        delete_behind_its_back(session, question)
        with pytest.raises(StaleDataError):
            answer(session, read, author_id=author.id, body="text", render=markup.render)
        session.rollback()
    assert board.read(question).answer_count == 0


def test_a_vote_on_a_post_that_was_deleted_meanwhile_is_tried_again(board):
    question, voter = board.question(), board.user()
    with board.transaction() as session:
        delete_behind_its_back(session, question)
        with pytest.raises(StaleDataError):
            cast_vote(session, post_id=question.id, user_id=voter.id, value=1)
        session.rollback()
    assert board.facts()["votes"] == []


def test_saving_the_same_text_writes_nothing_even_after_an_upgrade_of_the_renderer(board):
    question = board.question(title="title", body="text")
    with board.transaction() as session:
        session.execute(text("UPDATE posts SET renderer_version = 0"))
    before = board.facts()
    with board.transaction() as session:
        edit_question(
            session,
            session.get_one(Question, question.id),
            title="title",
            body="text",
            version=question.version,
            render=markup.render,
        )
    assert board.facts() == before
