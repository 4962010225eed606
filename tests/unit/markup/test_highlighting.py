"""The colours of highlighted code are readable in both themes, and each language has its name."""

import re

import pytest
from styles import THEMES, colour, contrast, rules, style_sheet, theme_colours

from qaboard.markup.highlighting import CLASSES, LANGUAGE_CLASSES

CSS = style_sheet("highlight.css")


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_has_enough_contrast(theme):
    values = theme_colours(theme)
    coloured = [
        (selector, properties)
        for selector, properties in rules(CSS)
        if selector.startswith(".highlight") and "color" in properties
    ]
    background = dict(coloured)[".highlight"]["background-color"]
    assert len(coloured) > 40
    for selector, properties in coloured:
        ground = colour(properties.get("background-color", background), values)
        ratio = contrast(colour(properties["color"], values), ground)
        assert ratio >= 4.5, (selector, ratio)


def test_only_known_classes_are_coloured():
    for selector, _ in rules(CSS):
        if selector.startswith(".highlight"):
            name = selector.rsplit(".", 1)[1]
            assert name == "highlight" or name in CLASSES, selector


def test_each_language_has_a_name():
    assert set(re.findall(r"\.(language-[a-z]+)::before", CSS)) == LANGUAGE_CLASSES
