"""Targets of links and link definitions."""

from __future__ import annotations

import pytest

from qaboard.markup.targets import normalised_label, read_definition, read_label, read_target


@pytest.mark.parametrize(
    ("text", "address", "title"),
    [
        ("(/a)", "/a", ""),
        ('( /a "b" )', "/a", "b"),
        ("(/a 'b')", "/a", "b"),
        ("(/a (b))", "/a", "b"),
        ("(</a b>)", "/a b", ""),
        ("(/a(b)c)", "/a(b)c", ""),
        (r"(/a\)b)", "/a)b", ""),
        ("(/a&amp;b)", "/a&b", ""),
        ("()", "", ""),
        ("(/a) (/b)", "/a", ""),
    ],
)
def test_a_target_has_an_address_and_perhaps_a_title(text, address, title):
    found = read_target(text, 0)
    assert (found.address, found.title) == (address, title)


@pytest.mark.parametrize("text", ["(", "(/a", "(/a b)", "(<a)", "(" * 30 + ")" * 30])
def test_what_is_no_target(text):
    assert read_target(text, 0) is None


@pytest.mark.parametrize(
    ("text", "label", "address", "title"),
    [
        ("[A  b]: /c", "a b", "/c", ""),
        ('[a]: /c "d"\nrest', "a", "/c", "d"),
        ("[a]:\n  /c\n  'd'", "a", "/c", "d"),
        ('[a]: /c\n"d" e', "a", "/c", ""),
    ],
)
def test_a_definition_names_a_target(text, label, address, title):
    found = read_definition(text, 0)
    assert (found.label, found.target.address, found.target.title) == (label, address, title)


@pytest.mark.parametrize("text", ["[a] /c", "[ ]: /c", "[a]:", "[a]: /c d", "[a[b]: /c"])
def test_what_is_no_definition(text):
    assert read_definition(text, 0) is None


def test_labels_are_compared_without_case_and_width_of_spaces():
    assert normalised_label(" Straße\n x ") == normalised_label("STRASSE x")
    assert read_label(r"[a\]b] c", 0) == (r"a\]b", 6)
    assert read_label("[" + "a" * 1000 + "]", 0) is None
