"""How often something may be done: 429, how long to wait, and nothing that was typed is lost."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from factories import PASSWORD
from limits import parse
from postgresql import free_port

from qaboard.limits.rate_limits import STORAGE_PAUSE_SECONDS, RateLimiter, count_attempt
from qaboard.services.accounts.security_event import NO_CLIENT
from qaboard.settings import SettingsError
from qaboard.settings.rate_limits import RateLimit, RateLimitSettings


@pytest.fixture
def once(app, monkeypatch):
    """Makes one kind of thing possible once a minute."""
    rates = app.registry["rate_limiter"].rates

    def make(limit: RateLimit) -> None:
        monkeypatch.setitem(rates, limit, parse("1 per minute"))

    return make


def token_of(client) -> str:
    return client.get("/language").html.select("main [name=csrf_token]")[0]["value"]


def assert_to_wait(page) -> None:
    assert page.status_int == 429
    assert 0 < int(page.headers["Retry-After"]) <= 60
    assert "Too many attempts" in page


def test_an_attempt_that_is_repeated_is_refused_again_and_counted_once():
    counted = []
    limiter = SimpleNamespace(seconds_to_wait=lambda *attempt: counted.append(attempt) or 30)
    request = SimpleNamespace(environ={}, registry={"rate_limiter": limiter}, client=NO_CLIENT)
    assert [count_attempt(request, RateLimit.LOGIN_ACCOUNT, 1) for _ in range(2)] == [30, 30]
    assert len(counted) == 1


def test_a_question(once, browser, board):
    once(RateLimit.ASK)
    client = browser(board.user())
    for status in (303, 429):
        form = client.get("/questions/ask").forms["ask"]
        form["title"], form["body"] = "My title", "My text"
        page = form.submit("submit", status=status)
    assert_to_wait(page)
    assert page.forms["ask"]["body"].value == "My text"
    assert len(board.facts()["posts"]) == 1
    # Somebody else is not stopped by it.
    form = browser(board.user()).get("/questions/ask")
    assert form.status_int == 200


def test_an_answer_an_edit_and_a_deletion(once, browser, board):
    author = board.user()
    question = board.question(author)
    client = browser(author)
    path = f"/questions/{question.id}/"
    token = token_of(client)
    for limit, address, fields in (
        (RateLimit.ANSWER, f"{path}answers/", {"body": "An answer"}),
        (RateLimit.EDIT, f"{path}edit", {"title": "Other", "body": "Other text"}),
    ):
        once(limit)
        client.post(address, fields | {"csrf_token": token}, status=303)
        page = client.post(address, fields | {"csrf_token": token}, status=429)
        assert_to_wait(page)
        assert fields["body"] in page
    page = client.post(f"{path}delete", {"csrf_token": token}, status=429)
    assert_to_wait(page)


def test_a_vote(once, browser, board):
    once(RateLimit.VOTE)
    question = board.question()
    client = browser(board.user())
    token = token_of(client)
    for status in (303, 429):
        page = client.post(
            f"/questions/{question.id}/vote", {"csrf_token": token, "value": "1"}, status=status
        )
    assert_to_wait(page)


def test_a_search_and_a_preview(once, browser, board):
    once(RateLimit.SEARCH)
    once(RateLimit.PREVIEW)
    client = browser(board.user())
    client.get("/questions/?q=coffee")
    assert_to_wait(client.get("/questions/?q=coffee", status=429))
    assert client.get("/questions/").status_int == 200
    token = token_of(client)
    client.post("/preview", {"csrf_token": token, "body": "text"})
    assert_to_wait(client.post("/preview", {"csrf_token": token, "body": "text"}, status=429))


def test_a_search_is_counted_for_a_network_of_one_subscriber(once, browser):
    once(RateLimit.SEARCH)
    client = browser()
    for address, status in (
        ("192.0.2.1", 200),
        ("192.0.2.1", 429),
        ("192.0.2.2", 200),
        ("2001:db8:0:1::1", 200),
        ("2001:db8:0:1:ffff::9", 429),
        ("2001:db8:0:2::1", 200),
        ("::ffff:192.0.2.1", 429),
    ):
        client.extra_environ["REMOTE_ADDR"] = address
        # Anybody can send this one; only the server's own word counts.
        headers = {"X-Forwarded-For": "198.51.100.1"}
        client.get("/questions/?q=x", headers=headers, status=status)


def test_signing_up(once, browser, board):
    once(RateLimit.SIGN_UP)
    for username, status in (("first", 303), ("second", 429)):
        form = browser().get("/signup").forms["signup"]
        form["username"], form["email"] = username, f"{username}@example.com"
        form["password"] = form["password_confirm"] = PASSWORD
        page = form.submit("submit", status=status)
    assert_to_wait(page)
    assert page.forms["signup"]["email"].value == "second@example.com"
    assert len(board.users()) == 1


def test_a_login_from_one_address(once, browser, board):
    once(RateLimit.LOGIN_ADDRESS)
    board.user("alex")
    for status in (400, 429):
        form = browser().get("/login").forms["login"]
        form["username"], form["password"] = f"nobody{status}", PASSWORD
        page = form.submit("submit", status=status)
    assert_to_wait(page)


def test_wrong_passwords_are_counted_for_a_name_in_all_its_spellings(browser, board):
    board.user("alex")
    for attempt in range(11):
        form = browser().get("/login").forms["login"]
        form["username"] = ("alex", "ALEX", "ａｌｅｘ")[attempt % 3]
        form["password"] = "wrong password"
        page = form.submit("submit", status=400 if attempt < 10 else 429)
    assert "min." in page.html.find(class_="error-summary").text


def test_a_right_password_begins_the_count_anew(browser, board):
    board.user("alex")
    for password, status in [*[("wrong password", 400)] * 9, (PASSWORD, 303)] * 2:
        form = browser().get("/login").forms["login"]
        form["username"], form["password"] = "alex", password
        form.submit("submit", status=status)


WORDS = {"en": "Too many attempts.", "ko": "짧은 시간에 너무 여러 번"}

# What is asked twice, by whom, and what was typed and is to be there still.
LIMITED = {
    RateLimit.LOGIN_ACCOUNT: ("visitor", "/login", {"username": "alex", "password": "wrong one"}),
    RateLimit.LOGIN_ADDRESS: ("visitor", "/login", {"username": "alex", "password": "wrong one"}),
    RateLimit.SIGN_UP: (
        "visitor",
        "/signup",
        {
            "username": "newcomer",
            "email": "newcomer@example.com",
            "password": PASSWORD,
            "password_confirm": PASSWORD,
        },
    ),
    RateLimit.RESET: ("visitor", "/forgot-password", {"email": "alex@example.com"}),
    RateLimit.ASK: ("member", "/questions/ask", {"title": "My title", "body": "My text"}),
    RateLimit.ANSWER: ("member", "{question}answers/", {"body": "My text"}),
    RateLimit.EDIT: ("member", "{question}edit", {"title": "My title", "body": "My text"}),
    RateLimit.VOTE: ("other", "{question}vote", {"value": "1"}),
    RateLimit.SEARCH: ("visitor", "/questions/?q=coffee", None),
    RateLimit.PREVIEW: ("member", "/preview", {"body": "My text"}),
    RateLimit.DRAFT: (
        "member",
        "/questions/draft",
        {"body": "My text", "writer": "0123456789abcdef"},
    ),
    RateLimit.DOWNLOAD: ("member", "/account/download", {}),
}


@pytest.mark.parametrize("locale", ["en", "ko"])
@pytest.mark.parametrize("limit", LIMITED)
def test_every_limit_says_how_long_to_wait_and_keeps_what_was_typed(
    once, browser, board, limit, locale
):
    member = board.user("alex", locale=locale)
    question = f"/questions/{board.question(member).id}/"
    who, path, fields = LIMITED[limit]
    path = path.format(question=question)
    user = {"visitor": None, "member": member, "other": board.user(locale=locale)}[who]
    once(limit)
    for attempt in range(2):
        # Whoever signs up is logged in then; the next one is somebody else.
        client = browser(user, locale)
        if fields is None:
            page = client.get(path, expect_errors=True)
            continue
        sent = fields | {"csrf_token": token_of(client)}
        if limit is RateLimit.SIGN_UP and attempt == 0:
            sent |= {"username": "first", "email": "first@example.com"}
        page = client.post(path, sent, headers={"Accept": "text/html"}, expect_errors=True)
    assert page.status_int == 429
    assert 0 < int(page.headers["Retry-After"]) <= 60
    assert page.html.html["lang"] == locale
    assert WORDS[locale] in page.html.find("main").text
    for name, value in (fields or {}).items():
        if "password" not in name and name not in ("value", "writer"):
            assert value in page


def test_every_limit_is_in_the_table():
    # What mails one address gets is asked in the background, and tells nobody anything; a code is
    # asked for in the second step of a login, which has tests of its own.
    assert set(LIMITED) == set(RateLimit) - {RateLimit.MAIL, RateLimit.SECOND_FACTOR}


@pytest.mark.parametrize(
    "storage", ["nonsense", "nonsense://", "redis+nonsense://localhost", "memcached://localhost"]
)
def test_a_storage_that_cannot_be_used_stops_the_start(storage):
    with pytest.raises(SettingsError, match=r"rate_limits\.storage"):
        RateLimiter(RateLimitSettings(storage, {}))


@pytest.fixture
def redis_port(redis_server) -> int:
    return redis_server[0]


def wait_for_redis(limiter: RateLimiter) -> None:
    for _ in range(100):
        if limiter.storage.check():
            return
        time.sleep(0.05)
    raise AssertionError("Redis did not start")


def test_processes_count_together_in_redis_and_alone_without_it(redis_port, caplog):
    settings = RateLimitSettings(
        f"redis://127.0.0.1:{redis_port}", {RateLimit.VOTE: parse("2 per minute")}
    )
    one, other = RateLimiter(settings), RateLimiter(settings)
    wait_for_redis(one)
    assert one.seconds_to_wait(RateLimit.VOTE, "7") == 0
    assert other.seconds_to_wait(RateLimit.VOTE, "7") == 0
    assert 0 < one.seconds_to_wait(RateLimit.VOTE, "7") <= 60
    assert other.seconds_to_wait(RateLimit.VOTE, "8") == 0
    one.forget(RateLimit.VOTE, "7")
    assert other.seconds_to_wait(RateLimit.VOTE, "7") == 0
    # A server that is not there.
    away = RateLimiter(RateLimitSettings(f"redis://127.0.0.1:{free_port()}", settings.rates))
    waits = [away.seconds_to_wait(RateLimit.VOTE, "7") for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert waits[2] > 0
    assert "counts by itself" in caplog.text


def test_redis_may_forget_everything(redis_port):
    rates = {RateLimit.VOTE: parse("1 per minute")}
    limiter = RateLimiter(RateLimitSettings(f"redis://127.0.0.1:{redis_port}", rates))
    wait_for_redis(limiter)
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") == 0
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") > 0
    limiter.storage.storage.flushall()
    limiter.storage.storage.script_flush()
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") == 0
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") > 0


@pytest.fixture
def hanging() -> Iterator[socket.socket]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        yield listening


def connections_to(listening: socket.socket) -> int:
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except TimeoutError:
            return count
        count += 1


def test_not_every_request_waits_for_a_storage_that_hangs(
    app, browser, board, hanging, monkeypatch, caplog
):
    rates = app.registry["rate_limiter"].rates | {RateLimit.LOGIN_ACCOUNT: parse("2 per minute")}
    uri = f"redis://127.0.0.1:{hanging.getsockname()[1]}"
    monkeypatch.setitem(app.registry, "rate_limiter", RateLimiter(RateLimitSettings(uri, rates)))
    board.user("alex")
    for password, status in (("wrong password", 400), (PASSWORD, 303), *[("wrong", 400)] * 2):
        form = browser().get("/login").forms["login"]
        form["username"], form["password"] = "alex", password
        form.submit("submit", status=status)
    # Passwords still cannot be guessed without end.
    assert_to_wait(form.submit("submit", status=429))
    for _ in range(20):
        browser().get("/questions/?q=coffee", status=200)
    # One of all these requests asked, and said so.
    assert connections_to(hanging) == 1
    assert caplog.text.count("counts by itself") == 1


def test_a_storage_is_asked_again_after_a_while(redis_server, monkeypatch, caplog):
    port, process = redis_server
    rates = {RateLimit.VOTE: parse("1 per minute")}
    limiter = RateLimiter(RateLimitSettings(f"redis://127.0.0.1:{port}", rates))
    wait_for_redis(limiter)
    process.send_signal(signal.SIGSTOP)
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") == 0
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") > 0
    process.send_signal(signal.SIGCONT)
    # It counts by itself until then.
    assert limiter.seconds_to_wait(RateLimit.VOTE, "7") > 0
    later = time.monotonic() + STORAGE_PAUSE_SECONDS
    monkeypatch.setattr("qaboard.limits.rate_limits.time.monotonic", lambda: later)
    caplog.clear()
    assert limiter.seconds_to_wait(RateLimit.VOTE, "8") == 0
    assert "is back" in caplog.text
    assert RateLimiter(RateLimitSettings(f"redis://127.0.0.1:{port}", rates)).seconds_to_wait(
        RateLimit.VOTE, "8"
    )
