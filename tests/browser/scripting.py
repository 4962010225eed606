"""The width of a phone, the ways to use a browser, and marks for what makes sense in some only."""

from __future__ import annotations

import pytest

PHONE_WIDTH = 360

WITH, WITHOUT, BY_KEYBOARD = "with JavaScript", "without JavaScript", "by keyboard alone"
WAYS = (WITH, WITHOUT, BY_KEYBOARD)


def ways(*names: str) -> pytest.MarkDecorator:
    """Run a test in these ways only."""
    return pytest.mark.parametrize("way", names, ids=names)


# Without "by keyboard": these look at pages, or at single keys, and are not journeys.
only_with_javascript = ways(WITH)
with_and_without_javascript = ways(WITH, WITHOUT)

with_javascript_and_by_keyboard = ways(WITH, BY_KEYBOARD)
only_without_javascript = ways(WITHOUT)
