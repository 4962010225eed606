"""The index on PostgreSQL: a table with the tokens of a post, and GIN indexes of which it has.

The lexemes of a post are the analyser's tokens, so no text-search configuration of the server has a
say. They have no positions, of which PostgreSQL knows 16,383 at most; whether tokens follow one
another is seen in the text of the tokens itself.

A GIN index has no order: it gives all posts that have a word, and of a word in half of them the
newest thousand would take seconds to find. So the lexemes also name the ranges of ids that a post
is in, of 2 to the power of 12, 14, 16, 18 and 20 ids (migration 0005). The newest two of the
smallest ranges are looked through first, and the larger ones only as long as not enough is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import cached_property

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
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
_TITLE = INDEX.c.title
_ALL_FIELDS = INDEX.c.title.concat(INDEX.c.body).concat(INDEX.c.author)

RANGE_BITS = (12, 14, 16, 18, 20)
"""The ranges that the lexemes of a post name, by the logarithm of how many ids are in one."""

COUNTED_RANGE_BITS = (14, 18)
"""Fewer of them are enough to count, which needs no order."""

_WRITE = text(
    "INSERT INTO post_search (post_id, title, body, author, version)"
    " VALUES (:id, :title, :body, :author, :version)"
    " ON CONFLICT (post_id) DO UPDATE SET title = excluded.title, body = excluded.body,"
    " author = excluded.author, version = excluded.version"
)

# The planner cannot know how many posts have two words, nor that most ranges are never looked
# through. Each of these would be a scan of all posts when it guesses wrong; for the rest of the
# transaction it does without them where it can.
_PREPARE = text(
    "SELECT max(post_id), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
    " FROM post_search"
)


class PostgreSQLIndex:
    """The index as one session sees it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def write_row(self, post_id: int, *, title: str, body: str, author: str, version: int) -> None:
        values = {"title": title, "body": body, "author": author, "version": version}
        self.session.execute(_WRITE, {"id": post_id, **values})

    @cached_property
    def newest_id(self) -> int:
        """The id that the ranges are counted from; 0 for an empty index."""
        return self.session.execute(_PREPARE).scalar() or 0

    def find_candidates(
        self,
        query: Query,
        zone: tzinfo,
        limit: int,
        *,
        any_of: Sequence[Term] = (),
        in_title: bool = False,
    ) -> list[Candidate]:
        fields = _TITLE if in_title else _ALL_FIELDS
        terms = any_of or query.terms
        statement = select_candidates(INDEX, INDEX.c.post_id).where(
            *conditions_of(query, zone),
            *_stand_in(fields, terms, any_of=bool(any_of)),
            *_none_of(query),
        )
        tokens = (" | " if any_of else " & ").join(map(_tokens_of_term, terms))
        rows = self._find_newest(statement, fields, tokens, limit, RANGE_BITS)
        candidates = [Candidate(*row) for row in self.session.execute(rows)]
        return sorted(candidates, key=lambda candidate: candidate.post_id, reverse=True)

    def find_without_words(self, query: Query, zone: tzinfo, limit: int) -> list[int]:
        statement = select_ids(query, zone)
        if query.excluded:
            statement = statement.join(INDEX, INDEX.c.post_id == Post.id).where(*_none_of(query))
        return list(self.session.scalars(statement.limit(_plain(limit))))

    def count_documents(self, terms: Sequence[Term], limit: int) -> list[int]:
        counts = []
        for term in terms:
            statement = select(INDEX.c.post_id).where(*_stand_in(_ALL_FIELDS, [term], any_of=False))
            rows = self._find_newest(
                statement, _ALL_FIELDS, _tokens_of_term(term), limit, COUNTED_RANGE_BITS
            )
            counts.append(select(func.count()).select_from(rows.subquery()).scalar_subquery())
        return list(self.session.execute(select(*counts)).one())

    def _find_newest(
        self,
        statement: Select,
        fields: ColumnElement[str],
        tokens: str,
        limit: int,
        range_bits: Sequence[int],
    ) -> CompoundSelect | Select:
        """The newest rows of a statement whose fields have these tokens.

        :param tokens: in the language of ``tsquery``.
        """
        # By an expression, so that no index can give the order, at the price of reading all posts.
        id_ = INDEX.c.post_id + literal_column("0")
        parts = []
        upper = None
        for bits in (*range_bits, None):
            number = 0 if bits is None else self.newest_id >> bits
            lower = (number - 1) << (bits or 0)
            part = statement.where(_has_tokens(fields, tokens))
            if lower > 0:
                ranges = f"('@{bits}:{number}' | '@{bits}:{number - 1}')"
                part = statement.where(_has_tokens(fields, f"{ranges} & ({tokens})"))
            if fields is _TITLE:
                # In the words of the partial index.
                part = part.where(literal_column("''") != _TITLE)
            if upper is not None:
                part = part.where(id_ < upper)
            parts.append(part.order_by(id_.desc()).limit(_plain(limit)))
            if lower <= 0:
                break
            upper = lower
        # One part by itself cannot have two limits.
        return union_all(*parts).limit(_plain(limit)) if len(parts) > 1 else parts[0]


def _plain(limit: int) -> ColumnElement[int]:
    """A limit in the text of the statement; as a parameter it would hide from the planner that few
    rows are wanted."""
    return literal_column(str(limit))


def _has_tokens(fields: ColumnElement[str], tokens: str) -> ColumnElement[bool]:
    """Whether fields have tokens, in the words of their index."""
    lexemes = func.search_lexemes(fields, INDEX.c.post_id)
    return lexemes.op("@@", is_comparison=True)(cast(tokens, TSQUERY))


def _none_of(query: Query) -> list[ColumnElement[bool]]:
    return [not_(_stands_in(_ALL_FIELDS, term)) for term in query.excluded]


def _stand_in(
    fields: ColumnElement[str], terms: Sequence[Term], *, any_of: bool
) -> list[ColumnElement[bool]]:
    """What the lexemes do not say yet: whether the tokens of phrases follow one another."""
    if all(len(form.tokens) == 1 for term in terms for form in term.forms):
        return []
    patterns = [_stands_in(fields, term) for term in terms]
    return [or_(*patterns)] if any_of else patterns


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
