"""The index on SQLite: an FTS5 table whose rowid is the id of the post.

Its tokenizer only splits at spaces: "ascii" takes every character above ASCII as part of a token,
and the analyser leaves no other ASCII characters than letters and digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search.candidates import Candidate
from qaboard.search.conditions import (
    bounds_of,
    conditions_of_states,
    index_table,
    select_candidates,
    select_ids,
)
from qaboard.search.query import Phrase, Query, State, Term

INDEX = index_table("rowid")

_DELETE = text("DELETE FROM post_search WHERE rowid = :id")
_INSERT = text(
    "INSERT INTO post_search (rowid, title, body, author, version)"
    " VALUES (:id, :title, :body, :author, :version)"
)


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
    expression = " AND ".join(map(_expression, query.terms))
    if any_of:
        expression = " OR ".join(map(_expression, any_of))
    if in_title:
        expression = f"{{title}} : ({expression})"
    if query.excluded:
        expression = f"({expression}) NOT ({_excluded(query)})"
    statement = _candidates_statement(query.states, limit)
    bounds = bounds_of(query, zone)
    if bounds:
        statement = statement.where(*bounds)
    return [Candidate(*row) for row in session.execute(statement, {"expression": expression})]


@lru_cache(maxsize=64)
def _candidates_statement(states: tuple[State, ...], limit: int) -> Select:
    return (
        select_candidates(INDEX, INDEX.c.rowid)
        .where(*conditions_of_states(states), _matches(bindparam("expression")))
        .order_by(INDEX.c.rowid.desc())
        # A limit by parameter would hide from the planner that few rows are wanted.
        .limit(literal_column(str(limit)))
    )


def find_without_words(session: Session, query: Query, zone: tzinfo, limit: int) -> list[int]:
    statement = select_ids(query, zone)
    if query.excluded:
        excluded = select(INDEX.c.rowid).where(_matches(bindparam(None, _excluded(query))))
        statement = statement.where(Post.id.not_in(excluded))
    return list(session.scalars(statement.limit(literal_column(str(limit)))))


def documents_with(number: int) -> Select:
    """The posts that have a term, which is given by `values_of_documents_with`.

    :param number: that of the term in its query.
    """
    return select(INDEX.c.rowid).where(_matches(bindparam(f"expression_{number}")))


def values_of_documents_with(term: Term, number: int) -> dict[str, str]:
    return {f"expression_{number}": _expression(term)}


def _matches(expression: BindParameter[str]) -> ColumnElement[bool]:
    return literal_column("post_search").op("MATCH", is_comparison=True)(expression)


def _excluded(query: Query) -> str:
    return " OR ".join(map(_expression, query.excluded))


def _expression(term: Term) -> str:
    """A term in the language of FTS5; tokens hold no quotes, so nothing needs escaping."""
    return "(" + " OR ".join(map(_phrase, term.forms)) + ")"


def _phrase(phrase: Phrase) -> str:
    quoted = '"' + " ".join(phrase.tokens) + '"'
    return f"{quoted} *" if phrase.is_prefix else quoted
