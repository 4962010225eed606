"""What people see when something fails on our side."""

from __future__ import annotations

import re
import traceback

import pytest
from limits import parse
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import IntegrityError

from qaboard.database.engine import make_engine
from qaboard.models import Role, User
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.board import question as question_views

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
        assert re.fullmatch("[0-9a-f]{32}", error_id)
        assert page.headers["X-Request-ID"] == error_id
        assert error_id in caplog.text
        assert "secret detail" in caplog.text
        assert "secret detail" not in page
        assert "Traceback" not in page
        assert page.html.html["lang"] == locale


def lose_database(app, monkeypatch) -> Engine:
    """Have the application use a database that is not there."""
    engine = make_engine(make_url("sqlite:////nonexistent/directory/qaboard.sqlite"))
    monkeypatch.setitem(app.registry, "engine", engine)
    reading_engine = engine.execution_options(writes=False)
    monkeypatch.setitem(app.registry, "reading_engine", reading_engine)
    return engine


def test_without_the_database_there_is_a_page_that_says_so(
    browser, board, app, monkeypatch, caplog
):
    client = browser(board.user())
    engine = lose_database(app, monkeypatch)
    for path in ("/questions/", "/account/", "/questions/1/"):
        page = client.get(path, status=503)
        assert page.headers["Retry-After"] == "10"
        assert "The site is temporarily unavailable" in page
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


EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def assert_headers(page) -> None:
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in page.headers["Permissions-Policy"]
    for name, value in EVERYWHERE.items():
        assert page.headers.getall(name) == [value]
    # Only over HTTPS, and development has none.
    assert "Strict-Transport-Security" not in page.headers


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/questions/", {}, 200),
        ("HEAD", "/questions/", {}, 200),
        ("GET", "/", {}, 303),
        ("GET", "/account/", {}, 303),
        ("GET", "/questions/ask", {"Cookie": "login=nobody"}, 303),
        ("GET", "/static/css/qaboard.css", {}, 200),
        ("GET", "/static/css/qaboard.css", {"Range": "bytes=0-9"}, 206),
        ("GET", "/static/css", {}, 404),
        ("GET", "/static/nothing.css", {}, 404),
        ("GET", "/nowhere", {}, 404),
        # In development the debug toolbar has its pages there; without it nothing is exempt.
        ("GET", "/_debug_toolbar/", {}, 404),
        ("GET", "/_debug_toolbarx", {}, 404),
        ("GET", "/%ff", {}, 400),
        ("GET", "/questions/", {"Host": "evil.example"}, 400),
        ("POST", "/login", {}, 400),
        ("POST", "/logout", {}, 303),
        ("PUT", "/questions/", {}, 405),
        ("OPTIONS", "/questions/", {}, 405),
    ],
)
def test_every_response_carries_the_security_headers(browser, board, method, path, headers, status):
    page = browser().request(path, method=method, headers=headers, expect_errors=True)
    assert page.status_int == status
    assert_headers(page)


def test_so_do_the_rarer_ones(app, browser, board, broken_list, monkeypatch):
    user = board.user()
    client = browser(user)
    assert_headers(client.get("/questions/", status=500))
    assert_headers(client.post("/login", b"x" * 2_000_000, status=413))
    style_sheet = client.get("/static/css/qaboard.css")
    unchanged = {"If-Modified-Since": style_sheet.headers["Last-Modified"]}
    assert_headers(client.get("/static/css/qaboard.css", headers=unchanged, status=304))
    token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
    page = client.post("/login-options", {"csrf_token": token})
    assert page.content_type == "application/json"
    assert_headers(page)
    page = client.post("/account/download", {"csrf_token": token})
    assert page.content_type == "application/zip"
    assert_headers(page)
    monkeypatch.setitem(app.registry["rate_limiter"].rates, RateLimit.SEARCH, parse("1 per hour"))
    client.get("/questions/?q=x")
    assert_headers(client.get("/questions/?q=x", status=429))
    engine = lose_database(app, monkeypatch)
    assert_headers(client.get("/account/", status=503))
    engine.dispose()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "path", ["/questions/", "/login", "/account/", "/logout", "/static/css/qaboard.css"]
)
def test_no_method_does_anything_that_no_view_declares(browser, board, method, path):
    client = browser(board.user())
    before = board.facts()
    page = client.request(path, method=method, expect_errors=True)
    if path.startswith("/static/"):
        # Files are looked up for reading only.
        assert page.status_int == 404
    else:
        assert page.status_int == 405
        allowed = {"/login": "GET, HEAD, POST", "/logout": "POST"}
        assert page.headers["Allow"] == allowed.get(path, "GET, HEAD")
    assert board.facts() == before


def test_going_on_from_a_refusal_does_not_lead_to_it_again(browser, board):
    for user in (board.user(), board.user(role=Role.MODERATOR, **SUSPENDED)):
        page = browser(user).get("/users/", status=403)
        assert [link["href"] for link in page.html.select(".error-page a")] == ["/questions/"]


def test_going_on_from_a_refusal_leads_to_the_page_that_is_seen(browser, board):
    question = board.question()
    page = browser(board.user()).get(f"/questions/{question.id}/edit", status=403)
    assert page.click("Go back").request.path == f"/questions/{question.id}/"
