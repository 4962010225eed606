"""The index on PostgreSQL: a table with the tokens of a post, and a GIN index of which it has.

The set of tokens is a tsvector that is made of the analyser's tokens, so no text-search
configuration of the server has a say. It holds no positions, of which PostgreSQL knows 16,383 at
most; whether tokens follow one another is seen in the text of the tokens itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from qaboard.search.candidates import RANKED_CHARACTERS, Candidate, pack
from qaboard.search.conditions import JOINED_POSTS, Conditions, conditions_of
from qaboard.search.query import Phrase, Query, Term

_WRITE = text(
    "INSERT INTO post_search (post_id, title, body, author, version, document)"
    " VALUES (:id, :title, :body, :author, :version,"
    " array_to_tsvector(array_remove(string_to_array("
    "CAST(:title AS text) || CAST(:body AS text) || CAST(:author AS text), ' '), '')))"
    " ON CONFLICT (post_id) DO UPDATE SET title = excluded.title, body = excluded.body,"
    " author = excluded.author, version = excluded.version, document = excluded.document"
)
_COLUMNS = f"""
    posts.id, post_search.title, left(post_search.body, {RANKED_CHARACTERS}),
    post_search.author, posts.score
"""
_FROM = "post_search" + JOINED_POSTS.format(id="post_search.post_id")
_ALL_FIELDS = "post_search.title || post_search.body || post_search.author"


def write_row(
    session: Session, post_id: int, *, title: str, body: str, author: str, version: int
) -> None:
    session.execute(
        _WRITE, {"id": post_id, "title": title, "body": body, "author": author, "version": version}
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
    fields = "post_search.title" if in_title else _ALL_FIELDS
    terms = any_of or query.terms
    if terms:
        # Asks the GIN index once for all; the patterns look closer.
        tokens = (" | " if any_of else " & ").join(map(_tokens_of_term, terms))
        conditions.add("post_search.document @@ CAST({tokens} AS tsquery)", tokens=tokens)
        patterns = Conditions(parameters=conditions.parameters)
        for term in terms:
            _require(patterns, term, fields)
        conditions.clauses.append((" OR " if any_of else " AND ").join(patterns.clauses))
    for term in query.excluded:
        excluded = Conditions(parameters=conditions.parameters)
        _require(excluded, term, _ALL_FIELDS)
        conditions.clauses.append(f"NOT ({excluded.sql})")
    statement = text(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE {conditions.sql}"  # noqa: S608 - our own words
        f" ORDER BY post_search.post_id DESC LIMIT {limit:d}"
    ).bindparams(*conditions.parameters)
    return [Candidate(*row) for row in session.execute(statement)]


def count_documents(session: Session, term: Term, limit: int) -> int:
    conditions = Conditions()
    conditions.add(
        "post_search.document @@ CAST({tokens} AS tsquery)", tokens=_tokens_of_term(term)
    )
    _require(conditions, term, _ALL_FIELDS)
    statement = text(
        f"SELECT count(*) FROM (SELECT 1 FROM post_search"  # noqa: S608 - our own words
        f" WHERE {conditions.sql} LIMIT {limit:d}) AS found"
    ).bindparams(*conditions.parameters)
    return session.scalar(statement)


def _require(conditions: Conditions, term: Term, fields: str) -> None:
    """That one of the forms of a term stands in these fields."""
    patterns = {f"form_{number}": _pattern(form) for number, form in enumerate(term.forms)}
    clause = " OR ".join(f"({fields}) LIKE {{{name}}}" for name in patterns)
    conditions.add(f"({clause})", **patterns)


def _pattern(phrase: Phrase) -> str:
    """A phrase as LIKE finds it; tokens are letters and digits, so nothing needs escaping."""
    packed = pack(list(phrase.tokens))
    return f"%{packed[:-1] if phrase.is_prefix else packed}%"


def _tokens_of_term(term: Term) -> str:
    return "(" + " | ".join(map(_tokens_of_phrase, term.forms)) + ")"


def _tokens_of_phrase(phrase: Phrase) -> str:
    lexemes = [f"'{token}'" for token in phrase.tokens]
    if phrase.is_prefix:
        lexemes[-1] += ":*"
    return "(" + " & ".join(lexemes) + ")"
