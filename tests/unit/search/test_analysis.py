from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.search.analysis import TOKEN_MAX_CHARACTERS, find_runs, tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("질문을", ["질문", "문을", "을"]),
        ("책", ["책"]),
        ("Hello, World!", ["hello", "world"]),
        ("파이썬list", ["파이", "이썬", "썬", "list"]),
        ("ＡＢＣ ｶﾒﾗ", ["abc", "カメ", "メラ", "ラ"]),
        ("Straße", ["strass"]),
        ("foo_bar os.path", ["foo", "bar", "os", "path"]),
        ("C++17, C# and c", ["cplusplus", "17", "csharp", "and", "c"]),
        ("ASP.NET is no .NET", ["asp", "net", "is", "no", "dotnet", "net"]),
        ("Ｃ＋＋", ["cplusplus"]),
        ("queries query Query's", ["queri", "queri", "queri", "s"]),
        ("running runs ran", ["run", "run", "ran"]),
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


def test_runs_know_where_they_stand():
    assert [(run.text, run.start, run.end) for run in find_runs("Ａ 질문!")] == [
        ("a", 0, 1),
        ("질문", 2, 4),
    ]
