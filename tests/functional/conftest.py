"""What the tests of journeys share: commands in a shell, and logging in by a form."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from project import PROJECT

from qaboard.scripts import qaboard


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
