"""The list of questions: numbers, pages and orders."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from qaboard.models import utc_now


def rows(page):
    return page.html.select(".question-row")


def titles(page):
    return [row.find(class_="question-title").text.strip() for row in rows(page)]


def test_an_empty_board_invites_to_ask(browser, board):
    page = browser().get("/").follow()
    assert "Nobody has asked anything yet." in page
    assert page.click("Ask the first question").location.startswith("/login")


def test_the_newest_twenty_are_listed_with_numbers_counting_down(browser, board):
    author = board.user("하늘")
    now = utc_now()
    for number in range(1, 46):
        board.question(
            author, title=f"Question {number}", created_at=now - timedelta(hours=45 - number)
        )
    page = browser().get("/questions/")
    assert titles(page) == [f"Question {number}" for number in range(45, 25, -1)]
    numbers = [row.find(class_="question-number").contents[-1].strip() for row in rows(page)]
    assert numbers == [str(number) for number in range(45, 25, -1)]
    first = rows(page)[0]
    assert "하늘" in first.text
    assert "score 0" in " ".join(first.text.split())
    assert "0 answers" in " ".join(first.text.split())
    assert first.find("time")["datetime"].endswith("+00:00")
    assert "45 questions" in page
    page = page.click("Last")
    assert titles(page) == [f"Question {number}" for number in range(5, 0, -1)]
    assert [r.find(class_="question-number").contents[-1].strip() for r in rows(page)][-1] == "1"
    page = page.click("Previous")
    assert titles(page)[0] == "Question 25"
    assert page.html.find(attrs={"aria-current": "page", "class": "page-link"}).text == "2"
    assert titles(page.click("Next"))[0] == "Question 5"
    assert titles(page.click("First"))[0] == "Question 45"


@pytest.mark.parametrize(
    "number",
    ["2", "0", "-1", "1e3", "²", "07", "1.0", "", "x", "9" * 5000, "99999999999999999999", "１"],
)
def test_a_page_that_is_not_there_is_said_with_a_way_back(browser, board, number):
    board.question(title="The only one")
    page = browser().get("/questions/", {"page": number, "sort": "votes"}, status=404)
    assert "Page not found" in page
    assert titles(page.click("All questions")) == ["The only one"]


def test_a_page_named_twice_is_not_there(browser, board):
    browser().get("/questions/?page=1&page=1", status=404)


def test_an_order_that_is_not_there(browser, board):
    browser().get("/questions/?sort=best", status=404)


def test_the_orders_of_the_list(browser, board):
    now = utc_now()
    old = board.question(title="old", created_at=now - timedelta(days=3))
    middle = board.question(title="middle", created_at=now - timedelta(days=2))
    board.question(title="new", created_at=now - timedelta(days=1))
    board.answer(old)
    board.vote(middle)
    client = browser()
    page = client.get("/questions/")
    assert titles(page) == ["new", "middle", "old"]
    assert titles(page.click("^Recently active$")) == ["old", "new", "middle"]
    assert titles(page.click("^Highest score$")) == ["middle", "new", "old"]
    assert titles(page.click("^Unanswered$")) == ["new", "middle"]


def test_an_empty_list_of_what_is_unanswered_says_why(browser, board):
    client = browser()
    for path in ("/questions/", "/questions/?sort=unanswered"):
        assert "Nobody has asked anything yet." in client.get(path)
    board.answer(board.question())
    assert "Every question has an answer." in client.get("/questions/?sort=unanswered")


def test_the_number_of_a_row_comes_after_its_title(browser, board):
    board.question()
    (row,) = browser().get("/questions/").html.select(".question-row")
    assert [part["class"][0] for part in row.select(".question-title, .question-number")] == [
        "question-title",
        "question-number",
    ]


def test_the_order_is_kept_across_pages(browser, board):
    author = board.user()
    for number in range(21):
        board.question(author, title=f"Question {number}")
    page = browser().get("/questions/?sort=unanswered").click("Next")
    assert "sort=unanswered" in page.request.url
    assert len(rows(page)) == 1


def test_long_lists_have_gaps(browser, board, app, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(app.registry, "settings", replace(app.registry["settings"], page_size=1))
    author = board.user()
    for _ in range(12):
        board.question(author)
    page = browser().get("/questions/?page=6")
    links = [item.text.strip() for item in page.html.select(".pagination li")]
    assert links == [
        "First",
        "Previous",
        "1",
        "…",
        "4",
        "5",
        "6",
        "7",
        "8",
        "…",
        "12",
        "Next",
        "Last",
    ]


def test_a_visitors_page_sets_no_cookie_and_carries_no_token(browser, board):
    question = board.question()
    for path in ("/questions/", f"/questions/{question.id}/", "/questions/?q=coffee", "/nowhere"):
        page = browser().get(path, expect_errors=True)
        assert "Set-Cookie" not in page.headers, path
        assert "csrf_token" not in page, path
        assert "no-store" not in page.headers.get("Cache-Control", "")
        assert {"Cookie", "Accept-Language"} <= set(page.headers["Vary"].split(", "))


def test_a_personal_page_is_not_kept(browser, board):
    page = browser(board.user()).get("/questions/")
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_page_with_a_token_is_not_kept(browser, board):
    client = browser()
    for path in ("/login", "/signup", "/language", "/login"):
        page = client.get(path)
        assert "csrf_token" in page
        assert page.headers["Cache-Control"] == "private, no-store"
    page = client.get("/login").forms["login"].submit("submit", status=400)
    assert page.headers["Cache-Control"] == "private, no-store"


def test_logging_in_leads_back_to_all_of_an_address(board, browser):
    address = "/questions/?sort=active&page=1"
    page = browser().get(address)
    for name in ("login", "signup", "language"):
        link = next(a["href"] for a in page.html.select("a") if a["href"].startswith(f"/{name}?"))
        assert parse_qs(urlsplit(link).query) == {"next": [address]}
