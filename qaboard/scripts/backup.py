"""``qaboard backup``: the whole database in one file."""

from __future__ import annotations

from pathlib import Path

import click

from qaboard.schema import read_revisions
from qaboard.scripts.backups import backups_of
from qaboard.scripts.context import (
    CommandContext,
    database_errors_as_sentences,
    pass_command_context,
)
from qaboard.scripts.new_file import new_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_command_context
def backup(board: CommandContext, file: Path) -> None:
    """Back the database up into a new FILE.

    It is one state of the board, which may serve meanwhile. On SQLite FILE is a database, on
    PostgreSQL an archive of pg_dump; only its owner can read it, since password hashes are in it.
    The ini file and QABOARD_SECRET are not: keep them elsewhere.

    \b
        qaboard -c production.ini backup /backups/monday
    """
    write_backup(board, file)
    click.echo(f"{file} has all of the board; prove it with: qaboard verify {file}")


def write_backup(board: CommandContext, file: Path) -> None:
    """Back the database up into a new file.

    :raises click.ClickException: when that cannot be done; nothing is left then.
    """
    with database_errors_as_sentences(), board.database.connect() as connection:
        if not read_revisions(connection):
            raise click.ClickException("The database has no tables yet; there is nothing to keep.")
    backups = backups_of(board.settings.database_url)
    with new_file(file) as unfinished:
        backups.write(unfinished)
