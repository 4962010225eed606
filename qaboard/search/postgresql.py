"""The index on PostgreSQL: a table with one tsvector a post and a GIN index on it.

The vector is written by hand from the analyser's tokens, so no text-search configuration of the
server has a say.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from qaboard.search.query import Query, Term

# A tsvector knows positions up to this one (PostgreSQL, "Text Search Limitations"), so whether
# tokens beyond it follow one another is not known. In a longer text it is enough that all tokens
# of a phrase are there; pairs of characters overlap, so that is rarely by chance.
LAST_POSITION = 16383

# No more positions of one token are kept, and none needs to be sent.
MAX_POSITIONS = 255

# The weights of D, C, B and A: unused, author, body, title. A hit in the title says most, the name
# of whoever wrote it least.
_RANK = "ts_rank('{0.01, 0.01, 0.2, 1.0}', post_search.document, CAST(:tokens AS tsquery), 1)"

_WRITE = text(
    "INSERT INTO post_search (post_id, document, is_long)"
    " VALUES (:id, CAST(:document AS tsvector), :is_long)"
    " ON CONFLICT (post_id) DO UPDATE"
    " SET document = excluded.document, is_long = excluded.is_long"
)
_HITS = """
    FROM post_search
    JOIN posts ON posts.id = post_search.post_id
    LEFT JOIN posts AS questions ON questions.id = posts.question_id
    WHERE post_search.document @@ CAST(:tokens AS tsquery)
    AND (post_search.is_long OR post_search.document @@ CAST(:phrases AS tsquery))
    AND posts.deleted_at IS NULL AND questions.deleted_at IS NULL
"""
_COUNT = text(f"SELECT count(*) {_HITS}")
_FIND = text(
    f"SELECT posts.id {_HITS} ORDER BY {_RANK} DESC, posts.id DESC LIMIT :limit OFFSET :offset"
)


def write_row(
    session: Session, post_id: int, *, title: list[str], body: list[str], author: list[str]
) -> None:
    positions = [(token, "A") for token in title]
    positions += [(token, "C") for token in author]
    positions += [(token, "B") for token in body]
    places: dict[str, list[str]] = {}
    for position, (token, weight) in enumerate(positions, start=1):
        places.setdefault(token, []).append(f"{min(position, LAST_POSITION)}{weight}")
    document = " ".join(
        f"'{token}':{','.join(found[:MAX_POSITIONS])}" for token, found in places.items()
    )
    is_long = len(positions) > LAST_POSITION
    session.execute(_WRITE, {"id": post_id, "document": document, "is_long": is_long})


def count_hits(session: Session, query: Query) -> int:
    return session.scalar(_COUNT, match_parameters(query))


def find_post_ids(session: Session, query: Query, limit: int, offset: int) -> list[int]:
    parameters = {**match_parameters(query), "limit": limit, "offset": offset}
    return list(session.scalars(_FIND, parameters))


def match_parameters(query: Query) -> dict[str, str]:
    """The query as two tsqueries: that all tokens are there, and that they stand as phrases.

    Tokens hold no quotes or backslashes, so nothing needs escaping.
    """
    terms = [_lexemes(term) for term in query.terms]
    return {
        "tokens": " & ".join(lexeme for lexemes in terms for lexeme in lexemes),
        "phrases": " & ".join("(" + " <-> ".join(lexemes) + ")" for lexemes in terms),
    }


def _lexemes(term: Term) -> list[str]:
    lexemes = [f"'{token}'" for token in term.tokens]
    if term.is_prefix:
        lexemes[-1] += ":*"
    return lexemes
