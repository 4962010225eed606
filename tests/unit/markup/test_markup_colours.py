"""The colours of highlighted code are readable."""

import re
from pathlib import Path

import pytest

from qaboard.markup.highlighting import CLASSES

CSS = (Path(__file__).parents[3] / "static/css/highlight.css").read_text(encoding="utf-8")
DARK = '[data-bs-theme="dark"] .highlight'
RULE = re.compile(r"([^{}/]+)\{([^{}]*)\}")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def rules() -> list[tuple[str, dict[str, str]]]:
    found = []
    for selectors, body in RULE.findall(re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)):
        properties = dict(
            (part.strip() for part in line.split(":", 1)) for line in body.split(";") if ":" in line
        )
        found += [(selector.strip(), properties) for selector in selectors.split(",")]
    return found


@pytest.mark.parametrize("scope", [".highlight", DARK])
def test_every_colour_has_enough_contrast(scope):
    mine = [(s, p) for s, p in rules() if s.startswith(scope)]
    background = next(p["background-color"] for s, p in mine if s == scope)
    colours = [(s, p) for s, p in mine if "color" in p]
    assert len(colours) > 40
    for selector, properties in colours:
        ratio = contrast(properties["color"], properties.get("background-color", background))
        assert ratio >= 4.5, (selector, ratio)


def test_only_highlighted_code_is_styled_and_only_with_known_classes():
    for selector, _ in rules():
        assert selector.startswith((".highlight", DARK))
        name = selector.rsplit(".", 1)[1]
        assert name == "highlight" or name in CLASSES, selector


def test_both_schemes_colour_the_same_classes():
    light = {s for s, p in rules() if s.startswith(".highlight") and "color" in p}
    dark = {s.removeprefix('[data-bs-theme="dark"] ') for s, p in rules() if s.startswith(DARK)}
    assert light == dark
