"""The search index: a row for each post, written in the transaction of the post.

Each database keeps it in its own way, so each has its own module with the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from functools import cache
from types import ModuleType

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search import postgresql, sqlite
from qaboard.search.analysis import ANALYSIS_VERSION, tokenize
from qaboard.search.candidates import (
    CANDIDATES_MAX_COUNT,
    TITLE_CANDIDATES_MAX_COUNT,
    pack,
)
from qaboard.search.query import Query, parse_title
from qaboard.search.ranking import Ranked, rank

_ENGINES: dict[str, ModuleType] = {"postgresql": postgresql, "sqlite": sqlite}


NEARLY_MAX_COUNT = 20
"""How many posts are shown that do not have all words: as many as anybody looks at."""


SIMILAR_CANDIDATES_MAX_COUNT = 200
SIMILAR_MIN_COVERAGE = 0.4
"""How much of a title another question must have to be called similar, 0 to 1."""


class SearchSort(StrEnum):
    """The orders of what is found; the first one is the usual one."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of the posts that were found, in order.

    ``is_cut`` says that there are more than these. ``has_all_words`` is false when no post has all
    words that were searched for, and these have the most and the rarest of them.
    """

    post_ids: list[int]
    is_cut: bool = False
    has_all_words: bool = True


def _engine_of(session: Session) -> ModuleType:
    return _ENGINES[session.get_bind().dialect.name]


def index_post(session: Session, post: Post, *, text: str, author_name: str) -> None:
    """Put a post into the index, or put it there anew.

    :param text: what the post says, without markup.
    """
    _engine_of(session).write_row(
        session,
        post.id,
        title=pack(tokenize(post.title or "")),
        body=pack(tokenize(text)),
        author=pack(tokenize(author_name)),
        version=ANALYSIS_VERSION,
    )


def find_posts(
    session: Session,
    query: Query,
    *,
    sort: SearchSort = SearchSort.RELEVANCE,
    zone: tzinfo = UTC,
) -> Found:
    """The posts that anybody may see and that have all that is asked for.

    Of more than ``CANDIDATES_MAX_COUNT`` it is the newest ones, and those that have all words in
    the title; what it costs does not grow with the board.

    :param zone: where the days of ``created:`` are days.
    """
    if query.is_empty:
        return Found([])
    engine = _engine_of(session)
    if not query.terms:
        ids = engine.find_without_words(session, query, zone, CANDIDATES_MAX_COUNT + 1)
        return Found(ids[:CANDIDATES_MAX_COUNT], len(ids) > CANDIDATES_MAX_COUNT)
    # One more than are ranked tells whether there are more.
    candidates = engine.find_candidates(session, query, zone, CANDIDATES_MAX_COUNT + 1)
    is_cut = len(candidates) > CANDIDATES_MAX_COUNT
    candidates = candidates[:CANDIDATES_MAX_COUNT]
    if not candidates and len(query.terms) > 1:
        return _find_nearly(session, query, zone)
    if sort is SearchSort.NEWEST:
        return Found([candidate.post_id for candidate in candidates], is_cut)
    if is_cut:
        known = {candidate.post_id for candidate in candidates}
        candidates += [
            candidate
            for candidate in engine.find_candidates(
                session, query, zone, TITLE_CANDIDATES_MAX_COUNT, in_title=True
            )
            if candidate.post_id not in known
        ]
    counts = _document_counts(session, query) if len(query.terms) > 1 else [1]
    ranked = rank(query, candidates, counts)[:CANDIDATES_MAX_COUNT]
    return Found([each.post_id for each in ranked], is_cut)


def _document_counts(session: Session, query: Query) -> list[int]:
    """How many posts have each term, counted up to ``CANDIDATES_MAX_COUNT``; in one query."""
    engine = _engine_of(session)
    values = {}
    for number, term in enumerate(query.terms):
        values |= engine.values_of_documents_with(term, number)
    return list(session.execute(_counts_statement(engine, len(query.terms)), values).one())


# Made once for each number of terms: making it takes longer than the database needs for it.
@cache
def _counts_statement(engine: ModuleType, term_count: int) -> Select:
    limit = literal_column(str(CANDIDATES_MAX_COUNT))
    counts = [
        select(func.count())
        .select_from(engine.documents_with(number).limit(limit).subquery())
        .scalar_subquery()
        for number in range(term_count)
    ]
    return select(*counts)


def _find_nearly(session: Session, query: Query, zone: tzinfo) -> Found:
    """The posts that have the rarest of the words; the more of the others, the better."""
    ranked = _rank_by_rarest(session, query, zone, CANDIDATES_MAX_COUNT)[:NEARLY_MAX_COUNT]
    return Found([each.post_id for each in ranked], has_all_words=False)


def _rank_by_rarest(
    session: Session, query: Query, zone: tzinfo, limit: int, *, in_title: bool = False
) -> list[Ranked]:
    """The posts that have any of the rarest words: of as many as about ``limit`` posts have."""
    counts = _document_counts(session, query)
    rarest = []
    total = 0
    for count, term in sorted(zip(counts, query.terms, strict=True), key=lambda pair: pair[0]):
        if count and (not rarest or total + count <= limit):
            rarest.append(term)
            total += count
    if not rarest:
        return []
    candidates = _engine_of(session).find_candidates(
        session, query, zone, limit, any_of=rarest, in_title=in_title
    )
    return rank(query, candidates, counts)


def find_similar_questions(
    session: Session, title: str, *, limit: int, without_id: int | None = None
) -> list[int]:
    """The ids of the questions whose titles say most of what this one says, best first.

    :param limit: how many at most.
    :param without_id: one that is not meant, such as the question with this title.
    """
    query = parse_title(title)
    if not query.terms:
        return []
    ranked = _rank_by_rarest(session, query, UTC, SIMILAR_CANDIDATES_MAX_COUNT, in_title=True)
    return [
        each.post_id
        for each in ranked
        if each.coverage >= SIMILAR_MIN_COVERAGE and each.post_id != without_id
    ][:limit]
