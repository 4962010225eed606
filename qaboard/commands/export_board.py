"""``qaboard export``: the board in an open format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

import click

from qaboard.commands.atomic_write import new_file
from qaboard.commands.context import (
    CommandContext,
    database_errors_as_sentences,
    pass_command_context,
    progress_bar,
)
from qaboard.commands.export_format.writing import count_records, write_board
from qaboard.database.transaction import make_snapshot_session


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@pass_command_context
def export_board(board: CommandContext, file: Path) -> None:
    """Export the board to a new FILE in JSON Lines.

    It contains accounts with their password hashes and two-factor methods, posts, votes and the
    security log. docs/backup.md describes every field. The export is one consistent state, and the
    board can keep running. Use - as FILE for standard output.

    \b
        qaboard -c production.ini export board.jsonl
    """
    if str(file) == "-":
        total = _export(board, sys.stdout.buffer)
    else:
        with new_file(file) as unfinished, unfinished.open("wb") as output:
            total = _export(board, output)
    click.echo(f"Exported {total:,} records.", err=True)


def _export(board: CommandContext, output: IO[bytes]) -> int:
    if board.is_newer:
        raise click.ClickException(
            "The database belongs to a newer release and may contain data that this one does not "
            "know. Export the board with that release."
        )
    with (
        database_errors_as_sentences(),
        make_snapshot_session(board.engine) as session,
        progress_bar(count_records(session), "Exporting") as bar,
    ):
        return write_board(session, output, bar.update)
