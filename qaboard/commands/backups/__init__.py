"""Backups, in the format of the database itself: an SQLite file, or an archive of pg_dump.

Each database has its own class with the same methods, and the operator's own tools read the files.
"""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import URL

from qaboard.commands.atomic_write import file_errors_as_sentences
from qaboard.commands.backups.postgresql import PostgreSQLBackups
from qaboard.commands.backups.sqlite import SQLiteBackups

Backups = PostgreSQLBackups | SQLiteBackups

_BACKUPS: dict[str, type[Backups]] = {"postgresql": PostgreSQLBackups, "sqlite": SQLiteBackups}

_FIRST_BYTES = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}


def backups_of(url: URL) -> Backups:
    """How the database of a URL is backed up and restored."""
    return _BACKUPS[url.get_backend_name()](url)


def database_kind_of(path: Path) -> str:
    """Of which database a file is a backup: ``sqlite`` or ``postgresql``.

    :raises click.ClickException: when it is none, or cannot be read.
    """
    with file_errors_as_sentences(), path.open("rb") as file:
        beginning = file.read(16)
    for first_bytes, kind in _FIRST_BYTES.items():
        if beginning.startswith(first_bytes):
            return kind
    raise click.ClickException(
        f"{path} is not a backup: expected an SQLite database or a pg_dump archive."
    )
