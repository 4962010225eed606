"""The list of questions: its orders, how many there are, and where a page of it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from qaboard.models import ListSegment, Question

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSET_MAX = 2**62
"""No list is as long, and SQLite takes no numbers of more than 63 bits."""


class QuestionSort(StrEnum):
    """The orders of the list of questions; the first one is the usual one."""

    NEWEST = "newest"
    ACTIVE = "active"
    VOTES = "votes"
    UNANSWERED = "unanswered"


KEYS: dict[QuestionSort, InstrumentedAttribute] = {
    QuestionSort.NEWEST: Question.created_at,
    QuestionSort.ACTIVE: Question.last_activity_at,
    QuestionSort.VOTES: Question.score,
    QuestionSort.UNANSWERED: Question.created_at,
}
"""What each list is ordered by, the highest first; of equal ones the youngest id."""

Place = tuple[datetime | int, int]
"""Where something stands in a list: its key, and its id."""


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where some row of a list is.

    ``total`` is the length of the list. The row comes ``skipped`` rows after the place ``below``,
    or after the head of the list.
    """

    total: int
    below: Place | None
    skipped: int


def conditions_of(sort: QuestionSort) -> list:
    """What a question must be like to be in a list, in the words of the partial index."""
    conditions = [Question.is_listed()]
    if sort is QuestionSort.UNANSWERED:
        # A bound 0 would not be seen to imply the condition of the index.
        conditions.append(Question.has_no_answers())
    return conditions


def find_position(session: Session, sort: QuestionSort, offset: int) -> ListPosition:
    """Where a row is, by the counts of the segments: nothing is walked but one segment.

    :param offset: how many rows come before it. Beyond the end, only the total means something.
    """
    order = (ListSegment.key.desc(), ListSegment.post_id.desc())
    counted = (
        select(
            func.sum(ListSegment.post_count).over().label("total"),
            (func.sum(ListSegment.post_count).over(order_by=order) - ListSegment.post_count).label(
                "above"
            ),
            func.lag(ListSegment.key).over(order_by=order).label("key"),
            func.lag(ListSegment.post_id).over(order_by=order).label("post_id"),
        )
        .where(ListSegment.list == sort.value)
        .subquery()
    )
    total, above, key, post_id = session.execute(
        select(counted)
        .where(counted.c.above <= min(offset, OFFSET_MAX))
        .order_by(counted.c.above.desc())
        .limit(1)
    ).one()
    below = None if key is None else (key_value(sort, key), post_id)
    return ListPosition(int(total), below, offset - int(above))


def key_value(sort: QuestionSort, key: int) -> datetime | int:
    """What a key of a segment stands for in the column that the list is ordered by."""
    return key if sort is QuestionSort.VOTES else EPOCH + timedelta(microseconds=key)


def select_page(sort: QuestionSort, position: ListPosition, size: int) -> Select:
    """The questions of a page, in order.

    :param position: where its first row is.
    :param size: how many rows at most.
    """
    place = tuple_(KEYS[sort], Question.id)
    order = (KEYS[sort].desc(), Question.id.desc())
    statement = select(Question).where(*conditions_of(sort)).order_by(*order).limit(size)
    if position.below is not None:
        statement = statement.where(place < position.below)
    if not position.skipped:
        return statement
    # The first row is looked for in the index alone; OFFSET would make whole rows, to skip them.
    first = (
        select(KEYS[sort], Question.id)
        .where(*conditions_of(sort))
        .order_by(*order)
        .limit(1)
        .offset(position.skipped)
    )
    if position.below is not None:
        first = first.where(place < position.below)
    return statement.where(place <= first.scalar_subquery())
