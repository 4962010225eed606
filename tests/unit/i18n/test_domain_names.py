"""Domain names as servers and people know them."""

from __future__ import annotations

import pytest

from qaboard.i18n.domain_names import address_for_display, for_display, to_ascii, to_unicode


@pytest.mark.parametrize(
    ("domain", "ascii_name"),
    [
        ("Example.COM", "example.com"),
        ("my_host", "my_host"),
        ("게시판.한국", "xn--o79a463btol.xn--3e0b707e"),
        ("straße.example", "xn--strae-oqa.example"),
        ("ｅｘａｍｐｌｅ。com", "example.com"),
    ],
)
def test_a_domain_has_one_ascii_form(domain, ascii_name):
    assert to_ascii(domain) == ascii_name
    assert to_ascii(ascii_name) == ascii_name


@pytest.mark.parametrize("domain", ["xn--a", "가..나", "\u200d.com", "a\u00adé b"])
def test_a_domain_that_cannot_exist_is_a_ValueError(domain):  # noqa: N802 - a name of Python
    with pytest.raises(ValueError):  # noqa: PT011 - that of the library
        to_ascii(domain)


def test_a_part_that_cannot_be_decoded_stays():
    assert to_unicode("xn--o79a463btol.xn--a.kr") == "게시판.xn--a.kr"


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("xn--o79a463btol.xn--3e0b707e", "게시판.한국"),
        ("xn--bcher-kva.example", "bücher.example"),
        # apple in Cyrillic letters, and a name of two scripts.
        (to_ascii("аррӏе.com"), to_ascii("аррӏе.com")),
        (to_ascii("gооgле.com"), to_ascii("gооgле.com")),
    ],
)
def test_a_name_that_looks_like_another_one_is_shown_in_ascii(domain, shown):
    assert for_display(domain) == shown


def test_of_an_address_the_domain_is_shown_so():
    assert address_for_display("민지@xn--o79a463btol.kr") == "민지@게시판.kr"
