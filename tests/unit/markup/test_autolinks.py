"""The end of a bare address in running text."""

from __future__ import annotations

import pytest

from qaboard.markup.autolinks import bare_address_end


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.com.", "https://example.com"),
        ("https://example.com/a), and", "https://example.com/a"),
        ("https://example.com/a_(b)", "https://example.com/a_(b)"),
        ("https://example.com/a에서", "https://example.com/a"),
        ("https://example.com/에서", "https://example.com/"),
        ("https://ko.wikipedia.org/wiki/커피", "https://ko.wikipedia.org/wiki/커피"),
        ("https://example.com/?q=커피&x", "https://example.com/?q=커피&x"),
        ("https://example.com/**bold**", "https://example.com/"),
        ("https://example.com/a~~b~~", "https://example.com/a"),
        ("https://example.com/a&lt;b", "https://example.com/a"),
        ("https://example.com/a&b=1", "https://example.com/a&b=1"),
        ("https://example.com/<b>", "https://example.com/"),
        ("HTTP://example.com/…", "HTTP://example.com/"),
        ("https://bücher.example/", "https://bücher.example/"),
    ],
)
def test_an_address_ends_where_text_goes_on(text, address):
    end = bare_address_end(f"see {text}", 4)
    assert f"see {text}"[4:end] == address


@pytest.mark.parametrize(
    "text", ["https://", "https://...", "ftp://example.com", "https://(a)", ""]
)
def test_what_is_no_address(text):
    assert bare_address_end(text, 0) is None
