"""A process that is told to stop answers what it has accepted, and nobody else is let down."""

from __future__ import annotations

import configparser
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from postgresql import free_port
from project import PROJECT
from waiting import wait_until

BIN = Path(sys.executable).parent
THREADS = 4


class Server:
    """A process with the server of production.ini, and an application that can be made to wait.

    :param path: of its Unix socket; it listens on TCP where there is none.
    """

    def __init__(self, directory: Path, path: Path | None) -> None:
        self.gate = directory / "gate"
        self.path = path
        self.port = free_port()
        # What is for all sections is none of the server's options.
        shipped = configparser.RawConfigParser(default_section="")
        shipped.read(PROJECT / "production.ini")
        options = dict(shipped["server:main"])
        assert options["threads"] == str(THREADS)
        ini = configparser.RawConfigParser()
        ini["app:main"] = {"use": "call:gated_application:make_application", "gate": self.gate}
        ini["server:main"] = options
        with (directory / "server.ini").open("w") as file:
            ini.write(file)
        variables = {
            "PYTHONPATH": str(Path(__file__).parent),
            "QABOARD_LISTEN": str(path or f"127.0.0.1:{self.port}"),
        }
        command = [BIN / "pserve", directory / "server.ini"]
        self.process = subprocess.Popen(command, env=os.environ | variables)
        wait_until(self.has_started, "the server did not start")

    def connect(self) -> socket.socket:
        if not self.path:
            return socket.create_connection(("127.0.0.1", self.port), 30)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        try:
            connection.connect(str(self.path))
        except OSError:
            connection.close()
            raise
        return connection

    def has_started(self) -> bool:
        assert self.process.poll() is None, "the server has ended"
        return not self.is_away()

    def is_away(self) -> bool:
        """Whether nobody can connect."""
        try:
            self.connect().close()
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        return False

    def begin(self, address: str, body: str = "", **headers: str) -> HTTPConnection:
        """Send a form; the answer is still to be read."""
        connection = HTTPConnection("board.example")
        connection.sock = self.connect()
        connection.request("POST", address, body, headers)
        return connection

    def stop(self) -> None:
        """Tell it to stop, and wait until it takes nobody any more."""
        self.process.terminate()
        wait_until(self.is_away, "the server still listens")


def answer_of(connection: HTTPConnection) -> tuple[int, str]:
    with closing(connection):
        response = connection.getresponse()
        return response.status, response.read().decode()


@pytest.fixture(params=["tcp", "unix"])
def server(request, tmp_path) -> Iterator[Server]:
    started = Server(tmp_path, tmp_path / "socket" if request.param == "unix" else None)
    yield started
    started.process.kill()
    started.process.wait(30)


def test_what_was_accepted_is_answered(server):
    # More than there are threads: the others wait in a queue.
    begun = [server.begin("/waits", f"number {number}") for number in range(THREADS * 3)]
    # Whoever is connected and has not said anything yet, as one in the middle of a form.
    connected = server.connect()
    wait_until(Path(f"{server.gate}.arrived").exists, "no request arrived")
    server.stop()
    assert server.process.poll() is None
    server.gate.touch()
    for number, connection in enumerate(begun):
        status, text = answer_of(connection)
        assert status == 200
        assert text.endswith(f"number {number}")
    late = HTTPConnection("board.example")
    late.sock = connected
    late.request("POST", "/", "late")
    assert answer_of(late)[0] == 200
    assert server.process.wait(30) == 0


def test_a_connection_that_is_only_kept_does_not_hold_it_up(server):
    kept = server.begin("/", "first")
    assert kept.getresponse().read().endswith(b"first")
    server.stop()
    assert server.process.wait(20) == 0
    kept.close()


def test_a_second_signal_ends_it_at_once(server):
    waiting = server.begin("/waits")
    wait_until(Path(f"{server.gate}.arrived").exists, "no request arrived")
    server.stop()
    server.process.terminate()
    assert server.process.wait(20) == -signal.SIGTERM
    waiting.close()


def test_who_reaches_the_socket_is_the_proxy(tmp_path):
    server = Server(tmp_path, tmp_path / "socket")
    try:
        assert server.path.stat().st_mode & 0o777 == 0o660
        told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        assert answer_of(server.begin("/", "x", **told))[1] == "203.0.113.7 https x"
    finally:
        server.process.kill()
        server.process.wait(30)


def test_the_socket_of_a_process_that_was_killed_is_no_hindrance(tmp_path):
    path = tmp_path / "socket"
    for _ in range(2):
        server = Server(tmp_path, path)
        assert answer_of(server.begin("/", "x"))[0] == 200
        server.process.kill()
        server.process.wait(30)
        assert path.exists()
