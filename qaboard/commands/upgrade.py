"""``qaboard upgrade``: the database made ready for this release."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import alembic.command
import click
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from qaboard.commands.backup import write_dated_backup
from qaboard.commands.context import (
    CommandContext,
    database_errors_as_sentences,
    database_sentence,
    pass_command_context,
)
from qaboard.commands.doctor import is_sound
from qaboard.commands.reindex import reindex
from qaboard.commands.render import render
from qaboard.database.engine import sqlite_file
from qaboard.database.migration_state import (
    check_known,
    read_compatible,
    read_revisions,
)


@click.command()
@click.option(
    "--backup-directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the backup. Default: qaboard.backup_directory, or the folder backups beside "
    "the SQLite file, or var/backups beside the ini file.",
)
@click.option("--no-backup", is_flag=True, help="Do not make a backup.")
@click.pass_context
@pass_command_context
def upgrade(
    board: CommandContext, context: click.Context, backup_directory: Path | None, no_backup: bool
) -> None:
    """Upgrade the database to this release.

    It backs up the database, migrates it, renders and indexes outdated posts, and runs the checks
    of doctor. A new database gets its tables. The board can keep running. Restart its processes
    afterwards, one by one. If the upgrade is interrupted, run it again and it continues.

    \b
        qaboard -c production.ini upgrade
    """
    heads = board.migrations.heads
    found = _find_revisions(board)
    ready = "The board is ready. There was nothing to migrate."
    if found == heads:
        click.echo(f"Database is at the latest migration: {_names(heads)}.")
    elif found and board.is_newer:
        click.echo(
            f"Database is at migration {_names(found)} of a newer release that this one also "
            "supports."
        )
    else:
        with database_errors_as_sentences():
            check_known(found, board.migrations)
        backup_file = None
        if found and not no_backup:
            backup_file = _back_up(board, backup_directory)
        _migrate(board, found, heads, backup_file)
        ready = _advice(board, found)
    context.invoke(render, every=False)
    context.invoke(reindex, every=False)
    click.echo()
    if not is_sound(board):
        raise click.exceptions.Exit(1)
    click.echo()
    click.echo(ready)


def _advice(board: CommandContext, found: set[str]) -> str:
    """The last line after a migration: when the processes have to be restarted."""
    with database_errors_as_sentences(), board.database.connect() as connection:
        if found <= read_compatible(connection):
            return "Upgrade complete. Restart the processes one by one."
    return (
        "Upgrade complete. Restart all processes now, because the previous release does not run "
        "on the new tables."
    )


def _find_revisions(board: CommandContext) -> set[str]:
    """The migrations that the database is at; none where SQLite has no file yet."""
    path = sqlite_file(board.settings.database_url)
    if path is not None and not path.exists():
        return set()
    with database_errors_as_sentences(), board.database.connect() as connection:
        return read_revisions(connection)


def _back_up(board: CommandContext, directory: Path | None) -> Path:
    directory = directory or board.settings.backups.directory
    if directory is None:
        path = sqlite_file(board.settings.database_url)
        beside = Path(board.ini_path).absolute().parent / "var" if path is None else path.parent
        directory = beside / "backups"
    file = write_dated_backup(board, directory)
    click.echo(f"Backed up the database to {file}.")
    return file


def _migrate(
    board: CommandContext, found: set[str], heads: frozenset[str], backup_file: Path | None
) -> None:
    """:raises click.ClickException: when a migration fails, with the way back."""
    click.echo(f"Migrating from {_names(found) or 'nothing'} to {_names(heads)}.")
    try:
        alembic.command.upgrade(Config(board.ini_path), "head")
    # Whatever a migration or the database raises, and the SystemExit of env.py.
    except (Exception, SystemExit) as error:
        way_back = (
            " If the board does not run as before, stop it and run: "
            f"qaboard -c {board.ini_path} restore --replace {backup_file}"
            if backup_file
            else ""
        )
        reason = (
            database_sentence(error)
            if isinstance(error, DBAPIError)
            else " ".join(str(error).split())
        )
        raise click.ClickException(
            f"The migration failed and changed nothing: {reason.rstrip('.')}.{way_back}"
        ) from error
    click.echo(f"Database is now at migration {_names(heads)}.")


def _names(revisions: Iterable[str]) -> str:
    return ", ".join(sorted(revisions))
