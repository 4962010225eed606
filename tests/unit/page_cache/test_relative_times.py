"""Until when a page may say "3 minutes ago"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from qaboard.page_cache.relative_times import next_change
from qaboard.rendering import filters

NOW = datetime(2026, 3, 4, 5, 6, 7, 500_000, tzinfo=UTC)
REQUEST = SimpleNamespace(locale_name="en", environ={}, track_relative_time=lambda _moment: None)


def text_at(moment: datetime, seconds: float) -> str:
    """What the filter says at a time, in seconds since the epoch."""
    original = filters.utc_now
    filters.utc_now = lambda: datetime.fromtimestamp(seconds, UTC)
    try:
        return filters.relative_time({"request": REQUEST}, moment)
    finally:
        filters.utc_now = original


# Ages that are near the borders of all units among them, from the future to thirty years.
AGES = st.one_of(
    st.floats(-100, 4000),
    st.floats(0, 30 * 365 * 86400.0),
    st.builds(
        lambda size, count, seconds: size * count + seconds,
        st.sampled_from([60, 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400]),
        st.sampled_from([0.85, 1, 1.5, 2.5, 3.5, 9.5]),
        st.floats(-3, 3),
    ),
)


@given(AGES, st.floats(0, 1))
def test_the_text_stays_until_then(age, share):
    moment = NOW - timedelta(seconds=age)
    now = NOW.timestamp()
    change = next_change(moment, now)
    if change > now:
        # A microsecond is the least that a time has.
        later = min(now + share * (change - now), change - 2e-6)
        assert text_at(moment, max(later, now)) == text_at(moment, now)


@given(AGES)
def test_a_page_is_kept_for_about_as_long_as_it_is_right(age):
    """Never far too short: two seconds after the change is said to be, there is one."""
    moment = NOW - timedelta(seconds=max(age, 3))
    now = NOW.timestamp()
    change = next_change(moment, now)
    assert text_at(moment, max(change, now) + 2) != text_at(moment, now)
