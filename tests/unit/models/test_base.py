"""Times: aware, in UTC, and recent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from qaboard.models import CLOCK_TOLERANCE, User, is_recent, utc_now, was_recent

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), True),
        (DAY - timedelta(minutes=1), True),
        (DAY + timedelta(minutes=1), False),
        (-CLOCK_TOLERANCE + timedelta(minutes=1), True),
        # Noted before the clock was set back.
        (-CLOCK_TOLERANCE - timedelta(minutes=1), False),
    ],
)
def test_what_is_recent_in_python_is_recent_in_the_database(people, session, ago, expected):
    moment = utc_now() - ago
    people.user(created_at=moment)
    assert is_recent(moment, DAY) is expected
    found = session.scalars(select(User.id).where(was_recent(User.created_at, utc_now(), DAY)))
    assert bool(found.all()) is expected


def test_a_time_of_any_zone_comes_back_as_the_same_moment_in_utc(people, session):
    moment = datetime(2026, 1, 1, 9, 30, 0, 123456, tzinfo=ZoneInfo("Asia/Seoul"))
    user = people.user(created_at=moment)
    stored = session.get_one(User, user.id).created_at
    assert (stored, stored.tzinfo) == (moment, UTC)


def test_a_time_without_a_zone_is_not_stored(people):
    with pytest.raises(StatementError, match="aware of its zone"):
        people.user(created_at=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
