"""Pages of visitors that are kept: made once, and never shown when they are not right any more."""

from __future__ import annotations

import contextlib
import random
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from board_changes import (
    answer,
    ask,
    delete_a_question,
    delete_an_answer,
    during_reads,
    edit_a_question,
    edit_an_answer,
    end_the_suspension,
    leave,
    promote,
    purge_author,
    rename,
    restore_a_question,
    suspend_author,
    undo_the_purge,
    vote,
    without_times,
    write_a_row,
)
from sqlalchemy import text
from sqlalchemy.orm.exc import StaleDataError

from qaboard.database.transaction import make_session
from qaboard.models import Answer, Question, User, utc_now
from qaboard.page_cache import execution_policy as policy
from qaboard.rendering import filters


def same_headers(page) -> dict[str, str]:
    """The headers that two answers with one page have in common: each has an id of its own."""
    return {name: value for name, value in page.headers.items() if name != "X-Request-ID"}


def test_a_page_is_made_once(small_board, browser, count_queries):
    for address in small_board.addresses:
        first = browser().get(address)
        with count_queries() as statements:
            second = browser().get(address)
        assert statements == []
        assert second.body == first.body
        assert same_headers(second) == same_headers(first)
        assert second.status == "200 OK"


def test_a_kept_page_has_all_headers(small_board, browser):
    browser().get("/questions/")
    headers = browser().get("/questions/").headers
    assert headers["Cache-Control"] == "no-cache"
    assert {"Cookie", "Accept-Language"} <= set(headers["Vary"].split(", "))
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "changes",
    [
        [ask],
        [answer],
        [edit_a_question],
        [edit_an_answer],
        [vote],
        [delete_an_answer],
        [delete_a_question, restore_a_question],
        [rename],
        [leave],
        [promote],
        [suspend_author, end_the_suspension],
        [purge_author, undo_the_purge],
        [write_a_row],
    ],
    ids=lambda changes: changes[0].__name__,
)
def test_what_changes_is_seen_at_once(small_board, browser, unkept, changes):
    def look(of=None):
        client = browser(of=of)
        pages = [client.get(address, expect_errors=True) for address in small_board.addresses]
        return [(page.status, without_times(page)) for page in pages]

    before = look()
    assert look() == before
    for change in changes:
        change(small_board)
        shown = look()
        assert shown == look(unkept)
        if change not in (suspend_author, end_the_suspension):
            assert shown != before
        before = shown


def test_what_somebody_does_is_seen_at_once_by_others(small_board, browser):
    address = f"/questions/{small_board.asked.id}/"
    assert "With a mill." not in browser().get(address)
    form = browser(small_board.user()).get(address).forms["answer"]
    form["body"] = "With a mill."
    form.submit("submit", status=303)
    assert "With a mill." in browser().get(address)


def test_two_processes_on_one_database(small_board, browser, make_app):
    other = make_app({})
    for title in ("About milk", "About water", "About juice"):
        assert title not in browser().get("/questions/")
        assert title not in browser(of=other).get("/questions/")
        client = browser(small_board.user(), of=other)
        form = client.get("/questions/ask").forms["ask"]
        form["title"], form["body"] = title, "What is it?"
        form.submit("submit", status=303)
        assert title in browser().get("/questions/")
        assert title in browser(of=other).get("/questions/")


def test_a_transaction_that_is_open_while_a_page_is_made(small_board, browser):
    address = f"/questions/{small_board.asked.id}/"
    with make_session(small_board.engine, writes=True) as session:
        session.get_one(Question, small_board.asked.id).title = "About cocoa"
        session.flush()
        for _ in range(2):
            assert "About coffee" in browser().get(address)
        session.commit()
    assert "About cocoa" in browser().get(address)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_is_committed_while_a_page_is_made(app, small_board, browser, unkept, number):
    address = f"/questions/{small_board.asked.id}/"
    with during_reads(app, lambda: edit_a_question(small_board), number):
        browser().get(address)
    assert without_times(browser().get(address)) == without_times(browser(of=unkept).get(address))


def test_what_is_committed_while_another_transaction_stays_open(app, small_board, browser, request):
    """On PostgreSQL: the number of the first is lower, and it commits last."""
    if app.registry["engine"].dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    address = f"/questions/{small_board.asked.id}/"
    with make_session(small_board.engine, writes=True) as first:
        first.get_one(Question, small_board.asked.id).title = "About cocoa"
        first.flush()
        with make_session(small_board.engine, writes=True) as second:
            second.get_one(Answer, small_board.answered.id).score = 55
            second.flush()
            rename(small_board)
            assert "55" not in browser().get(address).html.select_one("#answers").text
            second.commit()
        assert "55" in browser().get(address).html.select_one("#answers").text
        first.commit()
    assert "About cocoa" in browser().get(address)


def test_random_reads_and_writes(small_board, browser, unkept, count_queries):
    """Whatever happens in whatever order, a kept page is what would be made now."""
    chance = random.Random(20)  # no secret  # noqa: S311
    writes = [ask, answer, edit_a_question, edit_an_answer, vote, rename, write_a_row]
    deletions = [delete_a_question, restore_a_question]
    hits = 0
    for _ in range(150):
        if chance.random() < 0.2:
            change = chance.choice(writes if chance.random() < 0.8 else deletions)
            # What is deleted is neither edited nor answered.
            with contextlib.suppress(StaleDataError):
                change(small_board)
        address = chance.choice(small_board.addresses)
        locale = chance.choice(["ko", "en"])
        with count_queries() as statements:
            kept = browser(locale=locale).get(address, expect_errors=True)
        fresh = browser(locale=locale, of=unkept).get(address, expect_errors=True)
        assert (kept.status, without_times(kept)) == (fresh.status, without_times(fresh))
        hits += not statements
    assert hits


def test_languages_are_kept_apart(small_board, browser):
    for _ in range(2):
        assert 'lang="en"' in browser().get("/questions/")
        assert 'lang="ko"' in browser(locale="ko").get("/questions/")
        chosen = browser()
        chosen.set_cookie("locale", "ko")
        assert 'lang="ko"' in chosen.get("/questions/")
        assert '<html lang="ko"' in browser(locale="de").get("/questions/")
        assert '<html lang="en"' in browser(locale="de, en;q=0.5").get("/questions/")
        # Longer than what is remembered of this header.
        many = ", ".join(f"xx-{number};q=0.1" for number in range(100))
        assert '<html lang="en"' in browser(locale=f"en, {many}").get("/questions/")


def test_themes_are_kept_apart(small_board, browser, count_queries):
    for has_been_made in (False, True):
        for theme in ("dark", "light", "blue", None):
            client = browser()
            if theme:
                client.set_cookie("theme", theme)
            with count_queries() as statements:
                page = client.get("/questions/")
            chosen = theme if theme in ("dark", "light") else None
            (said,) = page.html.find_all("meta", attrs={"name": "color-scheme"})
            assert said["content"] == (chosen or "light dark")
            assert not (has_been_made and statements)


def test_pages_of_somebody_are_neither_kept_nor_from_what_is_kept(
    small_board, browser, count_queries
):
    visitor = browser().get("/questions/")
    member = browser(small_board.author)
    for _ in range(2):
        page = member.get("/questions/", headers={"If-None-Match": visitor.headers["ETag"]})
        assert page.status_int == 200
        assert "author</bdi></a></li>" in page
        assert "ETag" not in page.headers
        assert page.headers["Cache-Control"] == "private, no-store"
    assert browser().get("/questions/").body == visitor.body
    nobody = browser()
    nobody.set_cookie("login", "made-up")
    with count_queries() as statements:
        assert nobody.get("/questions/").headers["Cache-Control"] == "private, no-store"
    assert statements


def test_messages_are_shown_once_and_to_one(small_board, browser):
    address = f"/questions/{small_board.asked.id}/"
    browser().get("/questions/")
    client = browser(small_board.user("reader"))
    client.get(address).forms["answer"].submit("submit", status=400)
    page = client.get("/questions/").forms[1].submit().follow().follow()
    assert "logged out" in page
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "logged out" not in browser().get("/questions/")
    assert "logged out" not in client.get("/questions/")
    assert "ETag" not in client.get("/questions/").headers


def test_head(small_board, browser, count_queries):
    client = browser()
    made = client.head("/questions/")
    with count_queries() as statements:
        kept = client.head("/questions/")
        page = client.get("/questions/")
    assert statements == []
    assert same_headers(made) == same_headers(kept) == same_headers(page)
    assert made.body == kept.body == b""
    assert int(kept.headers["Content-Length"]) == len(page.body)
    not_modified = client.head("/questions/", headers={"If-None-Match": page.headers["ETag"]})
    assert not_modified.status_int == 304


@pytest.mark.parametrize("pattern", ["{}", "W/{}", '"other", {}', "*"])
def test_a_page_that_the_browser_has_is_not_sent_again(
    small_board, browser, count_queries, pattern
):
    client = browser()
    page = client.get("/questions/")
    headers = {"If-None-Match": pattern.format(page.headers["ETag"])}
    with count_queries() as statements:
        answer = client.get("/questions/", headers=headers)
    assert statements == []
    assert answer.status == "304 Not Modified"
    assert answer.body == b""
    assert "Content-Type" not in answer.headers
    assert "Content-Length" not in answer.headers
    for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy", "Referrer-Policy"):
        assert answer.headers[name] == page.headers[name]


def test_the_same_page_made_again_is_not_sent_again(small_board, browser, unkept):
    etag = browser().get("/questions/").headers["ETag"]
    # Nothing that the page shows.
    with small_board.transaction() as session:
        session.get_one(User, small_board.author.id).email = "elsewhere@example.com"
    headers = {"If-None-Match": etag}
    assert browser().get("/questions/", headers=headers).status_int == 304
    assert browser(of=unkept).get("/questions/", headers=headers).status_int == 304
    ask(small_board)
    page = browser().get("/questions/", headers=headers)
    assert page.status_int == 200
    assert page.headers["ETag"] != etag


def test_errors_redirects_and_searches_are_not_kept(small_board, browser, count_queries):
    client = browser()
    for address in ("/questions/?q=coffee", "/questions/?page=9", "/nowhere", "/questions/9999/"):
        for _ in range(2):
            with count_queries() as statements:
                page = client.get(address, expect_errors=True)
            assert "ETag" not in page.headers
            assert statements or address == "/nowhere"
    assert client.get("/", headers={"If-None-Match": "*"}).status_int == 303


def test_a_refused_request_does_not_get_a_kept_page(small_board, browser):
    browser().get("/questions/")
    for _ in range(2):
        assert browser().get("/questions/", headers={"Host": "evil.example"}, status=400)
        assert browser().get("/questions/?x=%ff", status=400)
        assert browser().get("//questions/", status=404)
        assert browser().post("/questions/", status=405)


def test_unreadable_cookies_are_no_hindrance(small_board, browser):
    for _ in range(2):
        page = browser().get("/questions/", headers={"Cookie": 'x="\\377"; y=\xff'})
        assert page.status_int == 200


def test_as_much_is_kept_as_the_setting_says(small_board, browser, make_app, count_queries):
    other = make_app({"qaboard.kept_pages_mib": "1"})
    store = other.registry["page_cache"]
    client = browser(of=other)
    for number in range(150):
        client.get(f"/questions/?number={number}")
        assert store.size_bytes <= 1024 * 1024
    assert 10 < len(store.pages) < 150


def test_a_relative_time_goes_on(small_board, browser, count_queries, monkeypatch):
    small_board.question(small_board.author, "About now", created_at=utc_now())
    begin = time.time()

    def text_after(seconds: float) -> tuple[str, bool]:
        """What is said of the question after a while, and whether the page was made anew."""
        now = begin + seconds
        monkeypatch.setattr(policy, "time", SimpleNamespace(time=lambda: now))
        monkeypatch.setattr(filters, "utc_now", lambda: datetime.fromtimestamp(now, UTC))
        with count_queries() as statements:
            page = browser().get("/questions/")
        return page.html.select_one(".question-row time").text, bool(statements)

    assert text_after(10 * 60) == ("10 minutes ago", True)
    assert text_after(10 * 60 + 20) == ("10 minutes ago", False)
    assert text_after(10 * 60 + 31) == ("11 minutes ago", True)
    # A clock that is put back.
    assert text_after(10 * 60) == ("10 minutes ago", True)
    assert text_after(3 * 3600) == ("3 hours ago", True)
    assert text_after(3 * 3600 + policy.MAX_AGE_SECONDS - 1) == ("3 hours ago", False)
    assert text_after(3 * 3600 + policy.MAX_AGE_SECONDS + 1) == ("3 hours ago", True)


def test_the_board_is_kept_in_order_by_visitors_of_kept_pages(
    small_board, browser, keep_house, count_queries
):
    with small_board.transaction() as session:
        session.get_one(User, small_board.author.id).closing_at = utc_now()
        session.get_one(User, small_board.author.id).closing_removes_posts = False
    browser().get("/questions/")
    keep_house()
    assert "deleted user" in browser().get("/questions/")


@pytest.mark.parametrize("closer", ["client", "server"])
def test_a_connection_that_breaks_is_replaced(app, small_board, browser, count_queries, closer):
    browser().get("/questions/")
    connection = app.registry["database_state"].connection
    if closer == "client" or app.registry["engine"].dialect.name == "sqlite":
        connection.close()
    else:
        with small_board.transaction() as session:
            process = connection.info.backend_pid
            session.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    ask(small_board)
    assert "About milk" in browser().get("/questions/")
    with count_queries() as statements:
        assert "About milk" in browser().get("/questions/")
    assert statements == []


def test_a_database_that_does_not_tell_its_state(app, small_board, browser, monkeypatch):
    """Then its pages are made each time."""
    monkeypatch.setattr(app.registry["database_state"], "ask", lambda _connection: None)
    for title in ("About milk", "About water"):
        assert title not in browser().get("/questions/")
        small_board.question(small_board.author, title=title)
        assert title in browser().get("/questions/")
