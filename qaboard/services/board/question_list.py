"""The list of questions: its orders, how many there are, and where a page of it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from qaboard.models import ListSegment, Post, User
from qaboard.models.base import Identifier

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class QuestionSort(StrEnum):
    """The orders of the list of questions; the first one is the usual one."""

    NEWEST = "newest"
    ACTIVE = "active"
    VOTES = "votes"
    UNANSWERED = "unanswered"


_POSTS = Post.__table__.c
_USERS = User.__table__.c

KEYS: dict[QuestionSort, Column] = {
    QuestionSort.NEWEST: _POSTS.created_at,
    QuestionSort.ACTIVE: _POSTS.last_activity_at,
    QuestionSort.VOTES: _POSTS.score,
    QuestionSort.UNANSWERED: _POSTS.created_at,
}
"""What each list is ordered by, the highest first; of equal ones the youngest id."""


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where some row of a list is.

    ``total`` is the length of the list. The row comes ``skipped`` rows after the place ``below``,
    a key and an id, or after the head of the list.
    """

    total: int
    below: tuple[datetime | int, int] | None
    skipped: int


def conditions_of(sort: QuestionSort) -> list[ColumnElement[bool]]:
    """What a post must be like to be in a list, in the words of the partial index."""
    conditions = [_POSTS.question_id.is_(None), _POSTS.deleted_at.is_(None)]
    if sort is QuestionSort.UNANSWERED:
        # A bound 0 would not be seen to imply the condition of the index.
        conditions.append(_POSTS.answer_count == literal_column("0"))
    return conditions


def find_position(session: Session, sort: QuestionSort, offset: int) -> ListPosition:
    """Where a row is, by the counts of the segments: nothing is walked but one segment.

    :param offset: how many rows come before it. Beyond the end, only the total means something.
    """
    if offset == 0:
        # Only the total is asked for, and most often.
        return ListPosition(session.scalar(_TOTAL, {"list": sort.value}), None, 0)
    # The database would take longer to say where the row is than to hand all of them over.
    segments = session.execute(_SEGMENTS, {"list": sort.value}).all()
    total = sum(post_count for _key, _post_id, post_count in segments)
    above = 0
    below = None
    for key, post_id, post_count in segments:
        if above + post_count > offset:
            break
        above += post_count
        below = (key, post_id)
    if below is None or offset >= total:
        return ListPosition(total, None, offset)
    return ListPosition(total, (key_value(sort, below[0]), below[1]), offset - above)


def key_value(sort: QuestionSort, key: int) -> datetime | int:
    """What a key of a segment stands for in the column that the list is ordered by."""
    return key if sort is QuestionSort.VOTES else EPOCH + timedelta(microseconds=key)


def read_page(session: Session, sort: QuestionSort, position: ListPosition, size: int) -> list[Row]:
    """What a page shows of its questions, in order.

    :param position: where its first row is.
    :param size: how many rows at most.
    """
    statement = _page_statement(sort, position.below is not None)
    values = {"size": size, "skipped": position.skipped}
    if position.below is not None:
        values["below_key"], values["below_id"] = position.below
    rows = session.execute(statement, values).all()
    return sorted(rows, key=lambda row: (row.key, row.id), reverse=True)


# The statements are made once, and on tables: making one for each page, and objects of the rows
# with all their columns, takes several times as long as the database needs. A mapped class would
# also ask for the kind of a post, which the partial indexes do not hold.
_TOTAL = select(func.coalesce(func.sum(ListSegment.post_count), 0)).where(
    ListSegment.list == bindparam("list")
)
_SEGMENTS = (
    select(ListSegment.key, ListSegment.post_id, ListSegment.post_count)
    .where(ListSegment.list == bindparam("list"))
    .order_by(ListSegment.key.desc(), ListSegment.post_id.desc())
)


@cache
def _page_statement(sort: QuestionSort, has_below: bool) -> Select:
    key = KEYS[sort]
    skipped = bindparam("skipped", type_=Identifier)
    walk = (
        select(key.label("key"), _POSTS.id)
        .where(*conditions_of(sort))
        .order_by(key.desc(), _POSTS.id.desc())
        .limit(bindparam("size"))
    )
    if not has_below:
        page = walk.offset(skipped)
    else:
        # Those with the same key and those with a lower one, since SQLite uses an index for no
        # more than the first of two columns that are compared as one; in this order. Each skips
        # its own rows, which takes half the time of skipping them in both together. How many of
        # the same key there are is counted only where the page goes beyond them.
        key_bound = bindparam("below_key", type_=key.type)
        same = walk.where(key == key_bound, _POSTS.id < bindparam("below_id", type_=Identifier))
        same_count = select(func.count()).select_from(
            same.with_only_columns(_POSTS.id).limit(skipped).subquery()
        )
        parts = (
            same.offset(skipped),
            walk.where(key < key_bound).offset(skipped - same_count.scalar_subquery()),
        )
        page = union_all(*(select(part.subquery()) for part in parts)).limit(bindparam("size"))
    page = page.subquery()
    # What is skipped is skipped in the index alone, and not joined with anything.
    return (
        select(
            page.c.key,
            _POSTS.id,
            _POSTS.title,
            _POSTS.score,
            _POSTS.answer_count,
            _POSTS.created_at,
            _POSTS.last_activity_at,
            _POSTS.author_id,
            _USERS.username,
            _USERS.closed_at,
        )
        .select_from(page)
        .join(Post.__table__, _POSTS.id == page.c.id)
        .join(User.__table__, _USERS.id == _POSTS.author_id)
    )
