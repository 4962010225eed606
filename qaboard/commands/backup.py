"""``qaboard backup``: the whole database in one file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from qaboard.commands.atomic_write import file_errors_as_sentences, new_file
from qaboard.commands.backups import backups_of
from qaboard.commands.context import (
    CommandContext,
    database_errors_as_sentences,
    pass_command_context,
)
from qaboard.database.migration_state import read_revisions
from qaboard.models import utc_now

TIME_FORMAT = "%Y%m%dT%H%M%S.%fZ"
DATED_NAME = re.compile(r"qaboard-[\w, -]+-(\d{8}T\d{6}\.\d{6}Z)\.(?:sqlite|dump)")

MAXIMUM_AGE = timedelta(days=2)
"""How old the newest backup may be before doctor tells of it."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@pass_command_context
def backup(board: CommandContext, file: Path | None) -> None:
    """Back up the database to a new FILE.

    Without FILE, the backup goes into the folder set as qaboard.backup_directory, with the time in
    its name, and only the newest of these are kept (qaboard.backups_kept).

    The backup is one consistent state, and the board can keep running. On SQLite it is a database,
    on PostgreSQL a pg_dump archive. Only its owner can read it, because it contains password
    hashes. It does not contain the ini file and QABOARD_SECRET: keep them elsewhere.

    \b
        qaboard -c production.ini backup /backups/monday
        qaboard -c production.ini backup
    """
    directory = board.settings.backups.directory
    if file is None and directory is None:
        raise click.UsageError("Name a FILE, or set qaboard.backup_directory in the ini file.")
    if file is None:
        file = write_dated_backup(board, directory)
        _remove_oldest(directory, board.settings.backups.kept)
    else:
        write_backup(board, file)
    click.echo(f"Backup written to {file}. Verify it with: qaboard verify {file}")


def write_backup(board: CommandContext, file: Path) -> None:
    """Back the database up into a new file.

    :raises click.ClickException: when that cannot be done; nothing is left then.
    """
    _read_revisions(board)
    backups = backups_of(board.settings.database_url)
    with new_file(file) as unfinished:
        backups.write(unfinished)


def write_dated_backup(board: CommandContext, directory: Path) -> Path:
    """Back the database up into a folder, under a name with the time and the migration.

    :raises click.ClickException: when that cannot be done; nothing is left then.
    """
    migrations = ", ".join(sorted(_read_revisions(board)))
    with file_errors_as_sentences():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_at = utc_now().strftime(TIME_FORMAT)
    suffix = backups_of(board.settings.database_url).suffix
    file = directory / f"qaboard-{migrations}-{made_at}{suffix}"
    write_backup(board, file)
    return file


def describe_age(directory: Path) -> tuple[bool, str]:
    """Whether the newest backup of a folder is new enough, and a sentence about it."""
    try:
        times = [made_at for made_at, _ in _dated_backups(directory.iterdir())]
    except OSError as error:
        return False, f"the backups in {directory} cannot be read: {error.strerror}"
    if not times:
        return False, f"no backup in {directory}. Create one with: qaboard backup"
    hours = max(0, round((utc_now() - max(times)) / timedelta(hours=1)))
    age = f"the newest backup in {directory} is {hours} hours old"
    if hours > MAXIMUM_AGE / timedelta(hours=1):
        return False, f"{age}. Create one with: qaboard backup"
    return True, age


def _read_revisions(board: CommandContext) -> set[str]:
    with database_errors_as_sentences(), board.database.connect() as connection:
        found = read_revisions(connection)
    if not found:
        raise click.ClickException("The database has no tables yet. There is nothing to back up.")
    return found


def _dated_backups(files: Iterable[Path]) -> list[tuple[datetime, Path]]:
    """The backups that have the time in their names, with it, from the oldest to the newest."""
    return sorted(
        (datetime.strptime(found[1], TIME_FORMAT).replace(tzinfo=UTC), file)
        for file in files
        if (found := DATED_NAME.fullmatch(file.name))
    )


def _remove_oldest(directory: Path, kept: int) -> None:
    for _made_at, file in _dated_backups(directory.iterdir())[:-kept]:
        with file_errors_as_sentences():
            file.unlink()
        click.echo(f"Removed {file}.", err=True)
