"""Normal forms of names and searched words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.i18n.normalization import fold, narrow


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ＭＩＮＪＩ", "minji"), ("Straße", "strasse"), ("ﬁ", "fi"), ("ΑΣ", "ας".casefold())],
)
def test_spellings_of_one_name_are_folded_into_one(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=20))
def test_what_is_folded_stays(text):
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFKC", fold(text))


@pytest.mark.parametrize(
    ("text", "narrowed"), [("ａ＠ｂ", "a@b"), ("ﬁ", "ﬁ"), ("ｶﾞ", "ガ"), ("Ⅷ²", "Ⅷ²")]
)
def test_only_the_width_of_letters_is_narrowed(text, narrowed):
    assert narrow(text) == narrowed
