"""A board of which pages are kept, and the application to compare them with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qaboard.models import Answer, Question

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def small_board(board):
    """A question with an answer, and one by the same author without any.

    All of them old: what is new is told by the second, so its page is made once a second.
    """
    board.author = board.user("author", created_at=LONG_AGO)
    board.asked = board.question(board.author, title="About coffee", created_at=LONG_AGO)
    board.answered = board.answer(board.asked, board.author, body="Of beans.")
    with board.transaction() as session:
        session.get_one(Answer, board.answered.id).created_at = LONG_AGO
        session.get_one(Question, board.asked.id).last_activity_at = LONG_AGO
    board.other = board.question(board.author, title="About tea", created_at=LONG_AGO)
    board.addresses = [
        "/questions/",
        "/questions/?sort=active",
        "/questions/?sort=unanswered",
        f"/questions/{board.asked.id}/",
        f"/users/{board.author.id}/",
        f"/users/{board.author.id}/?tab=answers",
    ]
    return board


@pytest.fixture
def unkept(make_app):
    """The board as it is: an application that keeps nothing."""
    return make_app({"qaboard.kept_pages_mib": "0"})
