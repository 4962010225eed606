"""``qaboard doctor``: whether the board's data agree with one another."""

from __future__ import annotations

from collections.abc import Iterable

import click
from sqlalchemy.orm import Session

from qaboard.scripts.backup import describe_age
from qaboard.scripts.checks import Check, Finding, checks_for, find_damage
from qaboard.scripts.context import CommandContext, pass_command_context
from qaboard.scripts.repairs import repair


@click.command()
@click.option("--repair", "wants_repair", is_flag=True, help="Set right what can be worked out.")
@pass_command_context
def doctor(board: CommandContext, wants_repair: bool) -> None:
    """Check counters and search index against the facts.

    A line for each check says ok, WARN or WRONG; the exit code is 1 when something is wrong. With
    --repair, counters and the search index are made right first, and the checks follow.

    \b
        qaboard -c production.ini doctor
        qaboard -c production.ini doctor --repair
    """
    if wants_repair:
        _refuse_to_repair_damage(board)
        for sentence in repair(board) or ["There was nothing to repair."]:
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
    checks = checks_for(board.engine.dialect.name)
    if board.is_newer:
        click.echo("ok     the tables are those of a newer release, and this one runs on them too")
    else:
        click.echo("ok     the tables are those of the newest migration")
    with board.session(writes=False) as session:
        return run_checks(session, checks)


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
            f"The database file is damaged ({damage.examples[0]}) and writing to it could damage "
            "more; stop the board and restore the file from a backup."
        )


def _line(check: Check, finding: Finding) -> str:
    if not finding.total:
        return f"ok     {check.statement}"
    mark = "WARN " if check.is_warning else "WRONG"
    more = ", …" if finding.total > len(finding.examples) else ""
    return (
        f"{mark}  {check.statement}: not so for {finding.total:,}"
        f" ({', '.join(finding.examples)}{more}); {check.advice}"
    )
