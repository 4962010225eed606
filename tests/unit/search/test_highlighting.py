"""Where a search stands in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.search.highlighting import cut_snippet, find_hits, split_at_hits
from qaboard.search.query import parse_query


@given(st.text(), st.text(max_size=10))
def test_hits_are_in_order_and_inside(text, searched):
    hits = find_hits(text, parse_query(searched))
    position = 0
    for start, end in hits:
        assert position <= start < end <= len(text)
        position = end
    pieces = split_at_hits(text, parse_query(searched))
    assert "".join(piece for piece, _ in pieces) == text


def test_a_snippet_shows_the_first_hit():
    text = "앞말 " * 100 + "찾는 커피 이야기 " + "뒷말 " * 100
    snippet = cut_snippet(text, parse_query("커피"))
    assert "찾는 커피 이야기" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) < 210
    assert cut_snippet("short", parse_query("nothing")) == "short"


@pytest.mark.parametrize(
    ("searched", "text", "marked"),
    [
        ("강아지를", "강아지가 강아지", ["강아지", "강아지"]),
        ("게시판질문", "게시판 질문과 게시판질문", ["게시판", "질문", "게시판질문"]),
        ("query", "Queries of a query", ["Queries", "query"]),
        ("c++", "C++ and C", ["C++"]),
        (".net", "net and .NET", [".NET"]),
        ("net", "net and .NET", ["net", ".NET"]),
        ("-커피 물", "커피 물", ["물"]),
        ("user:kim 물", "kim 물", ["물"]),
    ],
)
def test_what_is_marked(searched, text, marked):
    pieces = split_at_hits(text, parse_query(searched))
    assert [piece for piece, is_hit in pieces if is_hit] == marked
