"""The form to choose a theme."""

from __future__ import annotations

import pytest

from qaboard.schemas.site.theme import ThemeSchema


@pytest.mark.parametrize(
    ("theme", "errors"), [("light", set()), ("dark", set()), ("system", set()), ("pink", {"theme"})]
)
def test_a_theme_is_light_dark_or_that_of_the_system(errors_of, theme, errors):
    assert errors_of(ThemeSchema(), theme=theme) == errors
