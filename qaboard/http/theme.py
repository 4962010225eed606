"""Light or dark: what a reader has chosen for this browser; without a choice the system decides."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.request import Request

from qaboard.settings import Settings

THEME_COOKIE = "theme"

SYSTEM = "system"
CHOSEN_THEMES = ("light", "dark")
"""What a page says of itself; without one of them style sheets ask the system."""

THEMES = (SYSTEM, *CHOSEN_THEMES)


def chosen_theme(cookies: Mapping[str, str], settings: Settings) -> str:
    """The theme that the cookies of a request choose, ``system`` if they choose none."""
    if cookies:
        chosen = cookies.get(settings.cookie_name(THEME_COOKIE))
        if chosen in CHOSEN_THEMES:
            return chosen
    return SYSTEM


def theme(request: Request) -> str:
    """The theme of a page."""
    return chosen_theme(request.cookies, request.registry["settings"])


def includeme(config) -> None:
    config.add_request_method(theme, reify=True)
