"""The index on SQLite: an FTS5 table whose rowid is the id of the post.

Its tokenizer only splits at spaces: "ascii" takes every character above ASCII as part of a token,
and the analyser leaves no other ASCII characters than letters and digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select, text
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search.candidates import Candidate
from qaboard.search.conditions import (
    conditions_of,
    index_table,
    select_candidates,
    select_ids,
)
from qaboard.search.query import Phrase, Query, Term

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
        statement = select_candidates(INDEX, INDEX.c.rowid).where(*conditions_of(query, zone))
        expression = " AND ".join(map(_expression, query.terms))
        if any_of:
            expression = " OR ".join(map(_expression, any_of))
        if in_title:
            expression = f"{{title}} : ({expression})"
        if query.excluded:
            expression = f"({expression}) NOT ({_excluded(query)})"
        # A limit by parameter would hide from the planner that few rows are wanted.
        statement = (
            statement.where(_matches(expression))
            .order_by(INDEX.c.rowid.desc())
            .limit(literal_column(str(limit)))
        )
        return [Candidate(*row) for row in self.session.execute(statement)]

    def find_without_words(self, query: Query, zone: tzinfo, limit: int) -> list[int]:
        statement = select_ids(query, zone)
        if query.excluded:
            excluded = select(INDEX.c.rowid).where(_matches(_excluded(query)))
            statement = statement.where(Post.id.not_in(excluded))
        return list(self.session.scalars(statement.limit(literal_column(str(limit)))))

    def count_documents(self, terms: Sequence[Term], limit: int) -> list[int]:
        counts = []
        for term in terms:
            documents = select(INDEX.c.rowid).where(_matches(_expression(term)))
            documents = documents.limit(literal_column(str(limit))).subquery()
            counts.append(select(func.count()).select_from(documents).scalar_subquery())
        return list(self.session.execute(select(*counts)).one())


def _matches(expression: str) -> ColumnElement[bool]:
    return literal_column("post_search").op("MATCH", is_comparison=True)(
        bindparam(None, expression)
    )


def _excluded(query: Query) -> str:
    return " OR ".join(map(_expression, query.excluded))


def _expression(term: Term) -> str:
    """A term in the language of FTS5; tokens hold no quotes, so nothing needs escaping."""
    return "(" + " OR ".join(map(_phrase, term.forms)) + ")"


def _phrase(phrase: Phrase) -> str:
    quoted = '"' + " ".join(phrase.tokens) + '"'
    return f"{quoted} *" if phrase.is_prefix else quoted
