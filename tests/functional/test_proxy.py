"""Behind a real nginx the client's address is right, and nobody can forge it."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from postgresql import free_port
from processes import SECRET, get, ini_copy, run, server
from programs import required_program
from waiting import wait_until

from qaboard.server.log_handlers import BATCH_SECONDS

NGINX = """
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log;
events {{ worker_connections 64; }}
http {{
  log_format ids "$request_id $status"; access_log {directory}/access.log ids;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  server {{
    listen 127.0.0.2:{port};
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Request-ID $request_id;
    proxy_hide_header X-Request-ID;
    add_header X-Request-ID $request_id always;
    proxy_bind 127.0.0.1;
    location / {{ proxy_pass http://127.0.0.1:{board}; }}
    location = /metrics/1 {{ proxy_pass http://127.0.0.1:{board}/metrics; }}
  }}
}}
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory) -> Iterator[tuple[int, int, Path]]:
    """The ports of nginx and of the board behind it, and the board's log."""
    tmp_path = tmp_path_factory.mktemp("proxy")
    program = required_program("nginx", package="nginx")
    board, port = free_port(), free_port()
    ini = ini_copy("production.ini", tmp_path, board)
    content = ini.read_text().replace("mail.enabled = true", "mail.enabled = false")
    content = re.sub("(?m)^rate_limits.search = .*$", "rate_limits.search = 60 per minute", content)
    ini.write_text(content)
    variables = {
        "QABOARD_SECRET": SECRET,
        "QABOARD_DATABASE_URL": f"sqlite:///{tmp_path}/var/board.sqlite",
        "QABOARD_URL": "https://board.example",
    }
    assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(NGINX.format(directory=tmp_path, port=port, board=board))
    with server(ini, **variables):
        get(board, "/login")
        nginx = subprocess.Popen([program, "-c", str(configuration), "-p", str(tmp_path)])
        try:
            yield port, board, tmp_path / "var" / "qaboard.log"
        finally:
            nginx.terminate()
            nginx.wait(timeout=30)


@pytest.fixture
def behind_nginx(servers) -> tuple[int, int, Callable[[], str]]:
    """The two ports, and what the board has written to its log in this test."""
    port, board, log = servers
    before = len(log.read_text())

    def written() -> str:
        # The log has a thread of its own.
        time.sleep(10 * BATCH_SECONDS)
        return log.read_text()[before:]

    return port, board, written


def ask(port: int, host: str = "127.0.0.2", source: str = "127.0.0.3", **headers: str) -> int:
    """Search from one of the addresses of this machine; the status of the answer."""
    return get_from(source, port, "/questions/?q=x", host=host, **headers).status


def get_from(
    source: str, port: int, path: str, *, host: str = "127.0.0.2", **headers: str
) -> HTTPResponse:
    """Ask for a page from one of the addresses of this machine."""
    for _ in range(100):
        connection = HTTPConnection(host, port, timeout=30, source_address=(source, 0))
        try:
            headers["Host"] = "board.example"
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            return response
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server did not start")


def test_the_address_is_the_clients_whatever_it_says(behind_nginx):
    port, _board, log = behind_nginx
    # The board allows 60 searches a minute from one address; each claims to be another one.
    forged = [
        "203.0.113.{}",
        "203.0.113.{}, 203.0.113.9",
        "2001:db8::{}",
        "[2001:db8::{}]:80",
        '"[2001:db8::{}]"',
        "::ffff:203.0.113.{}",
        "unknown {}",
        ", , {}",
        "{}" + "," * 500,
        "_hidden:{}",
    ]
    statuses = [
        ask(port, **{"X-Forwarded-For": forged[n % len(forged)].format(n)}) for n in range(62)
    ]
    assert statuses == [200] * 60 + [429] * 2
    assert ask(port, source="127.0.0.4") == 200
    # What cannot be read is refused, and changes nothing for anybody else.
    assert ask(port, source="127.0.0.6", **{"X-Forwarded-For": '"203.0.113.1'}) == 400
    more = {"Forwarded": "for=203.0.113.1", "X-Forwarded-Port": "1", "X-Real-IP": "203.0.113.1"}
    assert ask(port, **more) == 429
    lines = [line for line in log().splitlines() if "rate_limited" in line]
    assert len(lines) == 3
    assert all("address=127.0.0.3 " in line for line in lines)
    assert "203.0.113" not in log()


def test_who_comes_past_nginx_is_who_they_are(behind_nginx):
    _port, board, log = behind_nginx
    # The board trusts 127.0.0.1 only; another address is no proxy, whatever it sends.
    for number in range(61):
        forged = {"X-Forwarded-For": f"203.0.113.{number}", "X-Forwarded-Host": "evil.example"}
        status = ask(board, host="127.0.0.1", source="127.0.0.5", **forged)
    assert status == 429
    assert "address=127.0.0.5 " in log()


def test_what_the_proxy_says_is_understood(behind_nginx):
    _port, board, log = behind_nginx

    def ask_as(said: str) -> int:
        return ask(board, host="127.0.0.1", source="127.0.0.1", **{"X-Forwarded-For": said})

    for said, address in {
        "192.0.2.7": "192.0.2.7",
        # A proxy that listens for both kinds of addresses on one socket.
        "::ffff:192.0.2.8": "192.0.2.8",
        "2001:db8:0:7::7": "2001:db8:0:7::7",
        "[2001:db8:0:8::7]:4711": "2001:db8:0:8::7",
        # Of several proxies only the last one is ours.
        "203.0.113.1, 192.0.2.9": "192.0.2.9",
    }.items():
        assert [ask_as(said) for _ in range(61)] == [200] * 60 + [429], said
        assert f"address={address} " in log()
    # The next connection of the same client has another port; another client waits for nobody.
    assert ask_as("[2001:db8:0:8::7]:4712") == 429
    assert ask_as("::ffff:192.0.2.10") == 200


def test_nginx_and_the_board_write_the_same_id(servers):
    port, board, log = servers
    forged = {"X-Request-ID": "f" * 32}
    response = get_from("127.0.0.3", port, "/questions/", **forged)
    (given,) = response.headers.get_all("X-Request-ID")
    assert re.fullmatch("[0-9a-f]{32}", given)
    assert given != forged["X-Request-ID"]
    access_log = log.parents[1] / "access.log"
    # Both write it after the answer.
    wait_until(lambda: f"{given} 200" in access_log.read_text(), "nginx has not logged it")
    told = f" qaboard.access {given}] GET /questions/ 200 "
    wait_until(lambda: told in log.read_text(), "the board has not logged it")
    # Past nginx nobody gives an id.
    direct = get_from("127.0.0.5", board, "/questions/", host="127.0.0.1", **forged)
    assert direct.headers["X-Request-ID"] != forged["X-Request-ID"]
    assert forged["X-Request-ID"] not in log.read_text()


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/metrics/1"])
def test_monitoring_is_for_the_addresses_of_the_ini_file(servers, path):
    port, board, _log = servers

    def status(source: str, port: int, host: str, **headers: str) -> int:
        return get_from(source, port, path, host=host, **headers).status

    forged = (
        {},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": "::1, 127.0.0.1"},
        {"X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1", "Client-IP": "127.0.0.1"},
    )
    for headers in forged:
        assert status("127.0.0.3", port, "127.0.0.2", **headers) == 404
        assert status("127.0.0.5", board, "127.0.0.1", **headers) == 404
    # From this machine it is seen through nginx and past it.
    assert status("127.0.0.1", port, "127.0.0.2") == 200
    if path != "/metrics/1":
        assert status("127.0.0.1", board, "127.0.0.1") == 200
