"""A suspended member reads why, and until when, on every page, and is not greeted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD

from qaboard.models import User, utc_now


@pytest.fixture
def suspended(board) -> User:
    return board.user(
        "alex", suspended_until=utc_now() + timedelta(days=3), suspension_reason="도배"
    )


@pytest.mark.parametrize(
    "path",
    ["/questions/", "/questions/{id}/", "/users/{user}/", "/account/", "/account/email",
     "/language", "/questions/?q=coffee", "/nothing-here"],
)  # fmt: skip
def test_every_page_says_why_once(browser, board, suspended, path):
    path = path.format(id=board.question().id, user=suspended.id)
    for locale, words in (("en", "until"), ("ko", "까지")):
        page = browser(suspended, locale=locale).get(path, expect_errors=True)
        (banner,) = page.html.select("main .restriction")
        assert words in banner.text
        assert "도배" in banner.text


def test_a_refusal_says_it_once(browser, suspended):
    page = browser(suspended).get("/questions/ask", status=403)
    assert page.html.find("main").text.count("도배") == 1


def test_a_login_does_not_greet_whom_it_does_not_let_write(browser, board, suspended):
    client = browser()
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    page = form.submit("submit", status=303).follow().maybe_follow()
    assert "Welcome" not in page
    assert "도배" in page.html.select_one("main .restriction").text


def test_others_see_no_banner(browser, board):
    former = board.user(suspended_until=utc_now() - timedelta(days=1), suspension_reason="도배")
    for client in (browser(), browser(former)):
        assert client.get("/questions/").html.select(".restriction") == []


@pytest.mark.parametrize(
    ("reason", "status"), [("도배", 303), ("스팸", 303), ("x", 400), (" x ", 400)]
)
def test_two_characters_are_a_reason(browser, board, reason, status):
    moderator, member = board.user(role="moderator"), board.user()
    page = browser(moderator).get(f"/users/{member.id}/manage")
    form = page.forms["suspend"]
    form["until"], form["reason"] = "week", reason
    assert form.submit("submit", expect_errors=True).status_int == status
