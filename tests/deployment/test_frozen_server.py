"""A database server whose processes are frozen keeps its connections and answers nothing."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from factories import Board
from postgresql import PrivateServer, free_port, running_server
from processes import SECRET, get, ini_copy, run, server
from standby import standby_of
from waiting import wait_until

from qaboard.database.engine import make_engine
from qaboard.settings import load_database_url

PATIENCE_SECONDS = 60
"""Far more than a frozen server takes from anybody, and far less than without end."""


@dataclass
class Served:
    port: int
    token: str
    path: str
    log: Path

    def ask(self, path: str, *, is_member: bool = False) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Host": "localhost"}
        if is_member:
            headers["Cookie"] = f"login={self.token}"
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    def ask_much(self) -> Counter[int]:
        """The statuses of more requests at once than there are threads."""
        with ThreadPoolExecutor(16) as pool:
            asked = [
                pool.submit(self.ask, path, is_member=is_member)
                for path in ("/questions/", self.path, f"/users/1/?x={time.monotonic()}")
                for is_member in (True, False)
            ] * 3
            # While they wait, whoever asks whether the process lives is told so.
            assert [pool.submit(self.ask, "/healthz").result(10) for _ in range(3)] == [200] * 3
            return Counter(each.result() for each in asked)

    def log_has(self, words: str) -> bool:
        return re.search(words, self.log.read_text()) is not None


@contextmanager
def board(tmp_path: Path, primary: PrivateServer, replica_url: str, kept_mib: int) -> Iterator:
    port = free_port()
    ini = ini_copy("production.ini", tmp_path, port)
    content = ini.read_text()
    for name, value in {
        "mail.enabled": "false",
        "qaboard.secure_cookies": "false",
        "qaboard.kept_pages_mib": str(kept_mib),
        "sqlalchemy.replica_url": replica_url,
    }.items():
        content = re.sub(rf"(?m)^{name} =.*$", f"{name} = {value}", content)
    ini.write_text(content)
    variables = {"QABOARD_SECRET": SECRET, "QABOARD_DATABASE_URL": primary.url}
    assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
    engine = make_engine(load_database_url({}, variables))
    filled = Board(engine)
    member = filled.user("member")
    path = f"/questions/{filled.question(member).id}/"
    token = filled.token(member)
    engine.dispose()
    with server(ini, **variables):
        get(port, "/healthz")
        yield Served(port, token, path, tmp_path / "var" / "qaboard.log")


@pytest.mark.parametrize("kept_mib", [0, 8])
def test_a_frozen_replica_is_missed_by_nobody(tmp_path, kept_mib):
    with ExitStack() as stack:
        primary = stack.enter_context(running_server())
        replica = stack.enter_context(standby_of(primary.url))
        served = stack.enter_context(board(tmp_path, primary, replica.url, kept_mib))
        wait_until(
            lambda: served.ask("/questions/") and served.log_has("visitors read from the replica"),
            "the replica is not read",
        )
        with replica.frozen():
            for _ in range(3):
                assert set(served.ask_much()) == {200}
            assert served.log_has(f":{replica.port} does not answer")
            assert served.log_has("visitors read from the primary")
        served.log.write_text("")
        wait_until(
            lambda: served.ask("/questions/") and served.log_has("visitors read from the replica"),
            "the replica is not read again",
        )


def test_a_frozen_primary_is_told_in_time(tmp_path):
    with ExitStack() as stack:
        primary = stack.enter_context(running_server())
        served = stack.enter_context(board(tmp_path, primary, "", 8))
        assert set(served.ask_much()) == {200}
        with primary.frozen():
            for _ in range(3):
                assert set(served.ask_much()) == {503}
            assert served.log_has(f":{primary.port} does not answer")
        wait_until(lambda: set(served.ask_much()) == {200}, "it is not asked again")
        assert served.log_has(f":{primary.port} answers again")
