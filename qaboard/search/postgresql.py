"""The index on PostgreSQL: a table with the tokens of a post, and a GIN index of which it has.

The set of tokens is a tsvector that is made of the analyser's tokens, so no text-search
configuration of the server has a say. It holds no positions, of which PostgreSQL knows 16,383 at
most; whether tokens follow one another is seen in the text of the tokens itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    literal_column,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search.candidates import Candidate, pack
from qaboard.search.conditions import (
    conditions_of,
    index_table,
    select_candidates,
    select_ids,
)
from qaboard.search.query import Phrase, Query, Term

INDEX = index_table("post_id")
_ALL_FIELDS = INDEX.c.title.concat(INDEX.c.body).concat(INDEX.c.author)

_WRITE = text(
    "INSERT INTO post_search (post_id, title, body, author, version, document)"
    " VALUES (:id, :title, :body, :author, :version,"
    " array_to_tsvector(array_remove(string_to_array("
    "CAST(:title AS text) || CAST(:body AS text) || CAST(:author AS text), ' '), '')))"
    " ON CONFLICT (post_id) DO UPDATE SET title = excluded.title, body = excluded.body,"
    " author = excluded.author, version = excluded.version, document = excluded.document"
)


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
    statement = select_candidates(INDEX, INDEX.c.post_id).where(*conditions_of(query, zone))
    fields = INDEX.c.title if in_title else _ALL_FIELDS
    terms = any_of or query.terms
    # Asks the GIN index once for all; the patterns look closer.
    tokens = (" | " if any_of else " & ").join(map(_tokens_of_term, terms))
    patterns = [_stands_in(fields, term) for term in terms]
    # A limit by parameter would hide from the planner that few rows are wanted.
    statement = (
        statement.where(_has_tokens(tokens), or_(*patterns) if any_of else and_(*patterns))
        .where(*_none_of(query))
        .order_by(INDEX.c.post_id.desc())
        .limit(literal_column(str(limit)))
    )
    return [Candidate(*row) for row in session.execute(statement)]


def find_without_words(session: Session, query: Query, zone: tzinfo, limit: int) -> list[int]:
    statement = select_ids(query, zone)
    if query.excluded:
        statement = statement.join(INDEX, INDEX.c.post_id == Post.id).where(*_none_of(query))
    return list(session.scalars(statement.limit(literal_column(str(limit)))))


def documents_with(number: int) -> Select:
    """The posts that have a term, which is given by `values_of_documents_with`.

    :param number: that of the term in its query.
    """
    patterns = bindparam(f"patterns_{number}", type_=ARRAY(Text))
    return select(INDEX.c.post_id).where(
        _has_tokens(bindparam(f"tokens_{number}", type_=Text)), _ALL_FIELDS.like(any_(patterns))
    )


def values_of_documents_with(term: Term, number: int) -> dict[str, object]:
    return {
        f"tokens_{number}": _tokens_of_term(term),
        f"patterns_{number}": list(map(_pattern, term.forms)),
    }


def _has_tokens(tokens: str | BindParameter[str]) -> ColumnElement[bool]:
    return INDEX.c.document.op("@@", is_comparison=True)(cast(tokens, TSQUERY))


def _none_of(query: Query) -> list[ColumnElement[bool]]:
    return [not_(_stands_in(_ALL_FIELDS, term)) for term in query.excluded]


def _stands_in(fields: ColumnElement[str], term: Term) -> ColumnElement[bool]:
    """Whether one of the forms of a term stands in these fields."""
    return or_(*(fields.like(_pattern(form)) for form in term.forms))


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
