"""Words of an address that leads nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from limits import parse

from qaboard.limits.rate_limits import RateLimiter
from qaboard.presenters.site.not_found_page import present_missing_page, words_of_address
from qaboard.settings.rate_limits import RateLimit


@pytest.fixture
def missing(ask, settings, registry, monkeypatch):
    """A request for an address that traversal did not find; one search a minute is allowed."""
    rates = settings.rate_limits.rates | {RateLimit.SEARCH: parse("1 per minute")}
    limits = replace(settings.rate_limits, storage="memory://", rates=rates)
    monkeypatch.setitem(registry, "rate_limiter", RateLimiter(limits))

    def make(name, *subpath, below="root", matched_route=None):
        request = ask()
        request.view_name, request.subpath = name, subpath
        request.matched_route = matched_route
        if below != "root":
            request.context = request.context[below]
        return request

    return make


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("copper-kettle",), "copper kettle"),
        (("커피_콩", "2024"), "커피 콩"),
        (("questions", "edit", "tea"), "tea"),
        (("12345",), ""),
        (("kettle.php",), ""),
        (("x" * 500,), "x" * 200),
    ],
)
def test_the_words_of_an_address_are_searched_for(missing, names, words):
    assert words_of_address(missing(*names)) == words
    assert words_of_address(missing(*names, below="questions")) == words


def test_below_a_user_or_a_static_file_there_are_no_words(missing):
    assert words_of_address(missing("kettle", below="users")) == ""
    assert words_of_address(missing("kettle", matched_route="static")) == ""


def test_questions_that_say_what_the_address_says_are_offered(people, missing):
    people.question(title="Copper kettle")
    page = present_missing_page(missing("copper-kettle"))
    assert page.text == "copper kettle"
    assert [each.title for each in page.similar] == ["Copper kettle"]


def test_after_too_many_searches_there_are_just_the_words(people, missing):
    people.question(title="Copper kettle")
    pages = [present_missing_page(missing("copper-kettle")) for _ in range(2)]
    assert [len(page.similar) for page in pages] == [1, 0]
    assert pages[1].text == "copper kettle"
