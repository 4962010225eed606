"""Words without their particles and endings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.search.korean import STEM_MIN_SYLLABLES, stem_of


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("강아지를", "강아지"),
        ("강아지에게는", "강아지"),
        ("고양이의", "고양이"),
        ("국물이", "국물"),
        ("집주인에게", "집주인"),
        ("방법으로", "방법"),
        ("서울로", "서울"),
        ("파이썬에서", "파이썬"),
        ("설치하는", "설치"),
        ("삭제된", "삭제"),
        ("외우는데", "외우"),
        ("돌려받으려면", "돌려받"),
        ("책을", "책"),
        # The particle does not fit what is before it, so it is none.
        ("가을", "가을"),
        ("마을", "마을"),
        # Too little would be left.
        ("책이", "책이"),
        ("감기", "감기"),
        ("질문", "질문"),
        ("가", "가"),
        ("漢字を", "漢字を"),
    ],
)
def test_stems(word, stem):
    assert stem_of(word) == stem


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=12))
def test_a_stem_begins_its_word(word):
    stem = stem_of(word)
    assert word.startswith(stem)
    assert len(stem) >= min(len(word), STEM_MIN_SYLLABLES) or word[-1] in "을를"
