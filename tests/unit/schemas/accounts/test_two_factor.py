"""Codes as they are typed."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.two_factor import ConfirmAppSchema, SecondFactorSchema


@pytest.mark.parametrize("typed", ["123456", "123 456", " 123456\n", "１２３４５６", "1 2 3 4 5 6"])
def test_spaces_and_wide_digits_make_no_difference(typed):
    for schema in (ConfirmAppSchema(), SecondFactorSchema()):
        assert schema.deserialize({"code": typed})["code"] == "123456"


@pytest.mark.parametrize("typed", ["", "x" * 101, "12\x003456"])
def test_what_can_be_no_code_is_refused(errors_of, typed):
    assert errors_of(ConfirmAppSchema(), code=typed) == {"code"}
