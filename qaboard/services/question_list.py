"""The list of questions: its orders, how many there are, and where a page of it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import Column, ColumnElement, Row, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from qaboard.models import ListSegment, Post, Question, User
from qaboard.models.base import Identifier

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSET_MAX = 2**62
"""No list is as long, and SQLite takes no numbers of more than 63 bits."""


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
    conditions = [Question.is_listed()]
    if sort is QuestionSort.UNANSWERED:
        # A bound 0 would not be seen to imply the condition of the index.
        conditions.append(Question.has_no_answers())
    return conditions


def find_position(session: Session, sort: QuestionSort, offset: int) -> ListPosition:
    """Where a row is, by the counts of the segments: nothing is walked but one segment.

    :param offset: how many rows come before it. Beyond the end, only the total means something.
    """
    total, above, key, post_id = session.execute(
        _POSITION, {"list": sort.value, "offset": min(offset, OFFSET_MAX)}
    ).one()
    below = None if key is None else (key_value(sort, key), post_id)
    return ListPosition(int(total), below, offset - int(above))


def key_value(sort: QuestionSort, key: int) -> datetime | int:
    """What a key of a segment stands for in the column that the list is ordered by."""
    return key if sort is QuestionSort.VOTES else EPOCH + timedelta(microseconds=key)


def read_page(session: Session, sort: QuestionSort, position: ListPosition, size: int) -> list[Row]:
    """What a page shows of its questions, in order.

    :param position: where its first row is.
    :param size: how many rows at most.
    """
    statement = _page_statement(sort, position.below is not None, position.skipped > 0)
    values = {"size": size, "skipped": position.skipped}
    if position.below is not None:
        values["below_key"], values["below_id"] = position.below
    return session.execute(statement, values).all()


# The statements are made once, and on tables: making one for each page, and objects of the rows
# with all their columns, takes several times as long as the database needs. A mapped class would
# also ask for the kind of a post, which the partial indexes do not hold.
def _position_statement() -> Select:
    segments = ListSegment.__table__.c
    order = (segments.key.desc(), segments.post_id.desc())
    counted = (
        select(
            func.sum(segments.post_count).over().label("total"),
            (func.sum(segments.post_count).over(order_by=order) - segments.post_count).label(
                "above"
            ),
            func.lag(segments.key).over(order_by=order).label("key"),
            func.lag(segments.post_id).over(order_by=order).label("post_id"),
        )
        .where(segments.list == bindparam("list"))
        .subquery()
    )
    return (
        select(counted)
        .where(counted.c.above <= bindparam("offset", type_=Identifier))
        .order_by(counted.c.above.desc())
        .limit(1)
    )


_POSITION = _position_statement()


@cache
def _page_statement(sort: QuestionSort, has_below: bool, has_skipped: bool) -> Select:
    key = KEYS[sort]
    place = tuple_(key, _POSTS.id)
    conditions = conditions_of(sort)
    if has_below:
        below = (bindparam("below_key", type_=key.type), bindparam("below_id", type_=Identifier))
        conditions.append(place < tuple_(*below))
    order = (key.desc(), _POSTS.id.desc())
    if has_skipped:
        # The first row is looked for in the index alone; OFFSET makes whole rows, to skip them.
        first = select(key, _POSTS.id).where(*conditions).order_by(*order)
        first = first.limit(1).offset(bindparam("skipped"))
        conditions.append(place <= first.scalar_subquery())
    return (
        select(
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
        .join(User.__table__, _USERS.id == _POSTS.author_id)
        .where(*conditions)
        .order_by(*order)
        .limit(bindparam("size"))
    )
