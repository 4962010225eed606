"""What a process puts into words once is right for each reader, place and time."""

from __future__ import annotations

from datetime import timedelta

from babel.numbers import format_decimal

from qaboard.i18n import localization as i18n
from qaboard.models import Post, Question, utc_now


def first_row(client) -> str:
    row = client.get("/questions/").html.select_one(".question-row")
    return " ".join(row.text.split())


def test_readers_of_both_languages_by_turns(browser, board):
    question = board.question(board.user("minji"), created_at=utc_now() - timedelta(hours=3))
    board.answer(question)
    for _ in range(2):
        assert "score 0 1 answer" in first_row(browser(locale="en"))
        assert "3 hours ago" in first_row(browser(locale="en"))
        assert "점수 0 답변 1" in first_row(browser(locale="ko"))
        assert "3시간 전" in first_row(browser(locale="ko"))


def test_time_goes_by_and_counts_change(browser, board):
    question = board.question(created_at=utc_now() - timedelta(hours=3))
    client = browser(board.user())
    assert "score 0 0 answers" in first_row(client)
    with board.transaction() as session:
        row = session.get_one(Question, question.id)
        row.created_at -= timedelta(days=2)
        row.score = 1
    assert "score 1 0 answers" in first_row(client)
    assert "2 days ago" in first_row(client)


def test_boards_in_two_time_zones(browser, board, make_app):
    board.question(created_at=utc_now() - timedelta(days=20))
    times = {
        zone: browser(of=make_app({"qaboard.time_zone": zone}))
        .get("/questions/")
        .html.select_one("time")["title"]
        for zone in ("Asia/Seoul", "Pacific/Honolulu")
    }
    assert times["Asia/Seoul"] != times["Pacific/Honolulu"]


def test_addresses_of_files_below_another_path(browser, board, make_app):
    client = browser(of=make_app({"pyramid.reload_templates": "false"}))
    for prefix in ("", "/board", ""):
        page = client.get("/questions/", extra_environ={"SCRIPT_NAME": prefix})
        addresses = [link["href"] for link in page.html.select("link[rel=stylesheet]")]
        assert all(address.startswith(f"{prefix}/static/") for address in addresses)
        for address in addresses:
            assert client.get(address.removeprefix(prefix)).status_int == 200


def test_numbers_in_messages_are_written_as_in_the_language(board, browser, monkeypatch):
    too_long = "x" * (Post.BODY_MAX_CHARACTERS + 1)
    for locale in ("ko", "en"):
        form = browser(board.user(), locale=locale).get("/questions/ask").forms["ask"]
        form["title"], form["body"] = "A title", too_long
        message = form.submit("submit", status=400).html.find(id="ask-body-error").text
        assert format_decimal(len(too_long), locale=locale) in message
    # Both of the board's languages write a comma there; a third one would not.
    monkeypatch.setattr(i18n, "number", lambda value, _locale: f"<{value}>")
    message = form.submit("submit", status=400).html.find(id="ask-body-error").text
    assert f"<{len(too_long)}>" in message
