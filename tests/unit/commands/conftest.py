"""The command line on the database of the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qaboard.commands import qaboard

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def invoke(monkeypatch) -> Callable[..., Result]:
    """Runs a command on the database of a URL; what it does not expect is raised here."""

    def run(*arguments: str, database_url: str, ini: Path = PROJECT / "development.ini") -> Result:
        monkeypatch.setenv("QABOARD_DATABASE_URL", database_url)
        return CliRunner().invoke(qaboard, ["-c", str(ini), *arguments], catch_exceptions=False)

    return run


@pytest.fixture
def run(board, database_url, invoke) -> Callable[..., Result]:
    """Runs a command on ``board``."""
    return lambda *arguments: invoke(*arguments, database_url=database_url)


@pytest.fixture
def facts(board) -> Callable[[], dict[str, list]]:
    """Reads all that the board holds."""
    return board.facts


@pytest.fixture
def command(engine, invoke) -> Callable[..., Result]:
    """Runs a command on the board of ``people``."""
    return lambda *arguments: invoke(*arguments, database_url=str(engine.url))
