"""What the tests of journeys share: commands in a shell, logging in by a form, and a board of which
pages are kept, with an application to compare it with."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import alembic.command
import pytest
from click.testing import CliRunner
from databases import OwnBoard, another_database
from postgresql import free_port
from programs import required_program
from project import PROJECT, alembic_configuration, environment

from qaboard.commands import qaboard
from qaboard.models import Answer, Question

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def small_board(board):
    """A question with an answer, and one by the same author without any.

    All of them old: what is new is told by the second, so its page is made once a second.
    """
    board.author = board.user("author", created_at=LONG_AGO)
    board.asked = board.question(board.author, title="About coffee", created_at=LONG_AGO)
    board.answered = board.answer(board.asked, board.author, body="Of beans.")
    with board.transaction() as session:
        session.get_one(Answer, board.answered.id).created_at = LONG_AGO
        session.get_one(Question, board.asked.id).last_activity_at = LONG_AGO
    board.other = board.question(board.author, title="About tea", created_at=LONG_AGO)
    board.addresses = [
        "/questions/",
        "/questions/?sort=active",
        "/questions/?sort=unanswered",
        f"/questions/{board.asked.id}/",
        f"/users/{board.author.id}/",
        f"/users/{board.author.id}/?tab=answers",
    ]
    return board


@pytest.fixture
def unkept(make_app):
    """The board as it is: an application that keeps nothing."""
    return make_app({"qaboard.kept_pages_mib": "0"})


@pytest.fixture
def run(board, database_url, monkeypatch):
    """Runs a command on the board; what it does not expect is raised here."""
    monkeypatch.setenv("QABOARD_DATABASE_URL", database_url)
    monkeypatch.delenv("QABOARD_ADMIN_PASSWORD", raising=False)

    def run_command(*arguments: str, ini: str | Path = "development.ini", typed: str = ""):
        return CliRunner().invoke(
            qaboard, ["-c", str(PROJECT / ini), *arguments], input=typed, catch_exceptions=False
        )

    return run_command


@pytest.fixture
def log_in(browser):
    """Logs somebody in, as they would, and gives their browser."""

    def fill_in(username: str, password: str):
        client = browser()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = username, password
        form.submit(status=303)
        return client

    return fill_in


@pytest.fixture
def redis_server() -> Iterator[tuple[int, subprocess.Popen]]:
    """The port of a Redis of this test's own, and its process."""
    program = required_program("redis-server", package="redis-server")
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    yield port, process
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
def make_database(database_url: str, tmp_path) -> Iterator[Callable[[], str]]:
    """Makes empty databases beside the one of the other tests, and gives their URLs."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(another_database(database_url, tmp_path))


@pytest.fixture
def make_board(make_database) -> Iterator[Callable[..., OwnBoard]]:
    """Makes boards in databases of their own; without tables for ``migrated=False``."""
    boards = []

    def make(*, migrated: bool = True) -> OwnBoard:
        url = make_database()
        if migrated:
            with environment(QABOARD_DATABASE_URL=url):
                alembic.command.upgrade(alembic_configuration(), "head")
        boards.append(OwnBoard(url))
        return boards[-1]

    yield make
    for board in boards:
        board.engine.dispose()
