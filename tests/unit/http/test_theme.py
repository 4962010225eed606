"""The theme that a browser has chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qaboard.http.theme import chosen_theme


@pytest.mark.parametrize(
    ("cookies", "theme"),
    [
        ({}, "system"),
        ({"theme": "dark"}, "dark"),
        ({"theme": "light"}, "light"),
        ({"theme": "system"}, "system"),
        ({"theme": "pink"}, "system"),
        ({"__Host-theme": "dark"}, "system"),
    ],
)
def test_a_theme_is_chosen_by_cookie_and_otherwise_by_the_system(settings, cookies, theme):
    assert chosen_theme(cookies, settings) == theme


def test_over_https_the_cookie_has_a_prefix(settings):
    secure = replace(settings, secure_cookies=True)
    assert chosen_theme({"__Host-theme": "dark", "theme": "light"}, secure) == "dark"
