"""The form to sign up."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.user import SignUpSchema

PASSWORD = "correct horse battery"
RIGHT = {
    "username": "minji",
    "email": "minji@example.com",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, set()),
        ({"username": "m"}, {"username"}),
        ({"email": "minji"}, {"email"}),
        ({"password": "short", "password_confirm": "short"}, {"password"}),
        ({"password_confirm": "another one, longer"}, {"password_confirm"}),
    ],
)
def test_each_field_is_checked(errors_of, changes, errors):
    assert errors_of(SignUpSchema(), **RIGHT | changes) == errors


def test_all_that_is_missing_is_told_at_once(errors_of):
    assert errors_of(SignUpSchema()) == set(RIGHT)


def test_a_name_in_wide_letters_is_stored_in_usual_ones():
    assert SignUpSchema().deserialize(RIGHT | {"username": "ｍｉｎｊｉ"})["username"] == "minji"
