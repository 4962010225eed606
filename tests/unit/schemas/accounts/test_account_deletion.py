"""The form to delete an account."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.account_deletion import CloseAccountSchema


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"posts": "keep", "username": "minji"}, set()),
        ({"posts": "remove", "username": "minji"}, set()),
        ({"posts": "burn", "username": "minji"}, {"posts"}),
        ({"username": "minji"}, {"posts"}),
        ({"posts": "keep"}, {"username"}),
        ({"posts": "keep", "username": "a\nb"}, {"username"}),
        ({"posts": "keep", "username": "x" * 101}, {"username"}),
    ],
)
def test_the_choice_about_the_posts_and_the_name_must_be_there(errors_of, fields, errors):
    assert errors_of(CloseAccountSchema(), **fields) == errors
