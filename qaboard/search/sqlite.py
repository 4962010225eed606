"""The index on SQLite: an FTS5 table whose rowid is the id of the post.

Its tokenizer only splits at spaces: "ascii" takes every character above ASCII as part of a token,
and the analyser leaves no other ASCII characters than letters and digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from qaboard.search.candidates import RANKED_CHARACTERS, Candidate
from qaboard.search.conditions import JOINED_POSTS, conditions_of
from qaboard.search.query import Phrase, Query, Term

_DELETE = text("DELETE FROM post_search WHERE rowid = :id")
_INSERT = text(
    "INSERT INTO post_search (rowid, title, body, author, version)"
    " VALUES (:id, :title, :body, :author, :version)"
)
_COLUMNS = f"""
    posts.id, post_search.title, substr(post_search.body, 1, {RANKED_CHARACTERS}),
    post_search.author, posts.score
"""
_FROM_INDEX = "post_search" + JOINED_POSTS.format(id="post_search.rowid")
_FROM_POSTS = """
    posts
    JOIN post_search ON post_search.rowid = posts.id
    LEFT JOIN posts AS questions ON questions.id = posts.question_id
"""


def write_row(
    session: Session, post_id: int, *, title: str, body: str, author: str, version: int
) -> None:
    session.execute(_DELETE, {"id": post_id})
    session.execute(
        _INSERT,
        {"id": post_id, "title": title, "body": body, "author": author, "version": version},
    )


def find_candidates(
    session: Session,
    query: Query,
    zone: tzinfo,
    limit: int,
    *,
    any_of: Sequence[Term] = (),
    in_title: bool = False,
) -> list[Candidate]:
    conditions = conditions_of(query, zone)
    source, order = _FROM_POSTS, "posts.id"
    excluded = " OR ".join(map(_expression, query.excluded))
    if query.terms:
        source, order = _FROM_INDEX, "post_search.rowid"
        expression = " AND ".join(map(_expression, query.terms))
        if any_of:
            expression = " OR ".join(map(_expression, any_of))
        if in_title:
            expression = f"{{title}} : ({expression})"
        if excluded:
            expression = f"({expression}) NOT ({excluded})"
        conditions.add("post_search MATCH {expression}", expression=expression)
    elif excluded:
        conditions.add(
            "posts.id NOT IN (SELECT rowid FROM post_search WHERE post_search MATCH {excluded})",
            excluded=excluded,
        )
    # A LIMIT by parameter would hide from the planner that few rows are wanted.
    statement = text(
        f"SELECT {_COLUMNS} FROM {source} WHERE {conditions.sql}"  # noqa: S608 - our own words
        f" ORDER BY {order} DESC LIMIT {limit:d}"
    ).bindparams(*conditions.parameters)
    return [Candidate(*row) for row in session.execute(statement)]


_COUNT = text(
    "SELECT count(*) FROM"
    " (SELECT 1 FROM post_search WHERE post_search MATCH :expression LIMIT :limit)"
)


def count_documents(session: Session, term: Term, limit: int) -> int:
    return session.scalar(_COUNT, {"expression": _expression(term), "limit": limit})


def _expression(term: Term) -> str:
    """A term in the language of FTS5; tokens hold no quotes, so nothing needs escaping."""
    return "(" + " OR ".join(map(_phrase, term.forms)) + ")"


def _phrase(phrase: Phrase) -> str:
    quoted = '"' + " ".join(phrase.tokens) + '"'
    return f"{quoted} *" if phrase.is_prefix else quoted
