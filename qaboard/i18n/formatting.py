"""Times and numbers in the words of a language.

A page shows dozens of them, and Babel takes longer for one than the database for a row. What was
put into words is therefore remembered, by what the words depend on and nothing else.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from babel.dates import TIMEDELTA_UNITS, format_date, format_time, format_timedelta
from babel.numbers import format_decimal

# Babel's own Korean styles say "PM 3시", and all of them show seconds or no weekday.
DATE_PATTERNS = {"ko": "y년 M월 d일 EEEE", "en": "EEEE, MMMM d, y"}
TIME_PATTERNS = {"ko": "aaaa h시 m분", "en": "h:mm a"}
FULL_TIME_FORMS = {"ko": "{date} {time} ({zone})", "en": "{date} at {time} ({zone})"}

NEXT_UNIT_THRESHOLD = 0.85
"""From how much of a unit on a duration is told in it, Babel's usual: "1 day" is 20.4 hours."""

_UNIT_SECONDS = dict(TIMEDELTA_UNITS)


def in_full(moment: datetime, zone: tzinfo, locale: str) -> str:
    """The date and time of a moment, and how far its zone is from UTC: on the night on which the
    clocks are set back, 1:30 comes twice.

    :param moment: aware.
    :param zone: where it is told.
    """
    local = moment.astimezone(zone)
    return FULL_TIME_FORMS[locale].format(
        date=_date(local.date(), locale),
        time=_time(local.hour, local.minute, locale),
        zone=_offset(local.utcoffset()),
    )


@lru_cache(maxsize=4096)
def _date(day: date, locale: str) -> str:
    return format_date(day, DATE_PATTERNS[locale], locale=locale)


@lru_cache(maxsize=128)
def _offset(offset: timedelta) -> str:
    """A distance from UTC: "UTC", "UTC+9", "UTC−3:30"."""
    minutes = offset // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


@lru_cache(maxsize=2 * 24 * 60)
def _time(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), TIME_PATTERNS[locale], locale=locale)


def time_ago(elapsed: timedelta, locale: str) -> str:
    """How long ago something was, in one unit.

    :param elapsed: the time since then; less than a second counts as one.
    """
    # Whole seconds, the next ones, as Babel counts those of a time that is negative.
    seconds = max(1, -(-elapsed // timedelta(seconds=1)))
    unit, unit_seconds = next(
        each for each in TIMEDELTA_UNITS if seconds / each[1] >= NEXT_UNIT_THRESHOLD
    )
    return _units_ago(unit, max(1, round(seconds / unit_seconds)), locale)


@lru_cache(maxsize=1024)
def _units_ago(unit: str, count: int, locale: str) -> str:
    return format_timedelta(
        timedelta(seconds=-count * _UNIT_SECONDS[unit]),
        granularity=unit,
        # In this unit, whatever the next one is.
        threshold=math.inf,
        add_direction=True,
        locale=locale,
    )


@lru_cache(maxsize=4096)
def number(value: int, locale: str) -> str:
    """A number with the separators of a language, and a minus sign where it is negative."""
    # Babel's is the hyphen of CLDR, which is shorter than the digits are wide.
    return format_decimal(value, locale=locale).replace("-", "\N{MINUS SIGN}")
