"""The search index: a row for each post, written in the transaction of the post.

Each database keeps it in its own way, so each has its own class with the same methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search.analysis import ANALYSIS_VERSION, tokenize
from qaboard.search.candidates import (
    CANDIDATES_MAX_COUNT,
    EXAMINED_MAX_COUNT,
    TITLE_CANDIDATES_MAX_COUNT,
    pack,
)
from qaboard.search.conditions import select_examined
from qaboard.search.postgresql import PostgreSQLIndex
from qaboard.search.query import Query, Term, parse_title
from qaboard.search.ranking import rank
from qaboard.search.sqlite import SQLiteIndex

Index = PostgreSQLIndex | SQLiteIndex

_INDEXES: dict[str, type[Index]] = {"postgresql": PostgreSQLIndex, "sqlite": SQLiteIndex}


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

    ``is_cut`` says that there may be more than these. ``has_all_words`` is false when no post has
    all words that were searched for, and these have the most and the rarest of them.
    """

    post_ids: list[int]
    is_cut: bool = False
    has_all_words: bool = True


def _open_index(session: Session) -> Index:
    return _INDEXES[session.get_bind().dialect.name](session)


def merge_index_parts(session: Session, *, is_first: bool) -> bool:
    """Join some of the parts of the index, in which each word has to be looked up.

    :param is_first: whether this is the first time of several, each in its own transaction.
    :return: whether there is more to join.
    """
    return _open_index(session).merge_parts(is_first=is_first)


def index_post(session: Session, post: Post, *, text: str, author_name: str) -> None:
    """Put a post into the index, or put it there anew.

    :param text: what the post says, without markup.
    """
    _open_index(session).write_row(
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
    index = _open_index(session)
    if not query.terms:
        return _find_without_words(index, query, sort, zone)
    # One more than are ranked tells whether there are more.
    candidates = index.find_candidates(query, zone, CANDIDATES_MAX_COUNT + 1)
    is_cut = len(candidates) > CANDIDATES_MAX_COUNT or _has_more_matches(index, query)
    candidates = candidates[:CANDIDATES_MAX_COUNT]
    if not candidates and len(query.terms) > 1 and not is_cut:
        return _find_nearly(index, query, zone)
    if sort is SearchSort.NEWEST:
        return Found([candidate.post_id for candidate in candidates], is_cut)
    if is_cut:
        known = {candidate.post_id for candidate in candidates}
        candidates += [
            candidate
            for candidate in index.find_candidates(
                query, zone, TITLE_CANDIDATES_MAX_COUNT, in_title=True
            )
            if candidate.post_id not in known
        ]
    counts = [1]
    if len(query.terms) > 1:
        counts = index.count_documents(query.terms, CANDIDATES_MAX_COUNT)
    ranked = rank(query, candidates, counts)[:CANDIDATES_MAX_COUNT]
    return Found([each.post_id for each in ranked], is_cut)


def _find_without_words(index: Index, query: Query, sort: SearchSort, zone: tzinfo) -> Found:
    """What operators alone ask for; by relevance the best come first where a score was named."""
    ids = index.find_without_words(query, zone, CANDIDATES_MAX_COUNT + 1)
    is_cut = len(ids) > CANDIDATES_MAX_COUNT
    if not is_cut:
        examined = select_examined(query, zone).subquery()
        count = index.session.scalar(select(func.count()).select_from(examined))
        is_cut = count >= EXAMINED_MAX_COUNT
    ids = ids[:CANDIDATES_MAX_COUNT]
    return Found(sorted(ids, reverse=True) if sort is SearchSort.NEWEST else ids, is_cut)


def _has_more_matches(index: Index, query: Query) -> bool:
    """Whether more posts have all words than were looked at for what else is asked."""
    has_phrase = any(len(form.tokens) > 1 for term in query.terms for form in term.forms)
    if not (has_phrase or query.excluded or query.states or query.scores or query.days):
        return False
    return index.has_more_than_examined(query)


def _find_nearly(index: Index, query: Query, zone: tzinfo) -> Found:
    """The posts that have the rarest of the words; the more of the others, the better."""
    counts = index.count_documents(query.terms, CANDIDATES_MAX_COUNT)
    rarest = _rarest(query.terms, counts, CANDIDATES_MAX_COUNT)
    if not rarest:
        return Found([], has_all_words=False)
    candidates = index.find_candidates(query, zone, CANDIDATES_MAX_COUNT, any_of=rarest)
    ranked = rank(query, candidates, counts)[:NEARLY_MAX_COUNT]
    return Found([each.post_id for each in ranked], has_all_words=False)


def _rarest(terms: Sequence[Term], counts: Sequence[int], limit: int) -> list[Term]:
    """The rarest of some terms: those that about ``limit`` posts have together."""
    rarest = []
    total = 0
    for count, term in sorted(zip(counts, terms, strict=True), key=lambda pair: pair[0]):
        if count and (not rarest or total + count <= limit):
            rarest.append(term)
            total += count
    return rarest


def find_similar_questions(
    session: Session, title: str, *, limit: int, without_id: int | None = None
) -> list[int]:
    """The ids of the questions whose titles say most of what this one says, best first.

    Nothing but titles is read, so some of the questions may be deleted.

    :param limit: how many at most.
    :param without_id: one that is not meant, such as the question with this title.
    """
    query = parse_title(title)
    if not query.terms:
        return []
    index = _open_index(session)
    counts = index.count_documents(query.terms, CANDIDATES_MAX_COUNT, in_title=True)
    rarest = _rarest(query.terms, counts, SIMILAR_CANDIDATES_MAX_COUNT)
    if not rarest:
        return []
    ranked = rank(query, index.find_titles(rarest, SIMILAR_CANDIDATES_MAX_COUNT), counts)
    return [
        each.post_id
        for each in ranked
        if each.coverage >= SIMILAR_MIN_COVERAGE and each.post_id != without_id
    ][:limit]
