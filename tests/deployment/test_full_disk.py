"""A disk fills while the board serves, and there is room again. Only root can mount one."""

from __future__ import annotations

import contextlib
import errno
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from factories import Board
from postgresql import PrivateServer, free_port, running_server
from processes import SECRET, get, ini_copy, run, server
from waiting import wait_until

from qaboard.database.engine import make_engine
from qaboard.settings import load_database_url

KINDS = ("healthz", "list", "question", "login page", "account", "answer")


@contextmanager
def small_disk(place: Path, mib: int) -> Iterator[Path]:
    """A file system of a few MiB of its own."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=755", "tmpfs", place]
    subprocess.run(command, check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A folder that the user of PostgreSQL may enter, with a path that a socket may have."""
    with tempfile.TemporaryDirectory(prefix="qaboard-disk-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def fill(disk: Path) -> Path:
    """Take all the room that there is."""
    filler = disk / "filler"
    with open(filler, "ab", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size) == size:
                    pass
    return filler


@dataclass
class Served:
    """A board that is asked over HTTP, as a visitor and as a member."""

    port: int
    token: str
    path: str
    csrf: str = ""
    cookies: str = ""
    numbers: list[int] = field(default_factory=list)

    def ask(self, method: str, path: str, *, member: bool = False, body: str | None = None):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": "localhost"}
        if member:
            headers["Cookie"] = f"login={self.token}; {self.cookies}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()

    def log_in(self) -> None:
        response, page = self.ask("GET", "/language", member=True)
        self.csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        self.cookies = response.headers["Set-Cookie"].split(";")[0]

    def answer(self):
        self.numbers.append(len(self.numbers))
        text = f"Answer {self.numbers[-1]}. " + "With many words. " * 200
        form = urlencode({"csrf_token": self.csrf, "body": text})
        return self.ask("POST", f"{self.path}answers/", member=True, body=form)

    def statuses(self) -> dict[str, object]:
        """What each kind of request gets."""
        acts = {
            "healthz": lambda: self.ask("GET", "/healthz"),
            "list": lambda: self.ask("GET", "/questions/"),
            "question": lambda: self.ask("GET", self.path),
            "login page": lambda: self.ask("GET", "/login"),
            "account": lambda: self.ask("GET", "/account/", member=True),
            "answer": self.answer,
        }
        found: dict[str, object] = {}
        for kind, act in acts.items():
            try:
                found[kind] = act()[0].status
            except (OSError, HTTPException) as error:
                found[kind] = type(error).__name__
        return found

    def readiness(self) -> dict[str, dict[str, str]]:
        return json.loads(self.ask("GET", "/readyz")[1])["parts"]


WELL = dict.fromkeys(KINDS, 200) | {"answer": 303}


@contextmanager
def database_in(kind: str, folder: Path) -> Iterator[tuple[str, PrivateServer | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/board.sqlite", None
        return
    # What PostgreSQL writes first is there already, so that it is its tables that do not grow.
    settings = ("fsync=on", "min_wal_size=32MB", "max_wal_size=48MB", "wal_recycle=on")
    with running_server(*settings, parent=folder) as running:
        yield running.url, running


@contextmanager
def board_on(directory: Path, kind: str, log: Path, database: Path) -> Iterator[tuple]:
    """The board of production.ini, with its log in one folder and its database in another."""
    port = free_port()
    with ExitStack() as stack:
        url, postgresql = stack.enter_context(database_in(kind, database))
        ini = ini_copy("production.ini", directory, port)
        (directory / "var").rmdir()
        (directory / "var").symlink_to(log)
        content = ini.read_text()
        for name, value in {
            "mail.enabled": "false", "qaboard.secure_cookies": "false",
            "qaboard.minimum_free_mib": "1", "rate_limits.answer": "none",
            "spam.minimum_seconds": "0", "qaboard.url": f"http://localhost:{port}",
        }.items():  # fmt: skip
            content = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", content)
        ini.write_text(content)
        variables = {"QABOARD_SECRET": SECRET, "QABOARD_DATABASE_URL": url}
        assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
        engine = make_engine(load_database_url({}, variables))
        stack.callback(engine.dispose)
        board = Board(engine)
        member = board.user("member")
        question = board.question(member)
        process = stack.enter_context(server(ini, **variables))
        get(port, "/healthz")
        served = Served(port, board.token(member), f"/questions/{question.id}/")
        served.log_in()
        yield served, process, postgresql


PLACES = {"log": ("log",), "database": ("database",), "both": ("log", "database")}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_disk_that_fills_while_the_board_serves(directory, kind, place):
    big = directory / "big"
    big.mkdir()
    size = 4 if kind == "sqlite" or place == "log" else 160
    with small_disk(directory / "small", size) as small:
        folders = {
            each: small if each in PLACES[place] else big for each in ("log", "database")
        }  # fmt: skip
        with board_on(directory, kind, folders["log"], folders["database"]) as (
            served,
            process,
            postgresql,
        ):
            assert served.statuses() == WELL
            fill(small)
            # Until what was set aside is used up as well.
            found = [served.statuses() for _ in range(40)]
            rounds = [f"{kind}/{place}: {each}" for each in found]
            for line in sorted(set(rounds), key=rounds.index):
                print(line, rounds.count(line))
            assert process.poll() is None
            assert all(each["healthz"] == 200 for each in found)
            # The disk of a database server is its own; the board tells of those that it writes to.
            told = "failing" if place != "database" or kind == "sqlite" else "ok"
            assert served.readiness()["disk"]["state"] == told
            if "database" not in PLACES[place]:
                assert found == [WELL] * len(found)
            elif kind == "sqlite":
                # Reading goes on; what cannot be written is said to be so, and kept in the form.
                assert all(each | {"answer": 0} == WELL | {"answer": 0} for each in found)
                assert found[-1]["answer"] == 503
            fill(small).unlink()
            if postgresql is not None and not postgresql.answers():
                # It has given up for want of room, and its own supervisor starts it again.
                postgresql.restart()
            wait_until(lambda: served.statuses() == WELL, "the board is not well again")
            wait_until(
                lambda: (
                    served.readiness()["disk"]["state"] == "ok"
                    and served.readiness()["database"]["state"] == "ok"
                ),
                "it is not said to be well",
            )
            answer = served.ask("GET", "/questions/")[0].headers["X-Request-ID"]
            log = directory / "var" / "qaboard.log"
            wait_until(lambda: answer in log.read_text(), "the log does not go on")


def test_the_folder_of_the_log_is_moved_away_and_back(directory):
    (directory / "logs").mkdir()
    (directory / "database").mkdir()
    with board_on(directory, "sqlite", directory / "logs", directory / "database") as (served, *_):
        (directory / "logs").rename(directory / "elsewhere")
        for _ in range(20):
            assert served.statuses() == WELL
        wait_until(
            lambda: str(errno.ENOENT) in served.readiness()["disk"].get("detail", ""),
            "the missing folder is not told",
        )
        (directory / "elsewhere").rename(directory / "logs")
        assert served.statuses() == WELL
        # The interval in which what was found is told again.
        wait_until(lambda: "detail" in served.readiness()["disk"], "it is not told")


def test_the_log_is_reopened_on_sighup(directory):
    for name in ("logs", "database"):
        (directory / name).mkdir()
    with board_on(directory, "sqlite", directory / "logs", directory / "database") as (
        served,
        process,
        _,
    ):
        log = directory / "logs" / "qaboard.log"
        log.rename(directory / "logs" / "before")
        process.send_signal(1)
        wait_until(lambda: log.exists() and "SIGHUP" in log.read_text(), "there is no new file")
        assert served.statuses() == WELL
