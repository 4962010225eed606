"""What the server makes of messages, of what a proxy says, and of addresses that are no pages."""

from __future__ import annotations

import configparser
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
import waitress
from postgresql import free_port
from project import PROJECT

from qaboard.serving import Threads


@contextmanager
def production_server(application: Callable) -> Iterator[int]:
    """The application behind waitress as production.ini and `serve` set it up; gives the port."""
    # Paste gives a server none of the values for all sections.
    ini = configparser.RawConfigParser(default_section="nothing")
    ini.read(PROJECT / "production.ini")
    options = dict(ini["server:main"])
    assert options.pop("use") == "egg:qaboard"
    port = free_port()
    options["listen"] = f"127.0.0.1:{port}"
    threads = Threads()
    server = waitress.create_server(application, _dispatcher=threads, **options)
    threads.set_thread_count(server.adj.threads)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield port
    finally:
        server.trigger.pull_trigger(server.close)
        thread.join(timeout=30)
        server.task_dispatcher.shutdown()


def tell(environ, start_response):
    """An application that answers what it was told of the request."""
    names = ("REMOTE_ADDR", "HTTP_HOST", "wsgi.url_scheme", "PATH_INFO", "REQUEST_METHOD")
    told = {name: environ.get(name) for name in names}
    told["body"] = environ["wsgi.input"].read().decode()
    told["forwarded"] = sorted(name for name in environ if name.startswith("HTTP_X_FORWARDED"))
    body = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


def exchange(port: int, message: bytes, *, source: str = "127.0.0.1") -> bytes:
    """All that the server answers to these bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), 10, (source, 0)) as connection:
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_connections_that_only_stay_open_keep_nobody_out():
    request = b"GET / HTTP/1.1\r\nHost: board.example\r\nConnection: close\r\n\r\n"
    with production_server(tell) as port, ExitStack() as stack:
        for _ in range(150):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10)))
        assert exchange(port, request).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("line", [b"GET\x00 / HTTP/1.1", b"GET / HTTP/1.1\r\nno header"])
def test_a_message_that_cannot_be_read_is_answered(line):
    with production_server(tell) as port:
        answer = exchange(port, line + b"\r\nHost: board.example\r\n\r\n")
    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))


def test_a_reader_cannot_say_what_only_the_proxy_may():
    faked = (
        b"GET / HTTP/1.1\r\nHost: board.example\r\nConnection: close\r\n"
        b"X-Forwarded-For: 192.0.2.66, 203.0.113.5\r\nX-Forwarded-Proto: https\r\n"
        b"X-Forwarded-Host: evil.example\r\n\r\n"
    )
    with production_server(tell) as port:
        # The proxy adds the address it sees at the end; what the reader made up stands before it.
        by_proxy = json.loads(exchange(port, faked).split(b"\r\n\r\n")[1])
        by_reader = json.loads(exchange(port, faked, source="127.0.0.2").split(b"\r\n\r\n")[1])
    assert by_proxy["REMOTE_ADDR"] == "203.0.113.5"
    assert by_proxy["wsgi.url_scheme"] == "https"
    assert by_reader["REMOTE_ADDR"] == "127.0.0.2"
    assert by_reader["wsgi.url_scheme"] == "http"
    assert by_reader["HTTP_HOST"] == "board.example"
    assert by_reader["forwarded"] == []


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 6\r\nContent-Length: 60\r\n",
        b"Content-Length: +6\r\n",
        b"Content-Length: 6, 6\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    ],
)
def test_a_message_of_two_lengths_smuggles_nothing(lengths):
    head = b"POST /first HTTP/1.1\r\nHost: board.example\r\n" + lengths + b"\r\n"
    with production_server(tell) as port:
        answer = exchange(port, head + b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
    status = int(answer.split()[1])
    assert status in (200, 400, 501)
    assert b"/smuggled" not in answer


def test_of_two_kinds_of_length_the_chunks_count():
    # As RFC 9112, section 6.3, says: where the chunks end, the next message begins.
    message = (
        b"POST /first HTTP/1.1\r\nHost: board.example\r\n"
        b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    )
    with production_server(tell) as port:
        answer = exchange(port, message)
    assert json.loads(answer.split(b"\r\n\r\n")[1])["body"] == "hi"


def test_every_body_says_its_type_and_character_set(browser, board):
    question = board.question()
    files = [path for path in (PROJECT / "static").rglob("*") if path.is_file()]
    addresses = [f"/static/{path.relative_to(PROJECT / 'static').as_posix()}" for path in files]
    assert {path.suffix for path in files} >= {".css", ".js", ".svg"}
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    for address in ("/questions/", f"/questions/{question.id}/", "/login", "/nowhere", *addresses):
        response = browser().get(address, expect_errors=True)
        suffix = address[address.rfind(".") :] if "." in address else ""
        if address.startswith("/static/") and suffix not in types:
            continue
        assert response.content_type == types.get(suffix, "text/html"), address
        assert response.charset.lower() == "utf-8", address


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/css/",
        "/.git/config",
        "/static/.git/config",
        "/static/../.git/config",
        "/static/%2e%2e/%2egit/config",
        "/static/..%2fproduction.ini",
        "/static//etc/passwd",
        "/production.ini",
        "/setup.py",
        "/qaboard/settings.py",
    ],
)
def test_nothing_but_static_files_is_served(browser, board, path):
    page = browser().get(path, status=404)
    assert "listing" not in page.text.lower()
    assert "[core]" not in page
    assert "listen =" not in page
