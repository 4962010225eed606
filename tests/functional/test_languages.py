"""Korean and English: how a page's language is chosen."""

from __future__ import annotations

import pytest


def language(client, path="/questions/"):
    return client.get(path, expect_errors=True).html.html["lang"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-US,en;q=0.9,ko;q=0.1", "en"),
        ("fr,de;q=0.5", "ko"),
        ("fr,en;q=0.5", "en"),
        ("", "ko"),
        ("*", "ko"),
        (";;;,,,q=", "ko"),
        ("x" * 3000, "ko"),
        ("ko;q=0,en;q=0", "ko"),
    ],
)
def test_the_browser_says_which(browser, board, header, expected):
    assert language(browser(locale=header)) == expected


def test_a_visitor_chooses_and_a_cookie_keeps_it(browser, board):
    client = browser(locale="en")
    page = client.get("/questions/?sort=votes").click("한국어")
    form = next(f for f in page.forms.values() if f.action == "/language")
    page = form.submit("locale", value="ko")
    assert page.location == "/questions/?sort=votes"
    assert language(client) == "ko"
    assert "질문" in client.get("/questions/")


def test_a_users_choice_goes_where_they_log_in(browser, board):
    user = board.user()
    client = browser(user, locale="en")
    form = next(f for f in client.get("/account/").forms.values() if f.action == "/language")
    form.submit("locale", value="ko")
    assert language(browser(user, locale="en")) == "ko"


@pytest.mark.parametrize("locale", ["", "fr", "ko ", "../ko", "ko\x00"])
def test_there_are_no_other_languages(browser, board, locale):
    client = browser(locale="en")
    form = next(f for f in client.get("/language").forms.values() if f.action == "/language")
    client.post("/language", {"locale": locale, "csrf_token": form["csrf_token"].value}, status=400)
    client.set_cookie("locale", "fr")
    assert language(client) == "en"


def test_the_choice_leads_nowhere_else(browser, board):
    client = browser()
    page = client.get("/language", {"next": "//evil.example"})
    form = next(f for f in page.forms.values() if f.action == "/language")
    assert form.submit("locale", value="ko").location == "/"


def test_forms_and_their_errors_speak_korean(browser, board):
    form = browser(locale="ko").get("/signup").forms["signup"]
    form["username"] = "a"
    page = form.submit("submit", status=400)
    shown = page.html.find("main").text
    assert "Enter" not in shown
    assert "password" not in shown.lower()
    assert "2~25자" in shown or "2자" in shown or "2" in shown


def test_errors_speak_korean(browser, board):
    page = browser(locale="ko").get("/nowhere", status=404)
    assert "Page not found" not in page


def test_times_read_well_in_both(browser, board):
    from datetime import timedelta

    from qaboard.models import utc_now

    board.question(created_at=utc_now() - timedelta(hours=3, seconds=5))
    korean = browser(locale="ko").get("/questions/").html.find("time")
    english = browser(locale="en").get("/questions/").html.find("time")
    assert korean.text == "3시간 전"
    assert english.text == "3 hours ago"
    assert "년" in korean["title"]
    assert korean["datetime"] == english["datetime"]


def test_of_a_long_header_the_beginning_is_read(browser):
    """All of it would take half a second of the processor's time."""
    for header, language in (
        ("ko," + "en," * 80_000, "ko"),
        ("en," + "de;q=0.5," * 20_000 + "ko", "en"),
        ("de," * 80_000 + "en", "ko"),
        ("a" * 250_000, "ko"),
    ):
        page = browser().get("/questions/", headers={"Accept-Language": header})
        assert page.html.html["lang"] == language, header[:20]
