"""Phrases among the tokens of a post."""

from __future__ import annotations

import pytest

from qaboard.search.analysis import tokenize
from qaboard.search.candidates import pack
from qaboard.search.phrases import author_phrase, packed_phrase
from qaboard.search.query import parse_query


@pytest.mark.parametrize(
    ("searched", "text", "is_in"),
    [
        ("질문", "게시판질문을", True),
        ("질", "게시판질문을", True),
        ('"hand drip"', "a hand drip", True),
        ('"hand drip"', "drip hand", False),
        ("hand", "handy", False),
    ],
)
def test_a_phrase_is_found_in_what_a_field_holds(searched, text, is_in):
    (term,) = parse_query(searched).terms
    assert (packed_phrase(term.exact) in pack(tokenize(text))) is is_in


def test_an_author_is_looked_for_by_the_tokens_of_the_name():
    assert author_phrase(parse_query("user:kim_dev")).tokens == ("kim", "dev")
    assert author_phrase(parse_query("kim")) is None
