"""What people see when something fails on our side."""

from __future__ import annotations

import re
import traceback

import pytest
from limits import parse
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from qaboard.db import make_engine
from qaboard.derivers import BODY_MAX_BYTES
from qaboard.models import Role, User
from qaboard.settings.rate_limits import RateLimit
from qaboard.views import question as question_views

SUSPENDED = {"suspended_until": User.SUSPENDED_FOR_GOOD, "suspension_reason": "Spam"}


@pytest.fixture
def broken_list(monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(question_views, "present_question_list", fail)


@pytest.mark.parametrize("locale", ["ko", "en"])
def test_a_500_shows_an_id_that_is_in_the_log_and_nothing_else(
    browser, board, broken_list, caplog, locale
):
    for client in (browser(locale=locale), browser(board.user(), locale=locale)):
        caplog.clear()
        page = client.get("/questions/", status=500)
        error_id = page.html.find(class_="error-id").text
        assert re.fullmatch("[0-9a-f]{16}", error_id)
        assert error_id in caplog.text
        assert "secret detail" in caplog.text
        assert "secret detail" not in page
        assert "Traceback" not in page
        assert page.html.html["lang"] == locale


def test_without_the_database_there_is_a_page_that_says_so(
    browser, board, app, monkeypatch, caplog
):
    client = browser(board.user())
    engine = make_engine(make_url("sqlite:////nonexistent/directory/qaboard.sqlite"))
    monkeypatch.setitem(app.registry, "engine", engine)
    for path in ("/questions/", "/account/", "/questions/1/"):
        page = client.get(path, status=503)
        assert page.headers["Retry-After"] == "10"
        assert "The board is taking a short break" in page
    assert "does not answer" in caplog.text
    # Neither the log nor the page shows what was asked, and what was typed is not lost.
    page = client.post("/questions/1/answers/", {"body": "My long text"}, status=503)
    assert page.html.find("textarea").text.strip() == "My long text"
    assert "My long text" not in caplog.text
    # What needs no database works.
    assert client.get("/nowhere", status=404)
    engine.dispose()


@pytest.mark.parametrize(
    "columns",
    [{"email": "alex@example.com"}, {"password_hash": "a hash", "role": "emperor"}],
    ids=["not unique", "not allowed"],
)
def test_an_error_of_the_database_shows_no_values(board, columns):
    # PostgreSQL quotes the key, or the whole row.
    board.user("alex")
    with pytest.raises(IntegrityError) as error:
        board.user("bela", **columns)
    told = "".join(traceback.format_exception(error.value))
    assert "users" in told
    assert "example.com" not in told
    assert "a hash" not in told


def test_every_response_carries_the_security_headers(app, browser, board, monkeypatch):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, RateLimit.SEARCH, parse("1 per minute"))
    visitor, member = browser(), browser(board.user())
    form = {"csrf_token": member.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]}
    style = visitor.get("/static/css/qaboard.css")
    unchanged = {"If-Modified-Since": style.headers["Last-Modified"]}
    answers = [
        visitor.get("/questions/"),
        visitor.get("/login"),
        visitor.get("/questions/ask"),
        visitor.get("/nowhere", expect_errors=True),
        member.get("/users/", expect_errors=True),
        member.get("/preview", expect_errors=True),
        member.post("/preview", {}, expect_errors=True),
        member.post("/preview", form | {"body": "*x*"}),
        member.post("/account/download", form),
        member.post("/preview", "x" * (BODY_MAX_BYTES + 1), expect_errors=True),
        visitor.get("/", headers={"Host": "evil.example"}, expect_errors=True),
        visitor.get("/questions/?q=a"),
        visitor.get("/questions/?q=a", expect_errors=True),
        style,
        visitor.get("/static/css/qaboard.css", headers=unchanged),
        visitor.get("/static/nothing", expect_errors=True),
        member.post("/logout", form),
    ]
    statuses = [answer.status_int for answer in answers]
    assert statuses == [
        *(200, 200, 303, 404, 403, 405, 400, 200, 200, 413, 400, 200, 429, 200, 304, 404, 303)
    ]
    for answer in answers:
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), answer.request.path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers


def test_static_files_have_addresses_that_change_with_their_content(browser, board):
    page = browser().get("/questions/")
    for tag in page.html.select("link[rel=stylesheet], script, link[rel=icon]"):
        address = tag.get("href") or tag["src"]
        assert re.search(r"\?x=[0-9a-f]{12}$", address)
        assert browser().get(address).status_int == 200
    browser().get("/static/../development.ini", status=404)
    browser().get("/static/%2e%2e/development.ini", status=404)


def test_going_on_from_a_refusal_does_not_lead_to_it_again(browser, board):
    for user in (board.user(), board.user(role=Role.MODERATOR, **SUSPENDED)):
        page = browser(user).get("/users/", status=403)
        assert [link["href"] for link in page.html.select(".error-page a")] == ["/questions/"]


def test_going_on_from_a_refusal_leads_to_the_page_that_is_seen(browser, board):
    question = board.question()
    page = browser(board.user()).get(f"/questions/{question.id}/edit", status=403)
    assert page.click("Go back").request.path == f"/questions/{question.id}/"
