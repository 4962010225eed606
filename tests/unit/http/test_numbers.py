from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.http.numbers import LARGEST, parse_natural_number


@given(st.integers(1, LARGEST))
def test_each_number_has_one_spelling(number):
    assert parse_natural_number(str(number)) == number


@given(st.text())
def test_any_other_text_is_a_ValueError(text):  # noqa: N802 - a name of Python
    try:
        number = parse_natural_number(text)
    except ValueError:
        return
    assert text == str(number)


@pytest.mark.parametrize("text", ["0", "-1", "+1", "²", "007", "1e3", "1_000", " 1", "1\n", "٣",
                                  "１", str(LARGEST + 1), "9" * 5000])  # fmt: skip
def test_what_int_would_take_or_choke_on(text):
    with pytest.raises(ValueError, match="natural number"):
        parse_natural_number(text)
