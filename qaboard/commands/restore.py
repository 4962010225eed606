"""``qaboard restore``: the board as it was when a backup was made."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from qaboard.commands.backups import backups_of, database_kind_of
from qaboard.commands.backups.sqlite import open_file
from qaboard.commands.checks import find_damage
from qaboard.commands.context import CommandContext, pass_command_context
from qaboard.commands.doctor import is_sound
from qaboard.commands.render import render
from qaboard.commands.repairs import mend_objects
from qaboard.commands.verify import revisions_of

_WORD = "replace"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Overwrite the board that the database already has.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--own", is_flag=True, help="FILE is a backup of this board: keep its HTML as it is.")
@click.pass_context
@pass_command_context
def restore(
    board: CommandContext,
    context: click.Context,
    file: Path,
    replace: bool,
    yes: bool,
    own: bool,
) -> None:
    """Restore the database from a backup FILE.

    Stop the board first. The restore is all or nothing. What was written since the backup is lost,
    and the sessions of that time work again. Triggers and indexes are restored to those of the
    migrations, and every post is rendered again, because a FILE from elsewhere may have other HTML.
    With --own it is not, which is faster on a large board. Then the checks of doctor run.

    \b
        qaboard -c production.ini restore /backups/monday
        qaboard -c production.ini restore --replace /backups/monday
    """
    url = board.settings.database_url
    backups = backups_of(url)
    kind = database_kind_of(file)
    if kind != url.get_backend_name():
        raise click.ClickException(
            f"{file} is a {kind} backup, and this board is on {url.get_backend_name()}. To move "
            "between them, use qaboard export and qaboard import."
        )
    revisions = revisions_of(board, file, kind)
    if kind == "sqlite":
        _refuse_damage(file)
    if not backups.is_empty():
        _ask(backups.name, file, replace, yes)
    backups.restore(file)
    click.echo(f"Restored {backups.name} from {file}.")
    if revisions != board.migrations.heads:
        click.echo(
            f"The backup is from an older release. Now run: qaboard -c {board.ini_path} upgrade"
        )
        if not own:
            click.echo("Then run: qaboard doctor --repair, and: qaboard render --all")
        return
    if mended := mend_objects(board):
        click.echo(f"Repaired {mended:,} triggers, indexes and other objects.")
    if not own:
        context.invoke(render, every=True)
    if not is_sound(board):
        raise click.exceptions.Exit(1)


def _ask(name: str, file: Path, replace: bool, yes: bool) -> None:
    """:raises click.ClickException: unless the operator wants to lose what is there."""
    if not replace:
        raise click.ClickException(
            f"{name} already has a board. Add --replace to overwrite it with {file}."
        )
    if (
        not yes
        and click.prompt(f"All data in {name} will be lost. Type {_WORD} to continue", err=True)
        != _WORD
    ):
        raise click.ClickException("Nothing was changed.")


def _refuse_damage(file: Path) -> None:
    with open_file(file) as engine, Session(engine) as session:
        damage = find_damage(session)
    if damage.total:
        raise click.ClickException(
            f"{file} is damaged ({damage.examples[0]}). Use another backup. Nothing was changed."
        )
