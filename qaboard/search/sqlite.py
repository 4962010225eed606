"""The index on SQLite: an FTS5 table whose rowid is the id of the post.

Its tokenizer only splits at spaces: "ascii" takes every character above ASCII as part of a token,
and the analyser leaves no other ASCII characters than letters and digits.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from qaboard.search.query import Query, Term

# bm25() takes the weights of the columns: title, body, author. A hit in the title says most, the
# name of whoever wrote it least.
_RANK = "bm25(post_search, 8.0, 1.0, 0.2)"

_DELETE = text("DELETE FROM post_search WHERE rowid = :id")
_INSERT = text(
    "INSERT INTO post_search (rowid, title, body, author) VALUES (:id, :title, :body, :author)"
)
_HITS = """
    FROM post_search
    JOIN posts ON posts.id = post_search.rowid
    LEFT JOIN posts AS questions ON questions.id = posts.question_id
    WHERE post_search MATCH :expression
    AND posts.deleted_at IS NULL AND questions.deleted_at IS NULL
"""
_COUNT = text(f"SELECT count(*) {_HITS}")
_FIND = text(f"SELECT posts.id {_HITS} ORDER BY {_RANK}, posts.id DESC LIMIT :limit OFFSET :offset")


def write_row(
    session: Session, post_id: int, *, title: list[str], body: list[str], author: list[str]
) -> None:
    session.execute(_DELETE, {"id": post_id})
    session.execute(
        _INSERT,
        {
            "id": post_id,
            "title": " ".join(title),
            "body": " ".join(body),
            "author": " ".join(author),
        },
    )


def count_hits(session: Session, query: Query) -> int:
    return session.scalar(_COUNT, {"expression": match_expression(query)})


def find_post_ids(session: Session, query: Query, limit: int, offset: int) -> list[int]:
    parameters = {"expression": match_expression(query), "limit": limit, "offset": offset}
    return list(session.scalars(_FIND, parameters))


def match_expression(query: Query) -> str:
    """The query in the language of FTS5; tokens hold no quotes, so nothing needs escaping."""
    return " AND ".join(map(_phrase, query.terms))


def _phrase(term: Term) -> str:
    phrase = '"' + " ".join(term.tokens) + '"'
    return f"{phrase} *" if term.is_prefix else phrase
