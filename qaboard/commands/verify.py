"""``qaboard verify``: whether a backup is good for being restored."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qaboard.commands.backups import backups_of, database_kind_of
from qaboard.commands.backups.postgresql import read_archive
from qaboard.commands.backups.sqlite import open_file
from qaboard.commands.checks import checks_for, file_checks_for
from qaboard.commands.context import (
    CommandContext,
    database_errors_as_sentences,
    pass_command_context,
)
from qaboard.commands.doctor import is_schema_sound, run_checks
from qaboard.database.migration_state import check_known, read_revisions


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_command_context
def verify(board: CommandContext, file: Path) -> None:
    """Verify a backup FILE without touching the board.

    An SQLite file gets the checks of doctor. A PostgreSQL archive is read to its end and restored
    into a temporary database, which gets the checks and is dropped. If the role of the board cannot
    create databases, a line says what was skipped. The exit code is 1 when a check fails.

    \b
        qaboard -c production.ini verify /backups/monday
    """
    kind = database_kind_of(file)
    revisions = revisions_of(board, file, kind)
    click.echo(f"ok     {file} is a backup of a board at migration {', '.join(revisions)}")
    if kind == "sqlite":
        with open_file(file) as engine:
            is_sound = _is_sound(board, engine, revisions)
    else:
        is_sound = _is_archive_sound(board, file, revisions)
    if not is_sound:
        raise click.exceptions.Exit(1)


def revisions_of(board: CommandContext, file: Path, kind: str) -> set[str]:
    """The migrations that the board in a backup is at.

    :raises click.ClickException: when it is no board, or one of a newer release.
    """
    if kind == "sqlite":
        with open_file(file) as engine, engine.connect() as connection:
            revisions = read_revisions(connection)
    else:
        revisions = read_archive(file)
    if not revisions:
        raise click.ClickException(f"{file} is a backup, but not of a qaboard database.")
    with database_errors_as_sentences():
        check_known(revisions, board.migrations)
    return revisions


def _is_archive_sound(board: CommandContext, file: Path, revisions: set[str]) -> bool:
    click.echo("ok     the archive can be read to its end")
    url = board.settings.database_url
    if url.get_backend_name() == "sqlite":
        click.echo("skip   contents not checked: this board is not on PostgreSQL")
        return True
    with database_errors_as_sentences(), backups_of(url).open(file) as engine:
        if engine is None:
            click.echo(
                "skip   contents not checked: the role of this board cannot create databases "
                "(ALTER ROLE … CREATEDB)"
            )
            return True
        click.echo("ok     the archive can be restored")
        return _is_sound(board, engine, revisions)


def _is_sound(board: CommandContext, engine: Engine, revisions: set[str]) -> bool:
    dialect_name = engine.dialect.name
    is_current = revisions == board.migrations.heads
    checks = checks_for(dialect_name) if is_current else file_checks_for(dialect_name)
    with Session(engine) as session:
        is_sound = run_checks(session, checks)
    is_sound = is_schema_sound(engine, board.ini_path, revisions) and is_sound
    if not is_current:
        click.echo(
            "skip   the other checks need the latest migration. After restoring, run: qaboard "
            "upgrade"
        )
    return is_sound
