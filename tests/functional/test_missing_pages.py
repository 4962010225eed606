"""An address that leads nowhere is searched for."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from limits import parse

from qaboard.settings.rate_limits import RateLimit


def searched_for(page) -> str | None:
    """What is filled in for a search on the page; ``None`` without one."""
    field = page.html.select_one("main [name=q]")
    return field and field["value"]


def offered(page) -> list[str]:
    return [link.text for link in page.html.select(".similar-question a")]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/how-to-brew-coffee", "how to brew coffee"),
        ("/questions/12345/how_to_brew_coffee", "how to brew coffee"),
        ("/questions/커피-내리는-법", "커피 내리는 법"),
        ("/questions/커피+내리는+법/", "커피 내리는 법"),
        ("/wiki/coffee/2026", "wiki coffee"),
    ],
)
def test_its_words_are_filled_in_and_lead_to_questions_like_it(board, browser, path, words):
    board.question(title="How to brew coffee")
    board.question(title="커피 내리는 법")
    for client in (browser(), browser(board.user())):
        page = client.get(quote(path), status=404)
        assert searched_for(page) == words
    if "wiki" not in path:
        assert offered(page) in (["How to brew coffee"], ["커피 내리는 법"])
        form = next(
            form for form in page.forms.values() if form.fields.get("q") and form.id is None
        )
        assert form.action == "/questions/"


def test_the_search_finds_it(board, browser):
    board.question(title="How to brew coffee")
    page = browser().get("/brew-coffee", status=404)
    form = page.html.select_one("main form")
    found = browser().get(form["action"], {"q": searched_for(page)})
    assert "How to brew coffee" in found.html.select_one(".question-title").text


@pytest.mark.parametrize(
    "path",
    [
        "/questions/999/",
        "/questions/999/edit",
        "/questions/999/answers/1/vote",
        "/12345",
        "/coffee/apple-touch-icon.png",
        "/static/coffee",
        "/---",
        "//coffee",
        "/questions/?page=99",
        "/questions/?sort=coffee",
    ],
)
def test_an_address_without_words_is_not_searched_for(board, browser, path):
    board.question(title="coffee")
    page = browser().get(path, status=404)
    assert searched_for(page) is None
    assert offered(page) == []


def test_a_hidden_question_is_not_told_from_one_that_never_was(board, browser):
    question = board.question(title="coffee")
    board.delete(question)
    hidden = browser().get(f"/questions/{question.id}/", status=404)
    missing = browser().get("/questions/999/", status=404)
    assert hidden.html.main == missing.html.main
    assert offered(browser().get("/coffee", status=404)) == []


@pytest.mark.parametrize(
    "path",
    [
        '"><script>alert(1)</script>',
        "' OR 1=1 --",
        'a" OR "b* NEAR(c d) ^e {f}',
        "x" * 5000,
        "가" * 3000,
        "a " * 2000,
        "\u202e\u0000\u0007right-to-left",
        "%s%(x)s${y}{z}",
        "user:alex is:answer score:>3",
        "\U0001f600-\U0001f468\u200d\U0001f469",
    ],
)
def test_any_address_has_its_page(board, browser, path):
    for prefix in ("/", "/questions/"):
        page = browser().get(f"{prefix}{quote(path, safe='')}", status=404)
        assert page.html.main.find("script") is None
        assert len(searched_for(page) or "") <= 200


def test_after_too_many_searches_there_are_just_the_words(app, board, browser, monkeypatch):
    board.question(title="coffee")
    monkeypatch.setitem(app.registry["rate_limiter"].rates, RateLimit.SEARCH, parse("2 per hour"))
    client = browser()
    for _ in range(2):
        assert offered(client.get("/coffee", status=404)) == ["coffee"]
    page = client.get("/coffee", status=404)
    assert (searched_for(page), offered(page)) == ("coffee", [])


def test_only_who_reads_is_searched_for(board, browser, count_queries):
    board.question(title="coffee")
    with count_queries() as statements:
        page = browser().post("/coffee", {"a": "b"}, status=404)
    assert offered(page) == statements == []
