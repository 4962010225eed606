"""The ``qaboard`` command: what operators and contributors do with a board from a shell."""

from __future__ import annotations

import os

import click

from qaboard.commands import (
    backup,
    create_admin,
    doctor,
    export_board,
    import_board,
    reindex,
    render,
    restore,
    seed_demo,
    upgrade,
    user,
    verify,
)
from qaboard.commands.context import CommandContext

DEFAULT_INI = "development.ini"


class _Group(click.Group):
    """Refuses arguments that are no text; further on they would be an error of the database."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        for argument in arguments:
            try:
                argument.encode()
            except UnicodeEncodeError:
                told = os.fsencode(argument)
                raise click.UsageError(
                    f"The argument {told!r} is not UTF-8. Write it in UTF-8.", context
                ) from None
        return super().parse_args(context, arguments)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-c",
    "--config",
    "ini_path",
    metavar="PATH",
    envvar="QABOARD_CONFIG",
    default=DEFAULT_INI,
    show_default=True,
    show_envvar=True,
    help="The ini file of the board.",
)
@click.version_option(package_name="qaboard")
@click.pass_context
def qaboard(context: click.Context, ini_path: str) -> None:
    """Run and maintain a question-and-answer board.

    Name the ini file before the command:

    \b
        qaboard seed-demo
        qaboard -c production.ini doctor
    """
    context.obj = CommandContext(ini_path)
    context.call_on_close(context.obj.close)


qaboard.add_command(seed_demo.seed_demo)
qaboard.add_command(create_admin.create_admin)
qaboard.add_command(render.render)
qaboard.add_command(reindex.reindex)
qaboard.add_command(doctor.doctor)
qaboard.add_command(user.user)
qaboard.add_command(backup.backup)
qaboard.add_command(verify.verify)
qaboard.add_command(restore.restore)
qaboard.add_command(export_board.export_board)
qaboard.add_command(import_board.import_board)
qaboard.add_command(upgrade.upgrade)
