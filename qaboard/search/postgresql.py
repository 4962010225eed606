"""The index on PostgreSQL: a table with one tsvector a post and a GIN index on it.

The vector is written by hand from the analyser's tokens, so no text-search configuration of the
server has a say.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from qaboard.search.query import Query, Term

# A tsvector knows positions up to this one (PostgreSQL, "Text Search Limitations"). Tokens beyond
# it are found as words; phrases that lie wholly beyond it are not.
LAST_POSITION = 16383

# The weights of D, C, B and A: unused, body, author, title. A hit in the title says most.
_RANK = "ts_rank('{0.1, 0.1, 0.4, 1.0}', post_search.document, CAST(:expression AS tsquery), 1)"

_WRITE = text(
    "INSERT INTO post_search (post_id, document) VALUES (:id, CAST(:document AS tsvector))"
    " ON CONFLICT (post_id) DO UPDATE SET document = excluded.document"
)
_HITS = """
    FROM post_search
    JOIN posts ON posts.id = post_search.post_id
    LEFT JOIN posts AS questions ON questions.id = posts.question_id
    WHERE post_search.document @@ CAST(:expression AS tsquery)
    AND posts.deleted_at IS NULL AND questions.deleted_at IS NULL
"""
_COUNT = text(f"SELECT count(*) {_HITS}")  # noqa: S608 - constants only
_FIND = text(
    f"SELECT posts.id {_HITS}"  # noqa: S608
    f" ORDER BY {_RANK} DESC, posts.id DESC LIMIT :limit OFFSET :offset"
)


def write_row(
    session: Session, post_id: int, *, title: list[str], body: list[str], author: list[str]
) -> None:
    positions = [(token, "A") for token in title]
    positions += [(token, "B") for token in author]
    positions += [(token, "C") for token in body]
    document = " ".join(
        f"'{token}':{min(position, LAST_POSITION)}{weight}"
        for position, (token, weight) in enumerate(positions, start=1)
    )
    session.execute(_WRITE, {"id": post_id, "document": document})


def count_hits(session: Session, query: Query) -> int:
    return session.scalar(_COUNT, {"expression": match_expression(query)})


def find_post_ids(session: Session, query: Query, limit: int, offset: int) -> list[int]:
    parameters = {"expression": match_expression(query), "limit": limit, "offset": offset}
    return list(session.scalars(_FIND, parameters))


def match_expression(query: Query) -> str:
    """The query as a tsquery; tokens hold no quotes or backslashes, so nothing needs escaping."""
    return " & ".join(map(_phrase, query.terms))


def _phrase(term: Term) -> str:
    lexemes = [f"'{token}'" for token in term.tokens]
    if term.is_prefix:
        lexemes[-1] += ":*"
    return "(" + " <-> ".join(lexemes) + ")"
