"""The form to log in."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.user_session import LogInSchema


@pytest.mark.parametrize("username", ["minji", "minji@example.com", "no such name!", "x" * 254])
def test_whatever_can_have_been_stored_is_taken(errors_of, username):
    assert errors_of(LogInSchema(), username=username, password="x") == set()


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {"username", "password"}),
        ({"username": "x" * 255, "password": "x"}, {"username"}),
        ({"username": "a\x00", "password": "x"}, {"username"}),
        ({"username": "minji", "password": "x" * 129}, {"password"}),
    ],
)
def test_nothing_longer_is_looked_up_or_hashed(errors_of, fields, errors):
    assert errors_of(LogInSchema(), **fields) == errors
