"""The forms for a new password."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.password import ChangePasswordSchema, NewPasswordSchema

NEW = "correct horse battery"


@pytest.mark.parametrize(
    ("password", "again", "errors"),
    [
        (NEW, NEW, set()),
        (f" {NEW} ", f" {NEW} ", set()),
        (NEW, f"{NEW} ", {"password_confirm"}),
        ("123456789", "123456789", {"password"}),
        ("1" * 129, "1" * 129, {"password", "password_confirm"}),
        (NEW, "", {"password_confirm"}),
    ],
)
def test_a_new_password_is_long_enough_and_typed_twice(errors_of, password, again, errors):
    fields = {"password": password, "password_confirm": again}
    assert errors_of(NewPasswordSchema(), **fields) == errors
    assert errors_of(ChangePasswordSchema(), current_password="old", **fields) == errors


def test_a_change_needs_the_current_password(errors_of):
    fields = {"password": NEW, "password_confirm": NEW}
    assert errors_of(ChangePasswordSchema(), **fields) == {"current_password"}
