"""Times and numbers in words, remembered or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_timedelta
from hypothesis import given
from hypothesis import strategies as st

from qaboard.i18n.formatting import in_full, number, time_ago

MOMENT = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
LOCALES = st.sampled_from(["ko", "en"])


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        ("Asia/Seoul", "ko", "2026년 3월 2일 월요일 오전 12시 30분 (UTC+9)"),
        ("Asia/Seoul", "en", "Monday, March 2, 2026 at 12:30 AM (UTC+9)"),
        ("UTC", "ko", "2026년 3월 1일 일요일 오후 3시 30분 (UTC)"),
        ("UTC", "en", "Sunday, March 1, 2026 at 3:30 PM (UTC)"),
        ("America/St_Johns", "en", "Sunday, March 1, 2026 at 12:00 PM (UTC−3:30)"),
        ("Asia/Kathmandu", "ko", "2026년 3월 1일 일요일 오후 9시 15분 (UTC+5:45)"),
    ],
)
def test_a_moment_in_each_zone_and_language(zone, locale, words):
    assert in_full(MOMENT, ZoneInfo(zone), locale) == words


def test_the_hour_that_comes_twice_is_told_apart():
    zone = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    told = [in_full(first + timedelta(hours=hours), zone, "en") for hours in range(2)]
    assert told == [f"Sunday, November 1, 2026 at 1:30 AM (UTC−{hours})" for hours in (4, 5)]


@given(st.integers(0, 10 * 365 * 24 * 3600), LOCALES)
def test_how_long_ago_is_told_as_babel_tells_it(seconds, locale):
    elapsed = timedelta(seconds=seconds, milliseconds=1)
    told = format_timedelta(-elapsed, add_direction=True, locale=locale)
    assert time_ago(elapsed, locale) == told


def test_time_goes_by_for_what_was_told_before():
    told = [time_ago(timedelta(seconds=59 * 60 + seconds), "en") for seconds in (0, 90, 31 * 60)]
    assert told == ["1 hour ago", "1 hour ago", "2 hours ago"]
    told = [time_ago(timedelta(seconds=seconds), "ko") for seconds in (-5, 0, 1, 50, 51, 150)]
    assert told == ["1초 전", "1초 전", "1초 전", "50초 전", "1분 전", "2분 전"]


@given(st.integers(-(10**9), 10**9), LOCALES)
def test_numbers(value, locale):
    assert number(value, locale) == f"{value:,}".replace("-", "−")
