"""The language of a request."""

from __future__ import annotations

import pytest

from qaboard.i18n.negotiation import (
    ACCEPT_LANGUAGE_MAX_CHARACTERS,
    negotiate_locale,
    requested_locale,
    visitor_locale,
)


@pytest.mark.parametrize(
    ("cookies", "query", "header", "locale"),
    [
        ({}, "", "", "ko"),
        ({}, "", "en-US,en;q=0.9,ko;q=0.8", "en"),
        ({}, "", "ko;q=0.1,en;q=0", "ko"),
        ({}, "", "fr", "ko"),
        ({}, "", "nonsense;;;=", "ko"),
        ({}, "lang=en", "ko", "en"),
        ({}, "lang=fr", "en", "en"),
        ({"locale": "ko"}, "lang=en", "en", "ko"),
        ({"locale": "xx"}, "lang=en", "", "en"),
        ({}, "", "fr," * ACCEPT_LANGUAGE_MAX_CHARACTERS + "en", "ko"),
    ],
)
def test_the_cookie_comes_before_the_address_and_that_before_the_browser(
    settings, cookies, query, header, locale
):
    assert visitor_locale(cookies, query, header, settings) == locale


@pytest.mark.parametrize(
    ("query", "locale"),
    [
        ("lang=en", "en"),
        ("q=x&lang=ko", "ko"),
        ("lang=en&lang=ko", None),
        ("slang=en", None),
        ("q=lang=en", None),
        ("lang=", None),
    ],
)
def test_an_address_asks_for_one_language_of_the_board(query, locale):
    assert requested_locale(query) == locale


def test_what_a_member_has_chosen_comes_first(people, read_identity, make_request):
    identity = read_identity(people.user(locale="ko"))
    request = make_request("/?lang=en", identity=identity)
    assert negotiate_locale(request) == "ko"
    other = make_request("/?lang=en", identity=read_identity(people.user()))
    assert negotiate_locale(other) == "en"
