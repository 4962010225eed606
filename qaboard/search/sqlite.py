"""The index on SQLite: an FTS5 table whose rowid is the id of the post, and another one of titles.

Their tokenizer only splits at spaces: "ascii" takes every character above ASCII as part of a token,
and the analyser leaves no other ASCII characters than letters and digits.

FTS5 finds the newest posts with a word without looking at the others. For a phrase it would look at
all that have its words, so it is looked for in the newest of those, and what must not be there in
what was found. What must be in the title has a table of its own, since a word would be found in the
texts as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    TableClause,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search.candidates import EXAMINED_MAX_COUNT, Candidate, newest_first
from qaboard.search.conditions import (
    bounds_of,
    in_order,
    index_table,
    select_candidates,
    select_ids,
    select_titles,
)
from qaboard.search.phrases import author_phrase, packed_phrase
from qaboard.search.query import Phrase, Query, State, Term

INDEX = index_table("rowid")
TITLES = table("post_search_titles", column("rowid"), column("title"))

_DELETE = text("DELETE FROM post_search WHERE rowid = :id")
_INSERT = text(
    "INSERT INTO post_search (rowid, title, body, author, version)"
    " VALUES (:id, :title, :body, :author, :version)"
)
_DELETE_TITLE = text("DELETE FROM post_search_titles WHERE rowid = :id")
_INSERT_TITLE = text("INSERT INTO post_search_titles (rowid, title) VALUES (:id, :title)")

# Each transaction that writes adds a part to a table, and a word is looked up in every part. FTS5
# joins some as they come; all are joined by beginning with a negative number of pages and going on
# with positive ones, until no more than the command itself is changed ("merge" in its manual).
_MERGES = (
    text("INSERT INTO post_search (post_search, rank) VALUES ('merge', :pages)"),
    text("INSERT INTO post_search_titles (post_search_titles, rank) VALUES ('merge', :pages)"),
)
_MERGED_PAGES = 1000
_TOTAL_CHANGES = text("SELECT total_changes()")


class SQLiteIndex:
    """The index as one session sees it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._found_before_examined: dict[tuple[str, bool], int | None] = {}

    def write_row(self, post_id: int, *, title: str, body: str, author: str, version: int) -> None:
        values = {"title": title, "body": body, "author": author, "version": version}
        self.session.execute(_DELETE, {"id": post_id})
        self.session.execute(_INSERT, {"id": post_id, **values})
        self.session.execute(_DELETE_TITLE, {"id": post_id})
        if title:
            self.session.execute(_INSERT_TITLE, {"id": post_id, "title": title})

    def merge_parts(self, *, is_first: bool) -> bool:
        """Join some of what transactions have added one after the other.

        :param is_first: whether this is the first time of several.
        :return: whether there is more to join.
        """
        is_unfinished = False
        for merge in _MERGES:
            before = self.session.scalar(_TOTAL_CHANGES)
            self.session.execute(merge, {"pages": -_MERGED_PAGES if is_first else _MERGED_PAGES})
            is_unfinished |= self.session.scalar(_TOTAL_CHANGES) - before > 1
        return is_first or is_unfinished

    def find_candidates(
        self,
        query: Query,
        zone: tzinfo,
        limit: int,
        *,
        any_of: Sequence[Term] = (),
        in_title: bool = False,
    ) -> list[Candidate]:
        values = self._values(query, any_of=any_of, in_title=in_title)
        statement = _candidates_statement(query.states, limit, in_title, "lower" in values)
        conditions = [*bounds_of(query, zone), *_conditions_of_excluded(query)]
        if conditions:
            statement = statement.where(*map(in_order, conditions))
        return newest_first(self.session.execute(statement, values))

    def find_titles(self, terms: Sequence[Term], limit: int) -> list[Candidate]:
        """The newest titles that have any of some terms, whether they may be seen or not."""
        values = self._values(Query("", tuple(terms)), any_of=terms, in_title=True)
        statement = _titles_statement(limit, "lower" in values)
        return newest_first(self.session.execute(statement, values))

    def _values(
        self, query: Query, *, any_of: Sequence[Term], in_title: bool
    ) -> dict[str, str | int]:
        """Those of a statement that finds posts; ``lower`` is there where they need a bound."""
        expression = _expression_of(query, _phrase, any_of=any_of, in_title=in_title)
        words = _expression_of(query, _words, any_of=any_of, in_title=in_title)
        values: dict[str, str | int] = {"expression": expression}
        if expression != words:
            values["lower"] = self._before_examined(words, in_title=in_title) or 0
        return values

    def has_more_than_examined(self, query: Query) -> bool:
        return self._before_examined(_expression_of(query, _words)) is not None

    def _before_examined(self, words: str, *, in_title: bool = False) -> int | None:
        """The id of the newest post that has the words and is not looked at any more."""
        key = (words, in_title)
        if key not in self._found_before_examined:
            self._found_before_examined[key] = self.session.scalar(
                _before_examined_statement(in_title), {"words": words}
            )
        return self._found_before_examined[key]

    def find_without_words(self, query: Query, zone: tzinfo, limit: int) -> list[int]:
        statement = select_ids(query, zone)
        if query.excluded:
            statement = statement.join(INDEX, INDEX.c.rowid == Post.id)
            statement = statement.where(*_conditions_of_excluded(query))
        return list(self.session.scalars(statement.limit(literal_column(str(limit)))))

    def count_documents(
        self, terms: Sequence[Term], limit: int, *, in_title: bool = False
    ) -> list[int]:
        """How many posts have the tokens of each term, counted up to a limit."""
        # That the tokens of a phrase follow one another could be false of all posts.
        values = {
            f"expression_{number}": _expression(term, _words) for number, term in enumerate(terms)
        }
        statement = _counts_statement(len(terms), limit, in_title)
        return list(self.session.execute(statement, values).one())


# Statements are made once: making one takes longer than the database needs for it. A limit by
# parameter would hide from the planner that few rows are wanted.
@lru_cache(maxsize=64)
def _candidates_statement(
    states: tuple[State, ...], limit: int, in_title: bool, has_lower: bool
) -> Select:
    examined = _select_examined(TITLES if in_title else INDEX, EXAMINED_MAX_COUNT, has_lower)
    statement = select_candidates(examined.subquery(), INDEX, INDEX.c.rowid, states)
    return statement.limit(literal_column(str(limit)))


@lru_cache(maxsize=8)
def _titles_statement(limit: int, has_lower: bool) -> Select:
    # Each that is found is taken, so no more are examined.
    examined = _select_examined(TITLES, limit, has_lower)
    return select_titles(examined.subquery(), TITLES, TITLES.c.rowid)


def _select_examined(searched: TableClause, limit: int, has_lower: bool) -> Select:
    """The ids of the newest posts that are as a parameter says, in that order."""
    rowid = searched.c.rowid
    found = select(rowid.label("id")).where(_matches(searched, "expression"))
    if has_lower:
        # Upwards, since downwards FTS5 goes beyond a lower bound until it has found something.
        found = found.where(rowid > bindparam("lower", type_=BigInteger)).order_by(rowid)
        # Without a limit, SQLite would turn the order round.
        above = found.limit(literal_column(str(EXAMINED_MAX_COUNT))).subquery()
        found = select(above.c.id).order_by(above.c.id.desc())
    else:
        found = found.order_by(rowid.desc())
    return found.limit(literal_column(str(limit)))


@lru_cache(maxsize=2)
def _before_examined_statement(in_title: bool) -> Select:
    searched = TITLES if in_title else INDEX
    return (
        select(searched.c.rowid)
        .where(_matches(searched, "words"))
        .order_by(searched.c.rowid.desc())
        .limit(literal_column("1"))
        .offset(literal_column(str(EXAMINED_MAX_COUNT)))
    )


@lru_cache(maxsize=64)
def _counts_statement(term_count: int, limit: int, in_title: bool) -> Select:
    searched = TITLES if in_title else INDEX
    counts = []
    for number in range(term_count):
        documents = select(searched.c.rowid).where(_matches(searched, f"expression_{number}"))
        documents = documents.limit(literal_column(str(limit))).subquery()
        counts.append(select(func.count()).select_from(documents).scalar_subquery())
    return select(*counts)


def _matches(searched: TableClause, parameter: str) -> ColumnElement[bool]:
    return literal_column(searched.name).op("MATCH", is_comparison=True)(bindparam(parameter))


def _conditions_of_excluded(query: Query) -> list[ColumnElement[bool]]:
    """That no field has what must not be there."""
    fields = INDEX.c.title.concat(INDEX.c.body).concat(INDEX.c.author)
    return [
        func.instr(fields, packed_phrase(form)) == 0
        for term in query.excluded
        for form in term.forms
    ]


def _expression_of(
    query: Query,
    write: Callable[[Phrase], str],
    *,
    any_of: Sequence[Term] = (),
    in_title: bool = False,
) -> str:
    """All terms of a query, or any of some, in the language of FTS5.

    :param write: makes an expression of a phrase; with `_words` it is for the posts among which
        those that are searched for are.
    """
    if any_of:
        expression = " OR ".join(_expression(term, write) for term in any_of)
    else:
        expression = " AND ".join(_expression(term, write) for term in query.terms)
    author = author_phrase(query)
    if author is not None and not in_title:
        expression = f"({expression}) AND {{author}} : ({write(author)})"
    return expression


def _expression(term: Term, write: Callable[[Phrase], str]) -> str:
    """A term in the language of FTS5; tokens hold no quotes, so nothing needs escaping."""
    return "(" + " OR ".join(map(write, term.forms)) + ")"


def _phrase(phrase: Phrase) -> str:
    """Tokens that follow one another."""
    quoted = '"' + " ".join(phrase.tokens) + '"'
    return f"{quoted} *" if phrase.is_prefix else quoted


def _words(phrase: Phrase) -> str:
    """The same tokens, wherever they stand."""
    *others, last = phrase.tokens
    words = [_phrase(Phrase((token,), is_prefix=False)) for token in others]
    words.append(_phrase(Phrase((last,), phrase.is_prefix)))
    return "(" + " AND ".join(words) + ")" if others else words[0]
