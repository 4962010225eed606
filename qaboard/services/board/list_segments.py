"""The segments of the lists of questions: dividing, joining and counting them again.

A page far from the head of a list is found by adding up the counts of the segments above it and
walking through the rest of one. So no segment may become long; the triggers only count.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from sqlalchemy import Engine, delete, func, insert, select, text, tuple_, update
from sqlalchemy.orm import Session

from qaboard.database.transaction import make_session
from qaboard.models import ListSegment, Post
from qaboard.services.board.question_list import (
    EPOCH,
    KEYS,
    QuestionSort,
    conditions_of,
    key_value,
)

log = logging.getLogger(__name__)

SEGMENT_MAX_POSTS = 4000
"""A longer one is divided in two."""

SEGMENT_MIN_POSTS = 1000
"""Two neighbours that have no more together become one."""

_ID = Post.__table__.c.id

FIRST_KEY = -(2**62)
"""The key of the first segment of a list, lower than any."""

Segment = tuple[int, int, int]
"""Its key, the id of the post it begins with, and how many questions are in it."""


def even_out(engine: Engine) -> None:
    """Divide the segments that are too long and join those that are too short, one at a time."""
    for sort in QuestionSort:
        while _even_out_one(engine, sort):
            pass


def _even_out_one(engine: Engine, sort: QuestionSort) -> bool:
    """Treat one segment, in a transaction of its own; whether there was one."""
    # Looking takes no lock: mostly there is nothing to do.
    with make_session(engine, writes=False) as session:
        if _uneven(_segments(session, sort)) is None:
            return False
    with make_session(engine, writes=True) as session, session.begin():
        _keep_writers_out(session)
        segments = _segments(session, sort)
        index = _uneven(segments)
        if index is None:
            return False
        if segments[index][2] > SEGMENT_MAX_POSTS:
            return _divide(session, sort, segments, index)
        _join(session, sort, segments[index], segments[index + 1])
    return True


def count_again(session: Session) -> int:
    """Make the segments of all lists agree with the questions; the caller's transaction writes.

    :return: how many lists were wrong.
    """
    _keep_writers_out(session)
    wrong = {sort for sort, _segment in find_wrong_segments(session)}
    for sort in wrong:
        session.execute(delete(ListSegment).where(ListSegment.list == sort.value))
        total = session.scalar(
            select(func.count()).select_from(Post.__table__).where(*conditions_of(sort))
        )
        _add(session, sort, (FIRST_KEY, 0, total))
    return len(wrong)


def find_wrong_segments(session: Session) -> Iterator[tuple[QuestionSort, Segment | None]]:
    """The segments that do not have as many questions as they say; ``None`` for a list that does
    not begin with its first one."""
    for sort in QuestionSort:
        segments = _segments(session, sort)
        if not segments or segments[0][:2] != (FIRST_KEY, 0):
            yield sort, None
        for index, segment in enumerate(segments):
            conditions = _conditions_within(sort, segments, index)
            total = session.scalar(
                select(func.count()).select_from(Post.__table__).where(*conditions)
            )
            if total != segment[2]:
                yield sort, segment


def _segments(session: Session, sort: QuestionSort) -> list[Segment]:
    rows = session.execute(
        select(ListSegment.key, ListSegment.post_id, ListSegment.post_count)
        .where(ListSegment.list == sort.value)
        .order_by(ListSegment.key, ListSegment.post_id)
    )
    return [tuple(row) for row in rows]


def _uneven(segments: list[Segment]) -> int | None:
    """The index of a segment that is to be divided, or joined with the next one."""
    for index, (_key, _post_id, count) in enumerate(segments):
        if count > SEGMENT_MAX_POSTS:
            return index
        if index + 1 < len(segments) and count + segments[index + 1][2] <= SEGMENT_MIN_POSTS:
            return index
    return None


def _keep_writers_out(session: Session) -> None:
    """Have nobody count while segments change; on SQLite there is one writer anyway.

    Readers go on. Who waits for this lock sees the new segments afterwards (migration 0004).
    """
    if session.get_bind().dialect.name == "postgresql":
        # Behind a long transaction, it is better to let the others pass and to try again later.
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
        session.execute(text("LOCK TABLE list_segments IN EXCLUSIVE MODE"))


def _conditions_within(sort: QuestionSort, segments: list[Segment], index: int) -> list:
    """The condition for the questions of one segment."""
    place = tuple_(KEYS[sort], _ID)
    conditions = conditions_of(sort)
    if index > 0:
        key, post_id, _count = segments[index]
        conditions.append(place >= (key_value(sort, key), post_id))
    if index + 1 < len(segments):
        key, post_id, _count = segments[index + 1]
        conditions.append(place < (key_value(sort, key), post_id))
    return conditions


def _divide(session: Session, sort: QuestionSort, segments: list[Segment], index: int) -> bool:
    """Have the upper half be a segment of its own; whether there were as many as it says."""
    count = segments[index][2]
    lower_half = count // 2
    middle = session.execute(
        select(KEYS[sort], _ID)
        .where(*_conditions_within(sort, segments, index))
        .order_by(KEYS[sort], _ID)
        .limit(1)
        .offset(lower_half)
    ).one_or_none()
    if middle is None:
        log.warning("the list %s has wrong counts; run: qaboard doctor --repair", sort)
        return False
    _set_count(session, sort, segments[index], lower_half)
    _add(session, sort, (_key_of(middle[0]), middle[1], count - lower_half))
    return True


def _join(session: Session, sort: QuestionSort, lower: Segment, upper: Segment) -> None:
    key, post_id, count = upper
    session.execute(
        delete(ListSegment).where(
            ListSegment.list == sort.value, ListSegment.key == key, ListSegment.post_id == post_id
        )
    )
    _set_count(session, sort, lower, lower[2] + count)


def _key_of(value) -> int:
    """The key of a segment for what stands in the column that the list is ordered by."""
    if isinstance(value, int):
        return value
    since = value - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _set_count(session: Session, sort: QuestionSort, segment: Segment, count: int) -> None:
    session.execute(
        update(ListSegment)
        .where(
            ListSegment.list == sort.value,
            ListSegment.key == segment[0],
            ListSegment.post_id == segment[1],
        )
        .values(post_count=count)
    )


def _add(session: Session, sort: QuestionSort, segment: Segment) -> None:
    key, post_id, count = segment
    session.execute(
        insert(ListSegment).values(list=sort.value, key=key, post_id=post_id, post_count=count)
    )
