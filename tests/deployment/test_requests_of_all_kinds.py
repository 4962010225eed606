"""Requests as they come to nginx: over HTTP/1.1 and HTTP/2, too large, odd, and many at once."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from programs import required_program
from reader import Reader
from site_in_directory import DOMAIN

VERSIONS = ("--http1.1", "--http2")
REQUEST_ID = re.compile(r"(?im)^x-request-id: ([0-9a-f]{32})\r?$")


def curl(site, version: str, path: str, *arguments: str) -> tuple[int, str, str]:
    """Status, headers and body of an answer."""
    program = required_program("curl", package="curl")
    command = [program, "--silent", "--show-error", "--include", version, "--max-time", "60"]
    command += ["--cacert", site.directory / "fullchain.pem"]
    command += ["--connect-to", f"{DOMAIN}:443:127.0.0.1:{site.https_port}", *arguments]
    command += ["--header", "Expect:", f"https://{DOMAIN}{path}"]
    done = subprocess.run(command, capture_output=True, check=True)
    headers, _, body = done.stdout.decode().partition("\r\n\r\n")
    protocol, status = headers.split()[:2]
    assert protocol == {"--http2": "HTTP/2", "--http1.1": "HTTP/1.1"}[version]
    return int(status), headers, body


def raw(site, request: str) -> int:
    """The status of the answer to a request of HTTP/1.1 as it is written here."""
    context = ssl.create_default_context(cafile=str(site.directory / "fullchain.pem"))
    with (
        closing(socket.create_connection(("127.0.0.1", site.https_port), 30)) as plain,
        context.wrap_socket(plain, server_hostname=DOMAIN) as connection,
    ):
        connection.sendall(f"{request}\r\nConnection: close\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("size", [1_500_000, 3_000_000])
@pytest.mark.parametrize("cookie", ["", "Cookie: __Host-login=x"])
def test_a_text_that_is_too_large_is_413_with_an_id(site, tmp_path, version, size, cookie):
    (tmp_path / "body").write_text("body=" + "x" * size)
    arguments = ("--data-binary", f"@{tmp_path}/body", "--header", cookie)
    status, headers, body = curl(site, version, "/preview", *arguments)
    assert status == 413
    assert ("내용이 너무 길어요" if size > 2_000_000 else "너무") in body
    assert len(REQUEST_ID.findall(headers)) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_of_nginx_has_the_id_that_its_log_has(site, version):
    for path in ("/metrics/999", "/static/nothing.css", "/questions/", "/static/css/qaboard.css"):
        _status, headers, _body = curl(site, version, path)
        (request_id,) = REQUEST_ID.findall(headers)
        assert request_id in site.access_log.read_text(), path


@pytest.mark.parametrize("version", VERSIONS)
def test_a_page_asked_for_with_a_body_is_the_same_page(site, version):
    site.board.question(title="Why is it raining?")
    site.forget_pages()
    strange = [
        ("--header", "Content-Type: multipart/form-data; boundary=x"),
        ("--header", "Content-Type: nonsense"),
        ("--request", "GET", "--data", "x=1"),
    ]
    for arguments in (*strange, ()):
        status, headers, body = curl(site, version, "/questions/?sort=active", *arguments)
        assert status == 200
        assert "Why is it raining?" in body
        # Whatever else the request says, others may have the page too.
        assert re.search(r"(?im)^cache-control: no-cache\r?$", headers), headers


@pytest.mark.parametrize(
    "path", ["/login", "/signup", "/questions/?q=rain", "/nowhere", "/users/9999999/"]
)
def test_pages_that_are_not_stored_are_not_queued(site, path):
    site.board.question(title="Why is it raining?")

    def seconds(**headers: str) -> float:
        began = time.monotonic()
        with ThreadPoolExecutor(10) as pool:
            asked = [pool.submit(Reader(site).get, path, **headers) for _ in range(30)]
            assert len({answer.result().status for answer in asked}) == 1
        return time.monotonic() - began

    # Whoever has a cookie goes past all that nginx stores. With a lock, visitors would be let
    # through one for each half second.
    assert seconds() < 3 * seconds(Cookie="other=1") + 5


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("/questions/", DOMAIN, 200),
        ("/questions/", f"{DOMAIN}:443", 200),
        ("/questions/", DOMAIN.upper(), 200),
        (f"https://{DOMAIN}/questions/", DOMAIN, 200),
        ("/questions/", "evil.example", 421),
        ("http://evil.example/questions/", "evil.example", 421),
        ("http://evil.example/questions/", DOMAIN, 421),
        (f"https://{DOMAIN}/questions/", "evil.example", 421),
        (f"https://{DOMAIN}/questions/", f"evil.example:{DOMAIN}", 421),
    ],
)
def test_the_host_is_the_one_of_the_site_wherever_it_is_named(site, address, host, status):
    assert raw(site, f"GET {address} HTTP/1.1\r\nHost: {host}") == status
