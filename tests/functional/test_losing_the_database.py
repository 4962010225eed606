"""The database goes away and comes back: meanwhile there is a page that says so, and afterwards
nobody has to do anything."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import alembic.command
import pytest
from factories import Board
from postgresql import PrivateServer, running_server
from project import alembic_configuration, environment
from sqlalchemy import event, text
from webtest import TestApp

from qaboard.database import engine as database_engine
from qaboard.database.engine import make_engine, sqlite_file
from qaboard.monitoring import readiness
from qaboard.settings import load_database_url

MONITOR = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def server(request) -> Iterator[PrivateServer]:
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("SQLite has no server")
    with running_server() as server:
        with environment(QABOARD_DATABASE_URL=server.url):
            alembic.command.upgrade(alembic_configuration(), "head")
        yield server


@pytest.fixture
def served(server, open_application, monkeypatch) -> Iterator[SimpleNamespace]:
    """An application on that server, and somebody who is logged in."""
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 60)
    with open_application(url=server.url) as app:
        board = Board(app.registry["engine"])
        user = board.user("alex")
        member = TestApp(app)
        member.set_cookie("login", board.token(user))
        question = board.question(user)
        yield SimpleNamespace(
            app=app, member=member, visitor=TestApp(app), path=f"/questions/{question.id}/"
        )


def assert_away(page) -> None:
    assert page.status_int == 503
    assert page.headers["Retry-After"] == "10"
    assert page.content_type == "text/html"
    assert "Set-Cookie" not in page.headers


def test_a_server_that_is_stopped_and_started(server, served):
    paths = ("/questions/", served.path, "/questions/ask", "/account/")
    for path in paths:
        assert served.member.get(path).status_int == 200
    token = served.member.get("/language").html.select("main [name=csrf_token]")[0]["value"]
    # This one is kept from now on.
    assert served.visitor.get("/questions/").status_int == 200
    server.stop()
    for path in paths:
        assert_away(served.member.get(path, status=503))
    for path in ("/questions/", served.path):
        assert_away(served.visitor.get(path, status=503))
    fields = {"title": "A title", "body": "What took an hour", "csrf_token": token}
    page = served.member.post("/questions/ask", fields, status=503)
    assert_away(page)
    assert page.html.find_all("textarea")[-1].text.strip() == "What took an hour"
    # What needs no database goes on, and monitoring is told what is the matter.
    assert served.visitor.get("/healthz").text == "ok\n"
    assert served.visitor.get("/static/css/qaboard.css").status_int == 200
    found = served.visitor.get("/readyz", extra_environ=MONITOR, status=503).json
    states = {name: part["state"] for name, part in found["parts"].items()}
    assert states == {
        "database": "failing", "migrations": "failing", "mail": "ok", "disk": "ok",
        "rate_limits": "ok", "replica": "off",
    }  # fmt: skip
    assert served.visitor.get("/metrics", extra_environ=MONITOR).status_int == 200
    server.start()
    for path in paths:
        assert served.member.get(path).status_int == 200
    assert served.visitor.get("/questions/").status_int == 200
    assert served.member.post("/questions/ask", fields).status_int == 303
    found = served.visitor.get("/readyz", extra_environ=MONITOR).json
    assert found["ready"] is True


def test_a_restart_that_no_request_has_seen_is_no_errors(server, served):
    for path in ("/questions/", served.path):
        served.member.get(path)
        served.visitor.get(path)
    server.stop()
    server.start()
    for path in ("/questions/", served.path):
        assert served.member.get(path).status_int == 200
        assert served.visitor.get(path).status_int == 200


@pytest.mark.parametrize("statement", range(1, 4))
def test_a_connection_that_breaks_in_the_middle(served, statement):
    engine = served.app.registry["engine"]
    seen = []

    def cut(connection, _cursor, _statement, _parameters, _context, _many) -> None:
        seen.append(True)
        if len(seen) == statement:
            pid = connection.connection.driver_connection.info.backend_pid
            with engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": pid})

    token = served.member.get("/language").html.select("main [name=csrf_token]")[0]["value"]
    fields = {"title": "A title", "body": "What took an hour", "csrf_token": token}
    event.listen(engine, "after_cursor_execute", cut)
    assert_away(served.member.post("/questions/ask", fields, status=503))
    assert served.member.post("/questions/ask", fields).status_int == 303
    event.remove(engine, "after_cursor_execute", cut)
    with engine.connect() as connection:
        written = text("SELECT count(*) FROM posts WHERE title = 'A title'")
        assert connection.scalar(written) == 1


def test_a_start_while_it_is_away_waits_for_it(server, open_application, caplog):
    server.stop()
    with open_application(url=server.url) as app:
        client = TestApp(app)
        assert "its tables were not looked at" in caplog.text
        assert_away(client.get("/questions/", status=503))
        server.start()
        assert client.get("/questions/").status_int == 200


def test_a_file_that_somebody_else_writes_for_long(request, board, browser, make_app, monkeypatch):
    if request.config.getoption("--database") != "sqlite":
        pytest.skip("only SQLite has one writer")
    monkeypatch.setattr(database_engine, "SQLITE_BUSY_TIMEOUT_SECONDS", 0.2)
    app = make_app({})
    client = browser(board.user(), of=app)
    token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
    fields = {"title": "A title", "body": "What took an hour", "csrf_token": token}
    with app.registry["engine"].execution_options(writes=True).begin():
        assert_away(client.post("/questions/ask", fields, status=503))
        # Who only reads waits for nobody.
        assert client.get("/questions/").status_int == 200
    assert client.post("/questions/ask", fields).status_int == 303


def test_a_file_that_is_moved_away_and_back(request, board, browser, make_app, tmp_path):
    if request.config.getoption("--database") != "sqlite":
        pytest.skip("only SQLite has a file")
    app = make_app({})
    engine = app.registry["engine"]
    file = sqlite_file(engine.url)
    client = browser(board.user(), of=app)
    assert client.get("/questions/").status_int == 200
    folder = file.parent
    folder.rename(tmp_path / "elsewhere")
    try:
        # Connections that were open still have the file.
        engine.dispose()
        for path in ("/questions/", "/account/"):
            assert_away(client.get(path, status=503))
        assert not folder.exists()
    finally:
        (tmp_path / "elsewhere").rename(folder)
    for path in ("/questions/", "/account/"):
        assert client.get(path).status_int == 200


def test_a_network_that_says_nothing_is_not_waited_for_without_end(server):
    for query, told in (("", ("3", "5000")), ("?connect_timeout=7", ("7", "5000"))):
        url = load_database_url({}, {"QABOARD_DATABASE_URL": server.url + query})
        engine = make_engine(url)
        with engine.connect() as connection:
            info = connection.connection.driver_connection.info
            parameters = info.get_parameters()
        engine.dispose()
        assert (parameters["connect_timeout"], parameters["tcp_user_timeout"]) == told
