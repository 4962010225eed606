"""The index on SQLite: an FTS5 table whose rowid is the id of the post.

Its tokenizer only splits at spaces: "ascii" takes every character above ASCII as part of a token,
and the analyser leaves no other ASCII characters than letters and digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, text
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search.candidates import EXAMINED_MAX_COUNT, Candidate, newest_first
from qaboard.search.conditions import bounds_of, index_table, select_candidates, select_ids
from qaboard.search.phrases import author_phrase, packed_phrase
from qaboard.search.query import Phrase, Query, State, Term

INDEX = index_table("rowid")

_DELETE = text("DELETE FROM post_search WHERE rowid = :id")
_INSERT = text(
    "INSERT INTO post_search (rowid, title, body, author, version)"
    " VALUES (:id, :title, :body, :author, :version)"
)


class SQLiteIndex:
    """The index as one session sees it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def write_row(self, post_id: int, *, title: str, body: str, author: str, version: int) -> None:
        values = {"title": title, "body": body, "author": author, "version": version}
        self.session.execute(_DELETE, {"id": post_id})
        self.session.execute(_INSERT, {"id": post_id, **values})

    def find_candidates(
        self,
        query: Query,
        zone: tzinfo,
        limit: int,
        *,
        any_of: Sequence[Term] = (),
        in_title: bool = False,
    ) -> list[Candidate]:
        expression = _expression_of(query, any_of=any_of, in_title=in_title)
        statement = _candidates_statement(query.states, limit)
        bounds = bounds_of(query, zone)
        if bounds:
            statement = statement.where(*bounds)
        rows = self.session.execute(statement, {"expression": expression})
        return newest_first(rows)

    def count_matches(self, query: Query, limit: int) -> int:
        values = {"expression_0": _expression_of(query)}
        return self.session.scalar(_counts_statement(1, limit), values)

    def find_without_words(self, query: Query, zone: tzinfo, limit: int) -> list[int]:
        statement = select_ids(query, zone)
        if query.excluded:
            fields = INDEX.c.title.concat(INDEX.c.body).concat(INDEX.c.author)
            statement = statement.join(INDEX, INDEX.c.rowid == Post.id).where(
                *(
                    func.instr(fields, packed_phrase(form)) == 0
                    for term in query.excluded
                    for form in term.forms
                )
            )
        return list(self.session.scalars(statement.limit(literal_column(str(limit)))))

    def count_documents(self, terms: Sequence[Term], limit: int) -> list[int]:
        values = {f"expression_{number}": _expression(term) for number, term in enumerate(terms)}
        return list(self.session.execute(_counts_statement(len(terms), limit), values).one())


# Statements are made once: making one takes longer than the database needs for it. A limit by
# parameter would hide from the planner that few rows are wanted.
@lru_cache(maxsize=64)
def _candidates_statement(states: tuple[State, ...], limit: int) -> Select:
    examined = (
        select(INDEX.c.rowid.label("id"))
        .where(_matches("expression"))
        .order_by(INDEX.c.rowid.desc())
        .limit(literal_column(str(EXAMINED_MAX_COUNT)))
        .subquery()
    )
    statement = select_candidates(examined, INDEX, INDEX.c.rowid, states)
    return statement.limit(literal_column(str(limit)))


@lru_cache(maxsize=64)
def _counts_statement(term_count: int, limit: int) -> Select:
    counts = []
    for number in range(term_count):
        documents = select(INDEX.c.rowid).where(_matches(f"expression_{number}"))
        documents = documents.limit(literal_column(str(limit))).subquery()
        counts.append(select(func.count()).select_from(documents).scalar_subquery())
    return select(*counts)


def _matches(parameter: str) -> ColumnElement[bool]:
    return literal_column("post_search").op("MATCH", is_comparison=True)(bindparam(parameter))


def _expression_of(query: Query, *, any_of: Sequence[Term] = (), in_title: bool = False) -> str:
    """All terms of a query, or any of some, in the language of FTS5."""
    expression = " AND ".join(map(_expression, query.terms))
    if any_of:
        expression = " OR ".join(map(_expression, any_of))
    if in_title:
        expression = f"{{title}} : ({expression})"
    author = author_phrase(query)
    if author is not None:
        expression = f"({expression}) AND {{author}} : {_phrase(author)}"
    if query.excluded:
        excluded = " OR ".join(map(_expression, query.excluded))
        expression = f"({expression}) NOT ({excluded})"
    return expression


def _expression(term: Term) -> str:
    """A term in the language of FTS5; tokens hold no quotes, so nothing needs escaping."""
    return "(" + " OR ".join(map(_phrase, term.forms)) + ")"


def _phrase(phrase: Phrase) -> str:
    quoted = '"' + " ".join(phrase.tokens) + '"'
    return f"{quoted} *" if phrase.is_prefix else quoted
