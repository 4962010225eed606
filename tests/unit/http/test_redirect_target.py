from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.http.redirect_target import safe_next_address

SITE = "https://board.example"


@pytest.mark.parametrize(
    "address", ["/", "/questions/?q=a&page=2", "/questions/1/#answer-2", "/a//b", "/:80"]
)
def test_a_path_of_this_site_is_followed(address):
    assert safe_next_address(address) == address


def test_other_characters_are_encoded_once():
    assert safe_next_address("/?q=커피&r=%EA%B0%80") == "/?q=%EC%BB%A4%ED%94%BC&r=%EA%B0%80"


@pytest.mark.parametrize(
    "address",
    [None, "", "//evil", "/\\evil", "\\/evil", "http://evil", "javascript:x", "/\t/evil", "/ /evil",
     "/\x00", "/\r\nX: y", "relative", "?q", "#x", "/" + "a" * 3000, "/\u2028", "//[", "/\ud800"],
)  # fmt: skip
def test_everything_else_goes_to_the_front_page(address):
    assert safe_next_address(address) == "/"


@given(st.text(st.sampled_from(list("/\\:@.?#%\t\n\r evil0a커[]")), max_size=12))
def test_no_text_leads_to_another_host(address):
    joined = urljoin(f"{SITE}/login", safe_next_address(address))
    assert urlsplit(joined).netloc == "board.example"
    assert joined.isascii()
