from __future__ import annotations

import colander
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.models import User, username_key
from qaboard.schemas.fields import body_field, title_field, username_field


def accepts(field, value) -> bool:
    try:
        field.deserialize(value)
    except colander.Invalid:
        return False
    return True


@pytest.mark.parametrize(
    "name", ["민지", "하늘_dev", "alex.b-c", "Ωμέγα", "हिन्दी", "名前", "가" * 25, "a1"]
)
def test_names_of_any_script(name):
    assert accepts(username_field(), name)


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "a" * 26,
        "a b",
        "a\u200bb",
        "<b>",
        "a@b",
        "😀😀",
        "--",
        "..",
        "a/b",
        "a\x00",
        "ﷺﷺ",
        "\u3164\u3164",
        "\u115f\u115f",
        "Priya\ufe0f",
        "Priya\u034f",
        "Priya\u1160",
        "Priya\u17b4",
        "Priya\U000e0100",
    ],
)
def test_names_that_are_none(name):
    assert not accepts(username_field(), name)


@given(st.text())
def test_a_name_that_is_taken_fits_its_columns(name):
    field = username_field()
    if accepts(field, name):
        value = field.deserialize(name)
        assert len(value) <= User.USERNAME_MAX_CHARACTERS
        assert len(username_key(value)) <= 4 * User.USERNAME_MAX_CHARACTERS


@given(st.text())
def test_no_text_with_control_characters_is_stored(text):
    for field in (title_field(), body_field()):
        if accepts(field, text):
            value = field.deserialize(text)
            assert not any(ord(c) < 32 and c not in "\n\t\r" for c in value)
            assert "\x00" not in value
            value.encode("utf-8")
