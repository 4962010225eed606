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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import cached_property, lru_cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Float,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
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

INDEX = index_table("post_id")
_ALL_FIELDS = INDEX.c.title.concat(INDEX.c.body).concat(INDEX.c.author)

RANGE_BITS = (12, 14, 16, 18, 20)
"""The ranges that the lexemes of a post name, by the logarithm of how many ids are in one."""

COUNTED_RANGE_BITS = (12, 16, 20)
"""Fewer of them are enough to count, which stops when it has enough anywhere in a range."""

SAMPLE_BITS = 12
SAMPLE_MIN_COUNT = 8
"""The range by which it is estimated how many posts have a term, if so many in it have it."""

RARE_MAX_COUNT = 200
"""Otherwise it is rare, and counted no further: each post that is counted may be read from the
disk."""

_WRITE = text(
    "INSERT INTO post_search (post_id, title, body, author, version)"
    " VALUES (:id, :title, :body, :author, :version)"
    " ON CONFLICT (post_id) DO UPDATE SET title = excluded.title, body = excluded.body,"
    " author = excluded.author, version = excluded.version"
)

# The planner cannot know how many posts have two words, nor that most ranges are never looked
# through. Each of the first three would be a scan of all posts when it guesses wrong, and starting
# workers or compiling takes longer than the search; the rest of the transaction does without.
_PREPARE = text(
    "SELECT max(post_id), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)"
    " FROM post_search"
)


class PostgreSQLIndex:
    """The index as one session sees it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def write_row(self, post_id: int, *, title: str, body: str, author: str, version: int) -> None:
        values = {"title": title, "body": body, "author": author, "version": version}
        self.session.execute(_WRITE, {"id": post_id, **values})

    def merge_parts(self, *, is_first: bool) -> bool:
        """Nothing is to be joined: autovacuum does so."""
        return False

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
        look = _look_of(query, any_of=any_of, in_title=in_title)
        values = look.values_for(self.newest_id)
        statement = _candidates_statement(look.shape_for(self.newest_id), query.states, limit)
        bounds = bounds_of(query, zone)
        if bounds:
            statement = statement.where(*map(in_order, bounds))
        return newest_first(self.session.execute(statement, values))

    def find_titles(self, terms: Sequence[Term], limit: int) -> list[Candidate]:
        """The newest titles that have any of some terms, whether they may be seen or not."""
        look = _look_of(Query("", tuple(terms)), any_of=terms, in_title=True)
        statement = _titles_statement(look.shape_for(self.newest_id), limit)
        return newest_first(self.session.execute(statement, look.values_for(self.newest_id)))

    def has_more_than_examined(self, query: Query) -> bool:
        look = replace(_look_of(query), is_ordered=False)
        statement = _count_statement(look.shape_for(self.newest_id), EXAMINED_MAX_COUNT + 1)
        count = self.session.scalar(statement, look.values_for(self.newest_id))
        return count > EXAMINED_MAX_COUNT

    def find_without_words(self, query: Query, zone: tzinfo, limit: int) -> list[int]:
        statement = select_ids(query, zone)
        if query.excluded:
            excluded = bindparam("excluded", _patterns(query.excluded), type_=ARRAY(Text))
            statement = statement.join(INDEX, INDEX.c.post_id == Post.id).where(
                not_(_ALL_FIELDS.like(any_(excluded)))
            )
        return list(self.session.scalars(statement.limit(_plain(limit))))

    def count_documents(
        self, terms: Sequence[Term], limit: int, *, in_title: bool = False
    ) -> list[int]:
        """How many posts have the tokens of each term; of common ones an estimate, by how many of
        the newest posts have them."""
        # That the tokens of a phrase follow one another is not worth looking at their texts.
        tokens = list(map(_tokens_of_term, terms))
        values: dict[str, object] = {
            f"tokens_{number}": token for number, token in enumerate(tokens)
        }
        ranges, lower = _newest_ranges(self.newest_id, SAMPLE_BITS)
        if lower > 0:
            values["scale"] = self.newest_id / (self.newest_id - lower)
            values |= {
                f"sampled_{number}": f"{ranges} & {token}" for number, token in enumerate(tokens)
            }
        statement = _document_counts_statement(len(terms), lower > 0, limit, in_title)
        return list(self.session.execute(statement, values).one())


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the text of a statement depends on that looks for posts; the rest are values.

    There are ``range_count`` ranges to be looked through one after the other, and ``phrase_count``
    lists of patterns one of which must be there.
    """

    range_count: int
    phrase_count: int
    has_excluded: bool
    in_title: bool
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class _Look:
    """A look for posts in the index.

    ``tokens`` are what they must have, in the language of ``tsquery``. ``phrases`` are lists of
    patterns, of each of which one must be there; ``excluded`` those that must not. Posts that are
    only counted need no order.
    """

    tokens: str
    phrases: list[list[str]] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    in_title: bool = False
    is_ordered: bool = True

    def shape_for(self, newest_id: int) -> _Shape:
        return _Shape(
            len(list(self._ranges(newest_id))),
            len(self.phrases),
            bool(self.excluded),
            self.in_title,
            self.is_ordered,
        )

    def values_for(self, newest_id: int) -> dict[str, object]:
        values: dict[str, object] = {"excluded": self.excluded} if self.excluded else {}
        for number, patterns in enumerate(self.phrases):
            values[f"phrase_{number}"] = patterns
        for number, (upper, tokens) in enumerate(self._ranges(newest_id)):
            values[f"tokens_{number}"] = tokens
            if number:
                values[f"upper_{number}"] = upper
        return values

    def _ranges(self, newest_id: int) -> Iterator[tuple[int | None, str]]:
        """The id below which each range begins, and the tokens that the posts in it have."""
        upper = None
        for bits in RANGE_BITS if self.is_ordered else COUNTED_RANGE_BITS:
            ranges, lower = _newest_ranges(newest_id, bits)
            if lower <= 0:
                break
            yield upper, f"{ranges} & ({self.tokens})"
            upper = lower
        yield upper, self.tokens


def _newest_ranges(newest_id: int, bits: int) -> tuple[str, int]:
    """The lexemes of the newest two ranges of a size, and the id that the older one begins with;
    where it is not above 0, the two are all posts."""
    number = newest_id >> bits
    return f"('@{bits}:{number}' | '@{bits}:{number - 1}')", (number - 1) << bits


def _look_of(query: Query, *, any_of: Sequence[Term] = (), in_title: bool = False) -> _Look:
    """A look for all terms of a query, or for any of some."""
    terms = any_of or query.terms
    tokens = (" | " if any_of else " & ").join(map(_tokens_of_term, terms))
    author = author_phrase(query)
    if author is not None:
        tokens = f"({tokens}) & {_tokens_of_phrase(author)}"
    phrases = _inexact(terms)
    if any_of and phrases:
        phrases = [_patterns(terms)]
    return _Look(tokens, phrases, _patterns(query.excluded), in_title)


def _inexact(terms: Sequence[Term]) -> list[list[str]]:
    """The patterns of the terms of which the lexemes do not say all: whether the tokens of a phrase
    follow one another."""
    return [_patterns([term]) for term in terms if any(len(form.tokens) > 1 for form in term.forms)]


def _patterns(terms: Sequence[Term]) -> list[str]:
    """The forms of terms as LIKE finds them; tokens are letters and digits, so nothing needs
    escaping."""
    return [f"%{packed_phrase(form)}%" for term in terms for form in term.forms]


# Statements are made once: making one takes longer than the database needs for it.
@lru_cache(maxsize=256)
def _candidates_statement(shape: _Shape, states: tuple[State, ...], limit: int) -> Select:
    examined = _newest_statement(shape, EXAMINED_MAX_COUNT).subquery()
    statement = select_candidates(examined, INDEX, INDEX.c.post_id, states)
    return statement.where(*_phrase_conditions(shape)).limit(_plain(limit))


@lru_cache(maxsize=64)
def _titles_statement(shape: _Shape, limit: int) -> Select:
    examined = _newest_statement(shape, EXAMINED_MAX_COUNT).subquery()
    statement = select_titles(examined, INDEX, INDEX.c.post_id)
    return statement.where(*_phrase_conditions(shape)).limit(_plain(limit))


@lru_cache(maxsize=256)
def _count_statement(shape: _Shape, limit: int) -> Select:
    return select(func.count()).select_from(_newest_statement(shape, limit).subquery())


@lru_cache(maxsize=64)
def _document_counts_statement(
    term_count: int, is_sampled: bool, limit: int, in_title: bool
) -> Select:
    def count(parameter: str, limit: int) -> Select:
        found = select(INDEX.c.post_id).where(
            _has_tokens(_fields(in_title), parameter), *_conditions_of_title(in_title)
        )
        return select(func.count().label("total")).select_from(
            found.limit(_plain(limit)).subquery()
        )

    counts = []
    for number in range(term_count):
        total_limit = RARE_MAX_COUNT if is_sampled else limit
        total = count(f"tokens_{number}", total_limit).scalar_subquery()
        if is_sampled:
            sampled = count(f"sampled_{number}", limit).subquery().c.total
            estimate = cast(sampled * bindparam("scale", type_=Float), BigInteger)
            is_common = sampled >= SAMPLE_MIN_COUNT
            capped = func.least(estimate, _plain(limit))
            total = select(case((is_common, capped), else_=total)).scalar_subquery()
        counts.append(total)
    return select(*counts)


def _has_tokens(fields: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """Whether fields have the tokens that a parameter names, in the words of their index."""
    tokens = cast(bindparam(parameter, type_=Text), TSQUERY)
    return func.search_lexemes(fields, INDEX.c.post_id).op("@@", is_comparison=True)(tokens)


def _fields(in_title: bool) -> ColumnElement[str]:
    return INDEX.c.title if in_title else _ALL_FIELDS


def _conditions_of_title(in_title: bool) -> list[ColumnElement[bool]]:
    """The condition of the partial index of titles, in its words."""
    return [INDEX.c.title != literal_column("''")] if in_title else []


def _phrase_conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    """What the lexemes of a post do not say."""
    conditions = [
        _fields(shape.in_title).like(any_(bindparam(f"phrase_{number}", type_=ARRAY(Text))))
        for number in range(shape.phrase_count)
    ]
    if shape.has_excluded:
        conditions.append(not_(_ALL_FIELDS.like(any_(bindparam("excluded", type_=ARRAY(Text))))))
    return [in_order(condition) for condition in conditions]


def _newest_statement(shape: _Shape, limit: int) -> CompoundSelect | Select:
    """The ids of the newest posts that have the tokens, in that order where it has one."""
    fields = _fields(shape.in_title)
    conditions = _conditions_of_title(shape.in_title)
    # By an expression, so that no index can give the order, at the price of reading all posts.
    post_id = INDEX.c.post_id + literal_column("0")
    parts = []
    for number in range(shape.range_count):
        has_tokens = _has_tokens(fields, f"tokens_{number}")
        part = select(INDEX.c.post_id.label("id")).where(has_tokens, *conditions)
        if number:
            upper = bindparam(f"upper_{number}", type_=BigInteger)
            part = part.where(post_id < upper)
        if shape.is_ordered:
            part = part.order_by(post_id.desc())
        parts.append(part.limit(_plain(limit)))
    # One part by itself cannot have two limits.
    return union_all(*parts).limit(_plain(limit)) if len(parts) > 1 else parts[0]


def _plain(limit: int) -> ColumnElement[int]:
    """A limit in the text of the statement; as a parameter it would hide from the planner that few
    rows are wanted."""
    return literal_column(str(limit))


def _tokens_of_term(term: Term) -> str:
    return "(" + " | ".join(map(_tokens_of_phrase, term.forms)) + ")"


def _tokens_of_phrase(phrase: Phrase) -> str:
    lexemes = [f"'{token}'" for token in phrase.tokens]
    if phrase.is_prefix:
        lexemes[-1] += ":*"
    return "(" + " & ".join(lexemes) + ")"
