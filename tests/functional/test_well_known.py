"""Addresses that browsers, crawlers and people try by themselves."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit


def test_the_icon_is_found_where_browsers_look(browser):
    page = browser().get("/favicon.ico", status=303)
    assert "max-age" in page.headers["Cache-Control"]
    assert page.follow().body.startswith(b"\x89PNG")


def test_crawlers_are_told_what_is_not_for_them(browser, board):
    page = browser().get("/robots.txt")
    assert page.content_type == "text/plain"
    lines = page.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /questions/?q=" in lines
    question = board.question()
    closed = [line.removeprefix("Disallow: ") for line in lines[1:]]
    for path in (
        "/",
        "/questions/",
        f"/questions/{question.id}/",
        "/questions/?page=2",
        "/users/1/",
    ):
        assert not any(path.startswith(each) for each in closed), path


def test_the_short_address_of_the_search_leads_to_it(browser, board):
    for query, words in (
        ("?q=a%26b+%EC%B2%B4", ["a&b 체"]),
        ("", [""]),
        ("?q=a&q=b&x=1", ["a", "b"]),
    ):
        target = urlsplit(browser().get(f"/search{query}", status=303).location)
        assert target.path == "/questions/"
        assert parse_qsl(target.query, keep_blank_values=True) == [("q", word) for word in words]
