"""Queries for rows that disagree with the facts."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from qaboard.commands.checks import (
    index_rows_without_post,
    lacks_current_index_row,
    lacks_index_row,
    votes_by_authors,
    wrong_answer_counts,
    wrong_counts_of_users,
    wrong_scores,
)
from qaboard.models import Post


@pytest.fixture
def question(people):
    """A question with a vote, an answer and a deleted answer."""
    question = people.question()
    people.vote(question)
    people.answer(question)
    people.delete(people.answer(question))
    return question


QUERIES = {
    "scores": lambda: select(wrong_scores().c.id),
    "answers": lambda: select(wrong_answer_counts().c.id),
    "users": wrong_counts_of_users,
    "own votes": votes_by_authors,
    "not indexed": lambda: select(Post.id).where(lacks_index_row("sqlite")),
    "old index": lambda: select(Post.id).where(lacks_current_index_row("sqlite")),
    "orphans": lambda: index_rows_without_post("sqlite"),
}


@pytest.mark.parametrize(
    ("statement", "found_by"),
    [
        ("SELECT 1", set()),
        ("UPDATE posts SET score = 5 WHERE id = :id", {"scores"}),
        ("UPDATE posts SET answer_count = 2 WHERE id = :id", {"answers"}),
        ("UPDATE users SET question_count = 7 WHERE id = :author", {"users"}),
        ("UPDATE votes SET user_id = :author", {"own votes"}),
        ("DELETE FROM post_search WHERE rowid = :id", {"not indexed", "old index"}),
        ("DELETE FROM post_search_titles WHERE rowid = :id", {"not indexed"}),
        ("UPDATE post_search SET version = 0 WHERE rowid = :id", {"old index"}),
        ("INSERT INTO post_search (rowid, title) VALUES (99, 'x')", {"orphans"}),
    ],
)
def test_each_mistake_is_found_by_its_check_alone(session, question, statement, found_by):
    values = {"id": question.id, "author": question.author_id}
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    session.execute(text(statement), used)
    found = {name for name, query in QUERIES.items() if session.scalars(query()).all()}
    assert found == found_by
