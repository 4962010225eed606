"""``qaboard doctor``: whether the board's data agree with one another."""

from __future__ import annotations

import click

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
    dialect_name = board.engine.dialect.name
    if wants_repair:
        _refuse_to_repair_damage(board)
        for sentence in repair(board) or ["There was nothing to repair."]:
            click.echo(sentence)
        click.echo()
    # Reaching the engine has proved it, or ended with a sentence of its own.
    click.echo("ok     the tables are those of the newest migration")
    wrong = 0
    with board.session(writes=False) as session:
        for check in checks_for(dialect_name):
            finding = check.find(session)
            click.echo(_line(check, finding))
            wrong += bool(finding.total) and not check.is_warning
    if wrong:
        raise click.exceptions.Exit(1)


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
