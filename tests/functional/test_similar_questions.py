"""Questions that are like another one."""

from __future__ import annotations

import pytest

from qaboard.presenters.board.similar_questions import SIMILAR_MAX_COUNT


@pytest.fixture
def coffee(board):
    """Questions about coffee, of which one has an answer, and others."""
    author = board.user()
    for title in (
        "커피 원두를 어떻게 보관하나요?",
        "원두 커피를 오래 보관하는 방법",
        "자전거 체인을 어떻게 닦나요?",
        "How do I sort a list in Python?",
    ):
        question = board.question(author, title)
        if title.startswith("커피"):
            board.answer(question)
    return board


def titles(page) -> list[str]:
    return [link.text for link in page.html.select("li.similar-question a")]


SIMILAR = ["커피 원두를 어떻게 보관하나요?", "원두 커피를 오래 보관하는 방법"]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("커피 원두 보관", SIMILAR),
        ("sorting lists in Python", ["How do I sort a list in Python?"]),
        ("물", []),
        ("", []),
        ('"', []),
        ("x" * 5000, []),
        ("\x00\x00", []),
    ],
)
def test_while_a_title_is_typed(browser, coffee, title, found):
    page = browser().get("/questions/similar", {"title": title})
    assert titles(page) == found
    assert "<html" not in page


def test_what_has_answers_comes_first(browser, board):
    author = board.user()
    board.question(author, "커피 보관")
    answered = board.question(author, "커피 보관")
    board.question(author, "커피 보관")
    board.answer(answered)
    page = browser().get("/questions/similar", {"title": "커피 보관"})
    links = page.html.select("li.similar-question a")
    assert links[0]["href"] == f"/questions/{answered.id}/"


def test_without_a_script_a_button_looks_and_nothing_typed_is_lost(browser, coffee):
    client = browser(coffee.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "커피 원두 보관", "My text"
    fields = dict(form.submit_fields())
    page = client.post("/questions/ask", fields | {"similar": "1"})
    assert titles(page) == SIMILAR
    assert page.forms["ask"]["title"].value == "커피 원두 보관"
    assert page.forms["ask"]["body"].value == "My text"
    assert len(coffee.facts()["posts"]) == 5
    page = client.post("/questions/ask", fields | {"title": "물", "similar": "1"})
    assert "No similar questions found" in page
    assert page.forms["ask"].submit("submit").status_int in (303, 400)


def test_beside_each_question(browser, board):
    author = board.user()
    own = board.question(author, "커피 원두 보관")
    other = board.question(author, "원두를 보관하는 방법")
    gone = board.question(author, "원두 보관 상자")
    board.delete(gone)
    page = browser().get(f"/questions/{own.id}/")
    assert titles(page) == ["원두를 보관하는 방법"]
    board.delete(other)
    assert "Similar questions" not in browser().get(f"/questions/{own.id}/")


def test_only_a_few_are_shown_and_as_text(browser, board):
    author = board.user()
    for _ in range(SIMILAR_MAX_COUNT + 3):
        board.question(author, "<b>coffee</b> & tea")
    page = browser().get("/questions/similar", {"title": "coffee tea"})
    assert titles(page) == ["<b>coffee</b> & tea"] * SIMILAR_MAX_COUNT
