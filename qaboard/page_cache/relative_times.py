"""Compute when a relative time ("3 minutes ago") changes its text."""

from __future__ import annotations

import math
from datetime import datetime

from babel.dates import TIMEDELTA_UNITS

MAX_AGE_SECONDS = 5 * 60
"""The longest time for which a page is kept, for what is in no database: a static file that was
replaced has another address."""

# From this share of a unit on, Babel tells a time in it: 51 seconds are a minute.
_THRESHOLD = 0.85


def next_change(moment: datetime, now: float) -> float:
    """When a relative time becomes another text than it is now.

    It may be said too early, by a second.

    :param moment: what is told relative to now, as the filter ``relative_time`` does.
    :param now: seconds since the epoch, as the result.
    """
    begin = moment.timestamp()
    # Babel counts whole seconds, rounded up, since it is given a negative time.
    seconds = max(math.ceil(now - begin), 1)
    larger = math.inf
    for _unit, size in TIMEDELTA_UNITS:
        if seconds / size >= _THRESHOLD or size == 1:
            count = max(round(seconds / size), 1)
            change = min((count + 0.5) * size, _THRESHOLD * larger)
            return begin + math.ceil(change) - 1
        larger = size
    raise AssertionError("the last unit is the second")
