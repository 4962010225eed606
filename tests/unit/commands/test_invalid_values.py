"""Stored values that no form takes."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from qaboard.commands.findings import EXAMPLES
from qaboard.commands.invalid_values import find_wrong_values
from qaboard.models import Post, User


@pytest.mark.parametrize(
    ("model", "change", "words"),
    [
        (User, "username = 'a b'", "its username would be refused"),
        (User, "locale = 'xx'", "its locale must be one of: ko, en"),
        (User, "created_at = '2300-01-01 00:00:00.000000'", "its created_at must be a time"),
        (User, "created_at = 'yesterday'", "its created_at must be"),
        (User, "password_hash = 'plain'", "its password_hash must be a hash by argon2id"),
        (Post, "version = 0", "its version must be a number"),
        (Post, "title = 'a' || char(10)", "its title would be refused"),
        (Post, "body = ''", "only a deleted post has no body"),
    ],
)
def test_a_value_that_the_board_never_writes_is_named_with_its_row(
    people, session, model, change, words
):
    question = people.question()
    assert find_wrong_values(session, model.__table__).total == 0
    session.execute(text(f"UPDATE {model.__tablename__} SET {change}"))  # noqa: S608 - of this test
    finding = find_wrong_values(session, model.__table__)
    row_id = question.id if model is Post else question.author_id
    assert finding.total == 1
    assert finding.examples[0].startswith(f"{row_id}: {words}")


def test_of_many_wrong_rows_the_first_are_named(people, session):
    for _ in range(EXAMPLES + 2):
        people.user()
    session.execute(text("UPDATE users SET locale = 'xx'"))
    finding = find_wrong_values(session, User.__table__)
    assert (finding.total, len(finding.examples)) == (EXAMPLES + 2, EXAMPLES)
