"""Descriptions and addresses in the head of a page."""

from __future__ import annotations

import pytest

from qaboard.rendering.page_head import (
    DESCRIPTION_MAX_CHARACTERS,
    absolute_address,
    address_locale,
    beginning,
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Tea &amp;\ncakes</p><p>More</p>", "Tea & cakes More"),
        ("", ""),
        ("<p>" + "word " * 50 + "</p>", ("word " * 32).strip() + "…"),
        ("<p>" + "가" * 200 + "</p>", "가" * (DESCRIPTION_MAX_CHARACTERS - 1) + "…"),
    ],
)
def test_the_beginning_of_a_post_is_a_line_of_text(html, text):
    assert beginning(html) == text
    assert len(beginning(html)) <= DESCRIPTION_MAX_CHARACTERS


def test_half_a_tag_is_not_read_as_text():
    assert beginning("<p>a</p>" + " " * 3985 + "<strong>b</strong>") == "a"


def test_the_address_of_a_page_is_that_of_the_site(make_request):
    context = {"request": make_request()}
    assert absolute_address(context, "/a") == "http://localhost:6543/a"
    assert absolute_address(context, "/a", "ko") == "http://localhost:6543/a?lang=ko"
    assert absolute_address(context, "/a?b=1", "en") == "http://localhost:6543/a?b=1&lang=en"


def test_an_address_may_ask_for_a_language(make_request):
    assert address_locale(make_request("/?lang=en")) == "en"
    assert address_locale(make_request("/")) is None
