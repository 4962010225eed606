"""What was acknowledged survives `kill -9`: of the server on SQLite, and of PostgreSQL itself.

``QABOARD_CRASHES`` says how often; before a release it should be 50.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from acknowledged import Writer
from factories import Board
from postgresql import PrivateServer, free_port, running_server
from processes import SECRET, ini_copy, run, server
from sqlalchemy import Engine, select
from waiting import wait_until

from qaboard.commands.checks import checks_for
from qaboard.database.engine import make_engine
from qaboard.database.transaction import make_session
from qaboard.models import Answer
from qaboard.services.accounts.user_session import open_session
from qaboard.settings import load_database_url

CRASHES = int(os.environ.get("QABOARD_CRASHES", "5"))
WRITERS = 3
LONGEST_SECONDS_OF_WRITING = 0.5


@pytest.fixture
def make_board(tmp_path):
    """Makes a board of production.ini without limits of rates, and those who write there."""

    @contextlib.contextmanager
    def make(database_url: str) -> Iterator[tuple[Path, dict[str, str], Engine, list[Writer]]]:
        port = free_port()
        ini = ini_copy("production.ini", tmp_path, port)
        text = re.sub(r"(?m)^(rate_limits\.(?!storage)\w+ =).*$", r"\1 none", ini.read_text())
        for line in ("mail.enabled = ", "spam.minimum_seconds = ", "spam.new_account_links = "):
            text = re.sub(f"(?m)^{re.escape(line)}.*$", f"{line}0", text)
        ini.write_text(text.replace("mail.enabled = 0", "mail.enabled = false"))
        variables = {
            "QABOARD_SECRET": SECRET,
            "QABOARD_DATABASE_URL": database_url,
            "QABOARD_URL": "https://board.example",
        }
        assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
        engine = make_engine(load_database_url({}, variables))
        board = Board(engine)
        question = board.question()
        users = [board.user(f"writer{number}") for number in range(WRITERS)]
        with make_session(engine, writes=True) as session, session.begin():
            tokens = [open_session(session, user.id, lifetime=timedelta(days=1)) for user in users]
        path = f"/questions/{question.id}/"
        writers = [
            Writer(user.username, port, path, {"__Host-login": token})
            for user, token in zip(users, tokens, strict=True)
        ]
        try:
            yield ini, variables, engine, writers
        finally:
            engine.dispose()

    return make


@contextlib.contextmanager
def writing(writers: list[Writer]) -> Iterator[None]:
    """They write, each in a thread, until the end of the block."""
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for writer in writers:
        writer.is_stopped.clear()
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for writer in writers:
            writer.is_stopped.set()
        for thread in threads:
            thread.join()


def write_for_a_while(writers: list[Writer], chance: random.Random) -> None:
    """Let them write until something was acknowledged, and a moment longer."""
    before = count(writers)
    wait_until(lambda: count(writers) > before, "nothing was acknowledged")
    time.sleep(chance.uniform(0, LONGEST_SECONDS_OF_WRITING))


def count(writers: list[Writer]) -> int:
    return sum(len(writer.acknowledged) for writer in writers)


def assert_all_is_there(engine: Engine, writers: list[Writer]) -> None:
    """Every acknowledged answer is there as it was written, and the doctor finds nothing."""
    # Before the database is asked, since they may go on.
    acknowledged = {}
    for writer in writers:
        acknowledged |= writer.acknowledged.copy()
    with make_session(engine, writes=False) as session:
        found = {row.id: row.body for row in session.execute(select(Answer.id, Answer.body))}
        assert acknowledged.items() <= found.items()
        for check in checks_for(engine.dialect.name):
            assert not check.find(session).total, check.statement


def test_the_server_is_killed_on_sqlite(tmp_path, make_board):
    chance = random.Random(CRASHES)  # no secret  # noqa: S311
    path = tmp_path / "board.sqlite"
    with make_board(f"sqlite:///{path}") as (ini, variables, engine, writers):
        for _crash in range(CRASHES):
            with server(ini, **variables) as process, writing(writers):
                write_for_a_while(writers, chance)
                process.kill()
                process.wait()
                # Meanwhile nobody else reads it: what the log holds is brought in by this reader.
                with contextlib.closing(sqlite3.connect(path)) as connection:
                    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert_all_is_there(engine, writers)
            engine.dispose()
        assert run("qaboard", "-c", ini, "doctor", **variables).returncode == 0
    assert count(writers) > CRASHES
    assert {status for writer in writers for status in writer.refused} <= {503}


def kill(postgresql: PrivateServer) -> None:
    """Kill the server and its processes at once, as a power failure does to them."""
    main = int((postgresql.directory / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    os.kill(main, signal.SIGSTOP)
    for process in (*map(int, children), main):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{main}").exists(), "the server did not end")


def test_postgresql_is_killed(make_board):
    chance = random.Random(CRASHES)  # no secret  # noqa: S311
    with (
        running_server("fsync=on") as postgresql,
        make_board(postgresql.url) as (ini, variables, engine, writers),
        server(ini, **variables),
        writing(writers),
    ):
        for _crash in range(CRASHES):
            write_for_a_while(writers, chance)
            kill(postgresql)
            postgresql.start()
            engine.dispose()
            assert_all_is_there(engine, writers)
        write_for_a_while(writers, chance)
        assert run("qaboard", "-c", ini, "doctor", **variables).returncode == 0
    assert count(writers) > CRASHES
    # While the database is away, and not otherwise, the board says so.
    assert {status for writer in writers for status in writer.refused} <= {503}
