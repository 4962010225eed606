"""``qaboard doctor``: whether the board's data agree with one another."""

from __future__ import annotations

from collections.abc import Iterable

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qaboard.commands.backup import describe_age
from qaboard.commands.checks import checks_for, find_damage
from qaboard.commands.context import (
    CommandContext,
    database_errors_as_sentences,
    pass_command_context,
)
from qaboard.commands.findings import Check, Finding
from qaboard.commands.repairs import repair
from qaboard.commands.schema_objects import NOT_COMPARED, compare_schema, schema_check


@click.command()
@click.option(
    "--repair", "wants_repair", is_flag=True, help="Repair what can be derived from other data."
)
@pass_command_context
def doctor(board: CommandContext, wants_repair: bool) -> None:
    """Check tables, values, counters and search index.

    Each check prints a line with ok, WARN, FAIL or skip. The exit code is 1 when a check fails.
    With --repair, triggers and indexes are restored to those of the migrations (others are
    dropped), counters and the search index are corrected, and then the checks run.

    \b
        qaboard -c production.ini doctor
        qaboard -c production.ini doctor --repair
    """
    if wants_repair:
        _refuse_to_repair_damage(board)
        for sentence in repair(board) or ["Nothing to repair."]:
            click.echo(sentence)
        click.echo()
    is_right = is_sound(board)
    directory = board.settings.backups.directory
    if directory is not None:
        is_new, sentence = describe_age(directory)
        click.echo(f"ok     {sentence}" if is_new else f"WARN   {sentence}")
    if not is_right:
        raise click.exceptions.Exit(1)


def is_sound(board: CommandContext) -> bool:
    """Say of each check what it found, and return whether nothing is wrong."""
    # Reaching the engine proves it, or ends with a sentence of its own.
    engine = board.engine
    is_sound = True
    if board.is_newer:
        # Only that release knows what its triggers and indexes are.
        click.echo(
            "ok     the database is at a migration of a newer release that this one also supports"
        )
    else:
        click.echo("ok     the database is at the latest migration")
        is_sound = is_schema_sound(engine, board.ini_path, board.migrations.heads)
    with board.session(writes=False) as session:
        return run_checks(session, checks_for(engine.dialect.name)) and is_sound


def is_schema_sound(engine: Engine, ini_path: str, revisions: Iterable[str]) -> bool:
    """The same of the tables, indexes and triggers of a database at these migrations."""
    with database_errors_as_sentences():
        differences = compare_schema(engine, ini_path, revisions)
        if differences is None:
            click.echo(NOT_COMPARED)
            return True
        with Session(engine) as session:
            return run_checks(session, [schema_check(differences)])


def run_checks(session: Session, checks: Iterable[Check]) -> bool:
    """The same of the database of a session, with some checks only."""
    wrong = 0
    for check in checks:
        finding = check.find(session)
        click.echo(_line(check, finding))
        wrong += bool(finding.total) and not check.is_warning
    return not wrong


def _refuse_to_repair_damage(board: CommandContext) -> None:
    if board.engine.dialect.name != "sqlite":
        return
    with board.session(writes=False) as session:
        damage = find_damage(session)
    if damage.total:
        raise click.ClickException(
            f"The database file is damaged ({damage.examples[0]}). Writing to it could do more "
            "damage. Stop the board and restore the file from a backup."
        )


def _line(check: Check, finding: Finding) -> str:
    if not finding.total:
        return f"ok     {check.statement}"
    mark = "WARN " if check.is_warning else "FAIL "
    more = ", …" if finding.total > len(finding.examples) else ""
    return (
        f"{mark}  {check.statement}: fails for {finding.total:,}"
        f" ({', '.join(finding.examples)}{more}). {check.advice}"
    )
