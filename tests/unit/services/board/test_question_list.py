"""Orders and pages of the list of questions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.models import utc_now
from qaboard.services.board.question_list import QuestionSort, find_position, read_page

NOW = utc_now()


@pytest.fixture
def titles(people, session):
    """Reads the titles of a page, from an offset."""

    def read(sort: QuestionSort, offset: int = 0, size: int = 10) -> list[str]:
        position = find_position(session, sort, offset)
        return [row.title for row in read_page(session, sort, position, size)]

    return read


@pytest.fixture
def three(people):
    """Three questions, ``old`` with an answer, ``mid`` with a vote; and a deleted one."""
    author = people.user()
    old, mid, _new, gone = (
        people.question(author, title=title, created_at=NOW - timedelta(hours=hours))
        for title, hours in (("old", 3), ("mid", 2), ("new", 1), ("gone", 0))
    )
    people.answer(old, author)
    people.vote(mid)
    people.delete(gone)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (QuestionSort.NEWEST, ["new", "mid", "old"]),
        (QuestionSort.ACTIVE, ["old", "new", "mid"]),
        (QuestionSort.VOTES, ["mid", "new", "old"]),
        (QuestionSort.UNANSWERED, ["new", "mid"]),
    ],
)
def test_each_order_has_its_questions_and_no_deleted_one(three, titles, session, sort, expected):
    assert titles(sort) == expected
    assert find_position(session, sort, 0).total == len(expected)


def test_a_page_begins_where_the_one_before_ends(three, titles):
    assert titles(QuestionSort.NEWEST, 0, 2) == ["new", "mid"]
    assert titles(QuestionSort.NEWEST, 2, 2) == ["old"]
    assert titles(QuestionSort.NEWEST, 4, 2) == []


def test_of_two_of_one_time_the_later_id_comes_first(people, titles):
    for title in ("first", "second"):
        people.question(title=title, created_at=NOW)
    assert titles(QuestionSort.NEWEST) == ["second", "first"]


def test_an_empty_board_has_an_empty_list(titles, session):
    assert titles(QuestionSort.NEWEST) == []
    assert find_position(session, QuestionSort.NEWEST, 20).total == 0
