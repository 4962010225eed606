"""Backslash escapes and character references."""

from __future__ import annotations

import pytest

from qaboard.markup.escapes import entity_text, unescape, visible_entity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a\*b", "a*b"),
        (r"a\b", r"a\b"),
        (r"\\", "\\"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("&amp;&lt;&#65;&#x42;", "&<AB"),
        ("&nosuchname;", "&nosuchname;"),
        (r"\&amp;", "&amp;"),
        ("plain", "plain"),
    ],
)
def test_escapes_and_references_of_an_address_are_decoded_once(text, expected):
    assert unescape(text) == expected


@pytest.mark.parametrize(("reference", "character"), [("&#0;", "\ufffd"), ("&eacute;", "é")])
def test_a_reference_stands_for_a_character(reference, character):
    assert entity_text(reference) == character


@pytest.mark.parametrize("reference", ["&#10;", "&#xD;", "&NewLine;"])
def test_a_reference_to_a_line_end_shows_as_a_space(reference):
    assert visible_entity(reference) == " "
