"""The log of requests: each has an id that all its lines and its answer carry, and no secret."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest
from factories import PASSWORD

from qaboard.server.log_formatters import EntryFormatter, JSONFormatter
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.views.board import question as question_views

TEXT_FORMAT = "%(levelname)s [%(name)s %(request_id)s] %(message)s"
GIVEN = "0123456789abcdef0123456789abcdef"


class Written:
    """What two handlers, for text and for JSON, have written."""

    def __init__(self) -> None:
        self.text, self.json = io.StringIO(), io.StringIO()

    def entries(self, logger: str) -> list[dict]:
        """What one logger wrote, as JSON."""
        entries = map(json.loads, self.json.getvalue().splitlines())
        return [entry for entry in entries if entry["logger"] == logger]

    def lines(self, logger: str) -> list[str]:
        return [line for line in self.text.getvalue().splitlines() if f"[{logger} " in line]


@pytest.fixture
def written():
    """The log as an operator has it, with all that the board says."""
    written = Written()
    root, board = logging.getLogger(), logging.getLogger("qaboard")
    handlers = []
    for stream, formatter in (
        (written.text, EntryFormatter(TEXT_FORMAT)),
        (written.json, JSONFormatter()),
    ):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        handlers.append(handler)
        root.addHandler(handler)
    level = board.level
    board.setLevel(logging.DEBUG)
    yield written
    board.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


def test_every_answer_has_an_id_that_is_in_the_log(browser, board, written, monkeypatch):
    user = board.user("alex")
    client = browser(user)
    question = board.question(user)

    def fail(*_arguments):
        raise RuntimeError("broken")

    answers = [
        browser().get("/questions/"),
        # This one is kept.
        browser().get("/questions/"),
        browser().get("/questions/", headers={"If-None-Match": "*"}, status=304),
        client.get(f"/questions/{question.id}/"),
        client.get("/static/css/qaboard.css"),
        client.get("/nowhere", status=404),
        client.get("/questions/?q=%ff", status=400),
        client.get("/questions/", headers={"Host": "evil.example"}, status=400),
        client.post("/questions/ask", {"title": "No token"}, status=400),
        client.get("/healthz"),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(question_views, "present_question_list", fail)
        answers.append(client.get("/questions/?sort=votes", status=500))
    ids = [answer.headers.getall("X-Request-ID") for answer in answers]
    assert all(len(one) == 1 and re.fullmatch("[0-9a-f]{32}", one[0]) for one in ids)
    entries = written.entries("qaboard.access")
    assert [entry["request_id"] for entry in entries] == [one[0] for one in ids]
    assert len(set(map(str, ids))) == len(ids)
    assert [entry["status"] for entry in entries] == [answer.status_int for answer in answers]
    # The error was logged under the same id, and so does its page say.
    (error,) = written.entries("qaboard.views.site.error")
    assert error["request_id"] == ids[-1][0]
    assert "RuntimeError: broken" in error["traceback"]
    assert answers[-1].html.find(class_="error-id").text == ids[-1][0]


def test_even_what_no_page_can_be_made_of_has_one(app, browser, board, written, monkeypatch):
    # That of errors has it too.
    monkeypatch.setitem(app.registry, "static_files", None)
    page = browser().get("/login", status=500)
    assert page.headers["X-Request-ID"] in page.text
    assert page.content_type == "text/plain"
    (entry,) = written.entries("qaboard.access")
    assert (entry["status"], entry["request_id"]) == (500, page.headers["X-Request-ID"])
    (error,) = written.entries("qaboard.monitoring.requests")
    assert "Traceback" in error["traceback"]
    assert error["request_id"] == page.headers["X-Request-ID"]


def test_nginx_gives_the_id_and_nobody_else(browser, board, written):
    client = browser()
    sent = {"X-Request-ID": GIVEN}
    by_proxy = sent | {"X-Forwarded-For": "192.0.2.7"}
    assert client.get("/questions/", headers=by_proxy).headers["X-Request-ID"] == GIVEN
    assert client.get("/questions/", headers=sent).headers["X-Request-ID"] != GIVEN
    (line,) = [line for line in written.lines("qaboard.access") if GIVEN in line]
    assert f"[qaboard.access {GIVEN}] GET /questions/ 200 " in line


def test_a_line_says_what_was_asked_and_what_it_took(browser, board, count_queries, written):
    user = board.user()
    client = browser(user)
    with count_queries() as statements:
        page = client.get("/questions/?sort=active&page=1&q=")
    (entry,) = written.entries("qaboard.access")
    assert entry["method"] == "GET"
    assert entry["path"] == "/questions/?sort=active&page=1"
    assert entry["bytes"] == len(page.body)
    assert entry["queries"] == len(statements) > 0
    # A search for nothing shows the list.
    assert entry["view"] == "question.search"
    assert entry["user"] == user.id
    assert entry["milliseconds"] >= 0
    (line,) = written.lines("qaboard.access")
    assert re.fullmatch(
        rf"INFO \[qaboard.access [0-9a-f]{{32}}\] GET /questions/\?sort=active&page=1 200 "
        rf"bytes={len(page.body)} ms=[0-9.]+ queries={len(statements)} "
        rf"view=question.search user={user.id} address=-",
        line,
    )


def test_views_are_told_by_their_names(small_board, browser, written):
    client = browser()
    # The second time it is kept.
    for path in ("/questions/", "/questions/", "/nowhere", "/static/css/qaboard.css"):
        client.get(path, expect_errors=True)
    client.head("/questions/")
    client.get("/login")
    views = [entry["view"] for entry in written.entries("qaboard.access")]
    assert views == [
        "question.list_questions",
        "question.list_questions",
        "error.not_found",
        "static",
        "question.list_questions",
        "user_session.LogInView.show",
    ]
    kept = written.entries("qaboard.access")[1]
    assert kept["queries"] == 0
    assert written.entries("qaboard.access")[4]["bytes"] == 0


@pytest.mark.parametrize(
    ("setting", "shown"), [("full", "192.0.2.7"), ("network", "192.0.2.0/24"), ("none", "-")]
)
def test_of_an_address_as_much_is_told_as_is_kept(
    browser, board, make_app, written, setting, shown
):
    app = make_app({"qaboard.client_addresses": setting})
    browser(of=app).get("/login", extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    (line,) = written.lines("qaboard.access")
    assert line.endswith(f" address={shown}")
    assert shown == "192.0.2.7" or "192.0.2.7" not in written.text.getvalue()


def test_no_secret_is_in_the_log(browser, board, app, mails, written):
    wrong, body = "a wrong horse battery", "The body of a post, about my illness"
    alex = board.user("alex")
    with board.transaction() as session:
        token = issue_reset_token(session, session.get_one(type(alex), alex.id), email=alex.email)
    # Logging in ends the link.
    visitor = browser()
    visitor.get(f"/reset-password?token={token}").follow()
    client = browser()
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", wrong
    form.submit(status=400)
    form["password"] = PASSWORD
    csrf_token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
    form.submit(status=303)
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "My title", body
    form.submit("submit", status=303)
    client.get("/questions/", {"q": "hypochondria"})
    client.post("/questions/ask", {"title": "My title", "body": body}, status=400)
    visitor.get(f"/nowhere?{token}", status=404)
    signup = visitor.get("/signup").forms["signup"]
    signup["username"], signup["email"] = "bela", "bela@example.net"
    signup["password"] = signup["password_confirm"] = "another horse battery"
    signup.submit("submit", status=303)
    mails()
    login_tokens = [cookie.value for cookie in (*client.cookiejar, *visitor.cookiejar)]
    assert len(login_tokens) >= 3
    secrets = [
        wrong, PASSWORD, body, "My title", "hypochondria", token, csrf_token, "another horse",
        "bela@example.net", alex.email, *login_tokens,
    ]  # fmt: skip
    for output in (written.text.getvalue(), written.json.getvalue()):
        # It is there at all.
        assert "/reset-password" in output
        assert "login_failure" in output
        assert [secret for secret in secrets if secret in output] == []


def test_what_a_request_leaves_to_the_background_has_its_id(browser, board, app, written):
    board.user("alex")
    form = browser().get("/login").forms["login"]
    form["username"], form["password"] = "alex", "a wrong horse battery"
    page = form.submit(status=400)
    app.registry["background"].wait()
    (entry,) = [
        entry
        for entry in written.entries("qaboard.security")
        if entry["message"].startswith("login_failure")
    ]
    assert entry["request_id"] == page.headers["X-Request-ID"]


def test_slow_queries_are_told_without_their_values(browser, board, make_app, written):
    user = board.user("alexandra")
    client = browser(user, of=make_app({"qaboard.slow_query_milliseconds": "1"}))
    engine = client.app.registry["engine"]
    sleep = (
        "SELECT pg_sleep(0.01), %(value)s::text"
        if engine.dialect.name == "postgresql"
        else """WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300000)
                SELECT count(*), :value FROM c"""
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(sleep, {"value": "a secret value"}).all()
    told = [
        entry for entry in written.entries("qaboard.slow_queries") if "SELECT" in entry["message"]
    ]
    assert [
        entry["statement"]
        for entry in told
        if "count(*)" in entry["statement"] or "pg_sleep" in entry["statement"]
    ] == [" ".join(sleep.split())]
    assert all(entry["milliseconds"] >= 1 for entry in told)
    assert "a secret value" not in written.json.getvalue() + written.text.getvalue()


def test_a_slow_query_has_the_id_of_its_request(browser, board, make_app, written, monkeypatch):
    app = make_app({"qaboard.slow_query_milliseconds": "1"})
    present = question_views.present_question_list

    def present_slowly(request, sort):
        engine = request.registry["engine"]
        sleep = "SELECT pg_sleep(0.01)"
        if engine.dialect.name == "sqlite":
            sleep = (
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300000) "
                "SELECT count(*) FROM c"
            )
        request.dbsession.connection().exec_driver_sql(sleep).all()
        return present(request, sort)

    monkeypatch.setattr(question_views, "present_question_list", present_slowly)
    page = browser(of=app).get("/questions/")
    slow = [
        entry
        for entry in written.entries("qaboard.slow_queries")
        if entry["request_id"] == page.headers["X-Request-ID"]
    ]
    assert any("pg_sleep" in e["statement"] or "count(*) FROM c" in e["statement"] for e in slow)


def test_nothing_is_slow_where_the_setting_is_zero(browser, board, app, written):
    browser().get("/questions/")
    assert written.entries("qaboard.slow_queries") == []
