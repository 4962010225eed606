"""The width of a phone, and marks for what makes sense only with, or without, JavaScript."""

from __future__ import annotations

import pytest

PHONE_WIDTH = 360

WITH, WITHOUT = "with JavaScript", "without JavaScript"

only_with_javascript = pytest.mark.parametrize("javascript", [True], ids=[WITH])
only_without_javascript = pytest.mark.parametrize("javascript", [False], ids=[WITHOUT])
