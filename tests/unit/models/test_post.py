"""Posts: erased, restorable, and constraints of their table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from qaboard.models import Answer, Post, Question, utc_now

NOW = utc_now()


@pytest.mark.parametrize(
    ("deleted_ago", "expected"),
    [(None, False), (timedelta(0), True), (Post.RESTORABLE_FOR, True),
     (Post.RESTORABLE_FOR + timedelta(seconds=1), False)],
)  # fmt: skip
def test_an_author_restores_a_post_for_a_while(deleted_ago, expected):
    deleted_at = None if deleted_ago is None else NOW - deleted_ago
    assert Question(deleted_at=deleted_at).is_restorable(NOW) is expected


@pytest.mark.parametrize(("post", "title"), [(Question(title="a", body="b"), "–"),
                                             (Answer(body="b"), None)])  # fmt: skip
def test_an_erased_post_has_no_text_and_says_so(post, title):
    assert not post.is_erased
    post.erase()
    assert post.is_erased
    assert (post.title, post.body_html) == (title, "")


@pytest.mark.parametrize(
    "change",
    ["title = NULL", "question_id = id", "answer_count = -1", "kind = 'note'",
     "body = printf('%.*c', 30001, 'x')", "title = printf('%.*c', 201, 'x')", "author_id = 99"],
)  # fmt: skip
def test_the_table_takes_no_post_that_cannot_be(people, session, change):
    people.question()
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE posts SET {change}"))  # noqa: S608 - of this test


def test_an_edit_from_two_places_at_once_is_noticed(people, session):
    question = people.question()
    row = session.get_one(Question, question.id)
    session.execute(text("UPDATE posts SET version = version + 1"))
    row.title = "Another"
    with pytest.raises(Exception, match="expected to update 1 row"):
        session.flush()
