"""What balancers and monitoring ask: /healthz, /readyz and /metrics."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

import pytest
from aiosmtpd.controller import Controller
from factories import PASSWORD
from postgresql import free_port
from prometheus_client.parser import text_string_to_metric_families
from pyramid_retry import RetryableException
from sqlalchemy import text
from test_rate_limits import wait_for_redis
from waiting import wait_until
from webob import Request

from qaboard.monitoring import readiness
from qaboard.server.log_handlers import QueuedFileHandler
from qaboard.views.board import question as question_views

MONITOR = {"REMOTE_ADDR": "127.0.0.1"}
PARTS = ("database", "migrations", "mail", "disk", "rate_limits")
ALL_WELL = dict.fromkeys(PARTS, "ok") | {"replica": "off"}


@pytest.fixture
def look_each_time(monkeypatch):
    """What is found is not kept, and slow machines are waited for."""
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 60)


def states(client, query: str = "", status: int = 200) -> dict[str, str]:
    """The state of each part, as a monitor is told."""
    page = client.get(f"/readyz{query}", extra_environ=MONITOR, status=status)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.json["ready"] is (status == 200)
    return {name: part["state"] for name, part in page.json["parts"].items()}


def failing(client) -> set[str]:
    page = client.get("/readyz", extra_environ=MONITOR, expect_errors=True)
    return {name for name, part in page.json["parts"].items() if part["state"] == "failing"}


def detail(client, part: str) -> str:
    page = client.get("/readyz", extra_environ=MONITOR, status=503)
    return page.json["parts"][part]["detail"]


def test_a_process_that_lives_says_so(browser, board, count_queries):
    client = browser(board.user())
    hosts = ("localhost", "10.0.0.7:8080", "evil.example")
    for host in hosts:
        for method in ("GET", "HEAD"):
            with count_queries() as statements:
                # A balancer knows an address and no name; a login is nothing to it.
                page = client.request("/healthz", method=method, headers={"Host": host})
            assert page.status_int == 200
            assert page.body == (b"ok\n" if method == "GET" else b"")
            assert page.headers["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in page.headers
            assert statements == []
    assert client.post("/healthz", status=405).headers["Allow"] == "GET, HEAD"
    # Only there no name is needed.
    client.get("/login", headers={"Host": "evil.example"}, status=400)


def test_everything_is_there(browser, board, look_each_time):
    assert states(browser()) == ALL_WELL


@pytest.mark.parametrize("page", ["/readyz", "/metrics"])
def test_others_than_monitors_find_nothing(browser, board, make_app, page):
    app = make_app({"qaboard.monitor_addresses": "127.0.0.1 ::1 10.0.0.0/8 2001:db8::/32"})
    client = browser(of=app)
    nothing = client.get("/nowhere", status=404)
    for address in ("192.0.2.7", "11.0.0.1", "2001:db9::1", "::ffff:192.0.2.7", "localhost", ""):
        for path in (page, f"{page}/", f"/@@{page[1:]}"):
            answer = client.get(path, extra_environ={"REMOTE_ADDR": address}, status=404)
            assert answer.html.h1 == nothing.html.h1
            assert "qaboard_" not in answer
    for address in ("127.0.0.1", "::1", "10.1.2.3", "2001:db8:5::1", "::ffff:10.1.2.3"):
        assert client.get(page, extra_environ={"REMOTE_ADDR": address}).status_int == 200
    # Whoever is believed is what the server says, and no header that anybody can send.
    forged = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1",
    }
    client.get(page, headers=forged, extra_environ={"REMOTE_ADDR": "192.0.2.7"}, status=404)
    nobody = browser(of=make_app({"qaboard.monitor_addresses": ""}))
    nobody.get(page, extra_environ=MONITOR, status=404)


def test_mail(browser, board, make_app, look_each_time):
    port = free_port()
    settings = {"mail.directory": "", "mail.host": "127.0.0.1", "mail.port": str(port)}
    app = make_app(settings | {"mail.encryption": "starttls"})
    client = browser(of=app)
    assert states(client, status=503) == ALL_WELL | {"mail": "failing"}
    assert "ConnectionRefusedError" in detail(client, "mail")
    # What a balancer can live without it leaves out.
    assert states(client, "?exclude=mail")["mail"] == "failing"
    assert states(client, "?exclude=disk&exclude=mail")["mail"] == "failing"
    states(client, "?exclude=disk", status=503)
    server = Controller(object(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert states(client)["mail"] == "ok"
    finally:
        server.stop()
    assert states(client, status=503)["mail"] == "failing"
    without = browser(of=make_app({"mail.enabled": "false"}))
    assert states(without)["mail"] == "off"


def test_the_mail_server_is_not_asked_each_time(browser, board, make_app, monkeypatch):
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 3600)
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 60)
    asked = []

    class Counting:
        async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
            return responses

        async def handle_QUIT(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
            asked.append(True)
            return "221 Bye"

    port = free_port()
    server = Controller(Counting(), hostname="127.0.0.1", port=port)
    server.start()
    settings = {"mail.directory": "", "mail.host": "127.0.0.1", "mail.port": str(port)}
    client = browser(of=make_app(settings | {"mail.encryption": "none"}))
    try:
        for _ in range(20):
            assert states(client)["mail"] == "ok"
    finally:
        server.stop()
    assert len(asked) == 1


def test_a_disk_that_is_full(browser, board, make_app, look_each_time):
    client = browser(of=make_app({"qaboard.minimum_free_mib": "1000000000"}))
    assert states(client, status=503) == ALL_WELL | {"disk": "failing"}
    assert "MiB are free in /" in detail(client, "disk")


def test_a_log_that_cannot_be_written(browser, board, look_each_time, tmp_path):
    (tmp_path / "log").mkdir()
    handler = QueuedFileHandler(str(tmp_path / "log" / "board.log"), 10_000, 1)
    log = logging.getLogger()
    log.addHandler(handler)
    client = browser()
    try:
        (tmp_path / "log").rename(tmp_path / "elsewhere")
        # Each request writes a line, and is answered all the same.
        wait_until(
            lambda: client.get("/questions/") and "disk" in failing(client), "the disk is well"
        )
        assert detail(client, "disk").startswith("the log cannot be written: ")
        assert str(tmp_path / "log") in detail(client, "disk")
        (tmp_path / "elsewhere").rename(tmp_path / "log")
        wait_until(lambda: client.get("/questions/") and not failing(client), "it stays so")
    finally:
        log.removeHandler(handler)
        handler.close()


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [("0001", "at migration 0001, expected"), ("9999", "newer version of qaboard (9999)")],
)
def test_a_database_at_another_migration(browser, board, app, look_each_time, revision, sentence):
    engine = app.registry["engine"]

    def set_revision(number: str, change_compatible: str) -> str:
        with engine.execution_options(writes=True).begin() as connection:
            before = connection.scalar(text("SELECT version_num FROM alembic_version"))
            connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": number})
            connection.execute(text(change_compatible))
        return before

    # As if none of these releases could use the tables of the newer one.
    update = "UPDATE compatible_migrations SET version_num = "
    before = set_revision(revision, update + "'x' || version_num")
    try:
        expected = ALL_WELL | {"migrations": "failing"}
        assert states(browser(), status=503) == expected
        assert sentence in detail(browser(), "migrations")
    finally:
        set_revision(before, update + "substr(version_num, 2)")
    assert states(browser()) == ALL_WELL


def test_counters_that_are_away(browser, board, make_app, look_each_time, redis_server):
    port, process = redis_server
    app = make_app({"rate_limits.storage": f"redis://127.0.0.1:{port}"})
    wait_for_redis(app.registry["rate_limiter"])
    client = browser(of=app)
    assert states(client)["rate_limits"] == "ok"
    process.terminate()
    process.wait(timeout=30)
    assert states(client, status=503) == ALL_WELL | {"rate_limits": "failing"}


def values(client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples of /metrics, by name and labels, read by the parser of Prometheus' own client."""
    page = client.get("/metrics", extra_environ=MONITOR)
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    assert page.headers["Cache-Control"] == "no-store"
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


@pytest.fixture
def counted(browser, app) -> Callable:
    """What a block adds to the counters of the board, without the asking itself and the times."""

    def read() -> dict:
        return {
            (name.removeprefix("qaboard_"), *(value for _label, value in labels)): value
            for (name, labels), value in values(browser()).items()
            if name.endswith(("_total", "_count")) and name.startswith("qaboard_")
            and ("view", "monitoring.show_metrics") not in labels
        }  # fmt: skip

    before = read()

    def difference() -> dict:
        after = read()
        changed = {key: after[key] - before.get(key, 0) for key in after}
        return {key: change for key, change in changed.items() if change}

    return difference


def test_pages_are_counted_exactly(small_board, browser, app, counted, count_queries):
    client = browser()
    with count_queries() as statements:
        for _ in range(3):
            client.get("/questions/")
        client.head("/questions/")
        client.get("/nowhere", status=404)
        client.get("/nowhere/else", status=404)
        Request.blank("/questions/", method="BREW").get_response(app)
    expected = {
        ("requests_total", "GET", "2xx", "question.list_questions"): 3,
        ("requests_total", "HEAD", "2xx", "question.list_questions"): 1,
        ("requests_total", "GET", "4xx", "error.not_found"): 2,
        ("requests_total", "other", "4xx", "error.not_found"): 1,
        ("request_seconds_count", "question.list_questions"): 4,
        ("request_seconds_count", "error.not_found"): 3,
        ("queries_total",): len(statements),
    }
    assert counted() == expected


def test_logins_and_posts_are_counted_exactly(board, browser, app, counted):
    board.user("alex")
    client = browser()
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", "a wrong horse battery"
    form.submit(status=400)
    form.submit(status=400)
    form["password"] = PASSWORD
    form.submit(status=303)
    ask = client.get("/questions/ask").forms["ask"]
    # One that is refused is none.
    ask["title"] = ""
    ask.submit("submit", status=400)
    ask["title"], ask["body"] = "A title", "A body"
    question = ask.submit("submit", status=303).follow()
    for _ in range(2):
        form = question.forms["answer"]
        form["body"] = "An answer"
        question = form.submit("submit", status=303).follow()
    app.registry["background"].wait()
    told = counted()
    assert told["logins_total", "failure"] == 2
    assert told["logins_total", "success"] == 1
    assert told["posts_total", "question"] == 1
    assert told["posts_total", "answer"] == 2
    assert ("retries_total",) not in told


def test_a_repeated_attempt_is_counted_and_its_post_once(board, browser, monkeypatch, counted):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "A title", "A body"
    attempts = []
    check_links = question_views.check_links

    def fail_once(request, html, **options):
        attempts.append(True)
        check_links(request, html, **options)
        if len(attempts) == 1:
            request.count_after_commit(request.metrics.questions)
            raise RetryableException

    monkeypatch.setattr(question_views, "check_links", fail_once)
    form.submit("submit", status=303)
    told = counted()
    assert len(attempts) == 2
    assert told["retries_total",] == 1
    assert told["posts_total", "question"] == 1
    assert told["requests_total", "POST", "3xx", "question.AskView.submit"] == 1


def test_nobody_makes_labels(browser, board, app):
    client = browser()
    client.get("/questions/")
    before = {key for key in values(client) if key[0].startswith("qaboard_requests")}
    for number in range(20):
        client.get(f"/made-up-{number}", status=404)
        client.get(f"/questions/?sort=newest&made={number}", expect_errors=True)
        Request.blank("/questions/", method=f"METHOD{number}").get_response(app)
        client.get(f"/login?next={number}", headers={"Host": f"{number}.example"}, status=400)
    after = {key for key in values(client) if key[0].startswith("qaboard_requests")}
    assert len(after - before) <= 5
    assert "made" not in str(after)
    assert "METHOD" not in str(after)


def test_the_pool_and_the_process_are_told(browser, board, app):
    engine = app.registry["engine"]
    client = browser(board.user())

    def in_use() -> float:
        return values(client)["qaboard_database_connections", (("state", "in_use"),)]

    before = in_use()
    with engine.connect():
        assert in_use() == before + 1
    assert in_use() == before
    told = values(client)
    assert told["qaboard_database_pool_size", ()] == engine.pool.size()
    assert told["process_resident_memory_bytes", ()] > 10_000_000
    buckets = [
        float(dict(labels)["le"])
        for (name, labels) in told
        if name == "qaboard_request_seconds_bucket"
        and dict(labels)["view"] == "monitoring.show_metrics"
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == math.inf


def test_applications_count_each_for_themselves(browser, board, make_app):
    one, other = browser(of=make_app({})), browser(of=make_app({}))
    one.get("/login")
    key = "qaboard_requests_total", (
        ("method", "GET"), ("status", "2xx"), ("view", "user_session.LogInView.show"),
    )  # fmt: skip
    assert values(one)[key] == 1
    assert key not in values(other)


def test_asking_takes_no_longer_than_said(browser, board, app, monkeypatch):
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 0.1)
    part = app.registry["readiness"].parts[0]
    assert part.name == "database"
    part.known_until = 0.0
    monkeypatch.setattr(part, "check", lambda: time.sleep(5) or readiness.OK)
    page = browser().get("/readyz", extra_environ=MONITOR, status=503)
    assert page.json["parts"]["database"]["detail"] == "no answer within 0.1 s"
    part.thread.join(60)
    part.known_until = 0.0
