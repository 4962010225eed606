"""Conditions of the operators of a search."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from qaboard.models import Post
from qaboard.search.conditions import bounds_of, conditions_of_states, select_ids
from qaboard.search.query import parse_query

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture
def posts(people):
    """An answered question, an unanswered one by Kim with a vote, and an answer."""
    asked = people.question(created_at=datetime(2026, 1, 1, 14, 59, tzinfo=UTC))
    answer = people.answer(asked)
    of_kim = people.question(people.user("Kim"), created_at=datetime(2026, 1, 1, 15, 0, tzinfo=UTC))
    people.vote(of_kim)
    return {asked.id: "asked", answer.id: "answer", of_kim.id: "of kim"}


@pytest.mark.parametrize(
    ("searched", "expected"),
    [
        ("is:question", {"asked", "of kim"}),
        ("is:answer", {"answer"}),
        ("is:answered", {"asked"}),
        ("is:unanswered", {"of kim"}),
        ("is:answer is:question", set()),
        ("user:KIM", {"of kim"}),
        ("user:nobody", set()),
        ("score:>0", {"of kim"}),
        ("score:<=0", {"asked", "answer"}),
        ("score:1", {"of kim"}),
        # A day in Seoul ends at 15:00 UTC.
        ("created:2026-01-01", {"asked"}),
        ("created:>2026-01-01 is:question", {"of kim"}),
        ("created:<2026-01-01", set()),
    ],
)
def test_an_operator_narrows_the_posts(posts, session, searched, expected):
    query = parse_query(searched)
    conditions = [*conditions_of_states(query.states), *bounds_of(query, SEOUL)]
    found = session.scalars(select(Post.id).where(*conditions))
    assert {posts[post_id] for post_id in found} == expected


def test_neither_a_deleted_post_nor_what_is_below_it_is_found(people, session):
    question = people.question()
    people.answer(question)
    kept = people.question()
    people.delete(question)
    query = parse_query("score:0")
    assert session.scalars(select_ids(query, UTC)).all() == [kept.id]
