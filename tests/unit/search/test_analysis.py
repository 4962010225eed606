from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.search.analysis import TOKEN_MAX_CHARACTERS, find_runs, tokenize
from qaboard.search.query import cut_snippet, find_hits, parse_query, split_at_hits


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("질문을", ["질문", "문을", "을"]),
        ("책", ["책"]),
        ("Hello, World!", ["hello", "world"]),
        ("파이썬list", ["파이", "이썬", "썬", "list"]),
        ("ＡＢＣ ｶﾒﾗ", ["abc", "カメ", "メラ", "ラ"]),
        ("Straße", ["strasse"]),
        ("foo_bar os.path", ["foo", "bar", "os", "path"]),
        (unicodedata.normalize("NFD", "질문"), ["질문", "문"]),
        ("हिन्दी", ["हिन्दी"]),
        ("\x00…—!?", []),
        ("x" * 100, ["x" * TOKEN_MAX_CHARACTERS]),
    ],
)
def test_tokens(text, tokens):
    assert tokenize(text) == tokens


@given(st.text())
def test_tokens_need_no_escaping(text):
    for token in tokenize(text):
        assert 0 < len(token) <= TOKEN_MAX_CHARACTERS
        assert not set(token) & set(" \"'\\*:()&|!<>\x00\t\n")


@given(st.text(max_size=100))
def test_a_text_is_a_search_for_itself(text):
    """What is in a title can be pasted into the search box."""
    query = parse_query(text)
    indexed = tokenize(text)
    for term in query.terms:
        tokens = list(term.tokens)
        starts = [
            index
            for index in range(len(indexed) - len(tokens) + 1)
            if indexed[index : index + len(tokens) - 1] == tokens[:-1]
            and (
                indexed[index + len(tokens) - 1].startswith(tokens[-1])
                if term.is_prefix
                else indexed[index + len(tokens) - 1] == tokens[-1]
            )
        ]
        assert starts, (term, indexed)


@given(st.text(), st.text(max_size=10))
def test_hits_are_in_order_and_inside(text, searched):
    hits = find_hits(text, parse_query(searched))
    position = 0
    for start, end in hits:
        assert position <= start < end <= len(text)
        position = end
    pieces = split_at_hits(text, parse_query(searched))
    assert "".join(piece for piece, _ in pieces) == text


def test_runs_know_where_they_stand():
    assert [(run.text, run.start, run.end) for run in find_runs("Ａ 질문!")] == [
        ("a", 0, 1),
        ("질문", 2, 4),
    ]


def test_a_snippet_shows_the_first_hit():
    text = "앞말 " * 100 + "찾는 커피 이야기 " + "뒷말 " * 100
    snippet = cut_snippet(text, parse_query("커피"))
    assert "찾는 커피 이야기" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) < 210
    assert cut_snippet("short", parse_query("nothing")) == "short"
