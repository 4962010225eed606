"""The project as the tests see it: its folder, its migrations, and an environment to run it in."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import alembic.config

from qaboard.database.migration_state import read_migrations

PROJECT = Path(__file__).parents[1]


(NEWEST,) = read_migrations(str(PROJECT / "development.ini")).heads
"""The newest migration."""


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """The environment with these variables, for as long as the block lasts."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def alembic_configuration() -> alembic.config.Config:
    return alembic.config.Config(str(PROJECT / "development.ini"), stdout=io.StringIO())
