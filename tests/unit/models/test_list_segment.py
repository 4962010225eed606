"""Triggers that count the questions of a segment."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from qaboard.models import ListSegment


@pytest.fixture
def counts(session):
    """How many questions the segments of each list count."""

    def read() -> dict[str, int]:
        statement = select(ListSegment.list, func.sum(ListSegment.post_count))
        return dict(session.execute(statement.group_by(ListSegment.list)).all())

    return read


def test_a_question_counts_in_each_list_it_is_in(people, counts):
    question = people.question()
    people.question()
    people.answer(question)
    assert counts() == {"newest": 2, "active": 2, "votes": 2, "unanswered": 1}


def test_a_deleted_question_counts_no_more(people, session, counts):
    question = people.question()
    people.delete(question)
    assert set(counts().values()) == {0}
    session.rollback()


def test_whoever_writes_by_sql_is_counted_too(people, session, counts):
    people.question()
    session.execute(text("UPDATE posts SET deleted_at = created_at"))
    assert set(counts().values()) == {0}
