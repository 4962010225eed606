"""Whether a database has the tables that this code was written for."""

from __future__ import annotations

import click
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from qaboard.models import Base

SEARCH_TABLE = "post_search"
"""The search index has no model: each database keeps it in its own way."""


def check_schema(connection: Connection, ini_path: str) -> None:
    """Compare the database with the newest migration.

    :param ini_path: the ini file, whose ``[alembic]`` section says where the migrations are.
    :raises click.ClickException: when they differ, with what to do about it.
    """
    upgrade = f"alembic -c {ini_path} upgrade head"
    migrations = read_migrations(ini_path)
    expected = set(migrations.get_heads())
    found = found_revisions(connection)
    if not found:
        raise click.ClickException(f"The database has no tables yet; make them with: {upgrade}")
    check_known(found, ini_path)
    if found != expected:
        raise click.ClickException(
            f"The tables of the database are at migration {_names(found)} and should be at "
            f"{_names(expected)}; bring them there with: {upgrade}"
        )
    missing = {*Base.metadata.tables, SEARCH_TABLE} - set(inspect(connection).get_table_names())
    if missing:
        raise click.ClickException(
            f"The database has lost a table ({_names(missing)}); restore it from a backup."
        )


def read_migrations(ini_path: str) -> ScriptDirectory:
    """The migrations of this code.

    :param ini_path: the ini file, whose ``[alembic]`` section says where they are.
    :raises click.ClickException: when they cannot be read.
    """
    try:
        migrations = ScriptDirectory.from_config(Config(ini_path))
        _known_revisions(migrations)
    except CommandError as error:
        raise click.ClickException(
            f"The migrations that the ini file {ini_path!r} names cannot be read: {error}"
        ) from error
    return migrations


def _known_revisions(migrations: ScriptDirectory) -> set[str]:
    return {migration.revision for migration in migrations.walk_revisions()}


def check_known(revisions: set[str], ini_path: str) -> None:
    """Refuse migrations that this code does not have.

    :raises click.ClickException: when there is one among ``revisions``.
    """
    if not revisions <= _known_revisions(read_migrations(ini_path)):
        raise click.ClickException(
            f"The database was made by a newer version of qaboard ({_names(revisions)}); "
            "install that version."
        )


def found_revisions(connection: Connection) -> set[str]:
    """The names of the migrations that a database is at: one, or none before the first."""
    return set(MigrationContext.configure(connection).get_current_heads())


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))
