"""Addresses of links and images as a browser would read them."""

from __future__ import annotations

import pytest

from qaboard.markup.addresses import LONGEST_ADDRESS, image_address, link_address

HOSTS = {"img.example.org", "img.example.org:8443"}


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("https://example.org/a?b=1#c", "https://example.org/a?b=1#c"),
        ("  /questions/ ", "/questions/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("HTTPS://example.org", "HTTPS://example.org"),
        ("/위키/커피", "/위키/커피"),
        ('/a"b<c>\\d', "/a%22b%3Cc%3E%5Cd"),
        ("//example.org", "//example.org"),
        ("1:2", "1:2"),
    ],
)
def test_an_address_that_a_link_may_lead_to(address, href):
    assert link_address(address) == href


@pytest.mark.parametrize(
    "address",
    ["", " ", "javascript:x", "JAVASCRIPT:x", "data:x", "vbscript:x", "file:///x", "x-y+z.1:a",
     "java\nscript:x", "java\tscript:x", "\x00javascript:x", "a\x7fb", "a\u2028b",
     "/" + "a" * LONGEST_ADDRESS],
)  # fmt: skip
def test_no_link_leads_anywhere_else(address):
    assert link_address(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "/static/images/a.png",
        "/static/a.png?x=/../",
        "https://img.example.org/a.png",
        "http://IMG.example.org:80/a.png",
        "https://img.example.org:443/a.png",
        "https://img.example.org:8443/a.png",
    ],
)
def test_an_image_of_this_site_or_of_an_allowed_host_is_shown(address):
    assert image_address(address, HOSTS) == address


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/a.png", "//img.example.org/a.png", "https://img.example.org:81/a.png",
     "https://user@img.example.org/a.png", "https://img.example.org@evil.example/",
     "https:\\\\img.example.org/a.png", "/static/../login", "/static/%2e%2E/login",
     "/static/.%2e/x", "/login", "a.png", "data:image/png,x", "https://img.example.org.evil.example/a.png",
     "https:img.example.org/a.png", "mailto:img.example.org"],
)  # fmt: skip
def test_an_image_from_elsewhere_is_not_shown(address):
    assert image_address(address, HOSTS) is None
