"""What of a request is told, and which ids are believed."""

from __future__ import annotations

import re

import pytest

from qaboard.monitoring.requests import choose_request_id, told_target

FROM_PROXY = {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}
GIVEN = "0123456789abcdef0123456789abcdef"


def test_the_proxy_gives_the_id():
    for given in (GIVEN, "9b2d2f2e-6c1f-4e3a-9d55-0a1b2c3d4e5f"):
        assert choose_request_id(FROM_PROXY | {"HTTP_X_REQUEST_ID": given}) == given


@pytest.mark.parametrize(
    "environ",
    [
        {},
        FROM_PROXY,
        {"HTTP_X_REQUEST_ID": GIVEN},
        *(
            FROM_PROXY | {"HTTP_X_REQUEST_ID": given}
            for given in (
                "",
                "short",
                "a" * 65,
                f"{GIVEN} INFO",
                f"{GIVEN}\n",
                f"{GIVEN}é",
                "²" * 32,
            )
        ),
    ],
)
def test_whatever_else_is_sent_there_is_a_new_one(environ):
    chosen = choose_request_id(environ)
    assert re.fullmatch("[0-9a-f]{32}", chosen)
    assert chosen != GIVEN
    assert choose_request_id(environ) != chosen


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("/questions/", "", "/questions/"),
        ("/questions/", "page=2&sort=active", "/questions/?page=2&sort=active"),
        ("/questions/", "q=my+illness&page=2", "/questions/?page=2"),
        ("/reset-password", "token=SECRET", "/reset-password"),
        ("/reset-password", "SECRET", "/reset-password"),
        ("/reset-password", "token=a&SECRET&page=SECRET", "/reset-password"),
        ("/login", "next=%2Freset%3Ftoken%3DSECRET", "/login"),
        ("/questions/", "xpage=2&page=2%0a", "/questions/"),
        ("/a b\n\x1b[31m\x85", "", "/a%20b%0A%1B%5B31m%85"),
        ("/가".encode().decode("latin-1"), "", "/%EA%B0%80"),
    ],
)
def test_a_path_is_told_and_of_the_query_what_is_harmless(path, query, told):
    assert told_target(path, query) == told


def test_a_path_is_told_up_to_a_length():
    assert len(told_target("/" + "a" * 100_000, "")) == 500
