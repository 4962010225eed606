"""Letters that look alike."""

from __future__ import annotations

import pytest

from qaboard.i18n.confusables import looks_ascii, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "раураl"),
        ("Nina", "ΝΙΝΑ"),
        ("modern", "modem"),
        ("lill", "1i1l"),
        ("café", "cafe"),
        ("ａｂ", "ab"),
        ("O0o", "000"),
    ],
)
def test_texts_that_look_alike_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("민지", "민자"), ("Иван", "Ivan"), ("cat", "car"), ("漢字", "漢子")]
)
def test_texts_that_do_not_are_kept_apart(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("text", "expected"), [("apple", True), ("аррӏе", True), ("яблоко", False), ("사과", False)]
)
def test_a_text_looks_like_ascii_when_each_letter_does(text, expected):
    assert looks_ascii(text) is expected
