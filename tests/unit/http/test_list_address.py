"""Addresses of lists say what is not usual, and nothing else."""

from __future__ import annotations

import pytest

from qaboard.http.list_address import ListAddress

USERS = ListAddress("/users/", {"status": "new", "q": "a&b"}, {"status": "all"})


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "/users/?status=new&q=a%26b"),
        ({"page": 1}, "/users/?status=new&q=a%26b"),
        ({"page": 2}, "/users/?status=new&q=a%26b&page=2"),
        ({"status": "all"}, "/users/?q=a%26b"),
        ({"status": "all", "q": ""}, "/users/"),
        ({"status": None, "q": None, "page": 3}, "/users/?page=3"),
    ],
)
def test_an_address_says_what_is_not_usual(changes, address):
    assert USERS.to(**changes) == address
