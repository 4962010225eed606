"""Databases beside the one that most tests share."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner, Result
from factories import Board
from project import PROJECT, environment
from sqlalchemy import make_url, text

from qaboard.commands import qaboard
from qaboard.database.engine import make_engine
from qaboard.settings import load_database_url


@contextmanager
def another_database(url: str, directory: Path, *, template: str = "template0") -> Iterator[str]:
    """An empty database of the same kind as that of ``url``, which goes at the end.

    :param directory: where it is, if it is a file.
    :param template: the name of a database of the server to copy.
    :return: its URL.
    """
    name = f"test_{secrets.token_hex(6)}"
    if url.startswith("sqlite:"):
        yield f"sqlite:///{directory}/{name}.sqlite"
        return
    server = make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": url}))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


class OwnBoard(Board):
    """A board in a database of its own, which commands can do anything to."""

    def __init__(self, url: str) -> None:
        super().__init__(make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": url})))
        self.url = url

    def command(
        self, *arguments: object, typed: str = "", ini: Path = PROJECT / "development.ini"
    ) -> Result:
        """Run a command, while nobody has the database open."""
        self.engine.dispose()
        with environment(QABOARD_DATABASE_URL=self.url):
            return CliRunner().invoke(
                qaboard, ["-c", str(ini), *map(str, arguments)], input=typed, catch_exceptions=False
            )
