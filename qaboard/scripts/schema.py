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

TITLES_TABLE = "post_search_titles"
"""That of the titles, on SQLite."""


def check_schema(connection: Connection, ini_path: str) -> None:
    """Compare the database with the newest migration.

    :param ini_path: the ini file, whose ``[alembic]`` section says where the migrations are.
    :raises click.ClickException: when they differ, with what to do about it.
    """
    upgrade = f"alembic -c {ini_path} upgrade head"
    try:
        migrations = ScriptDirectory.from_config(Config(ini_path))
        known = {migration.revision for migration in migrations.walk_revisions()}
    except CommandError as error:
        raise click.ClickException(
            f"The migrations that the ini file {ini_path!r} names cannot be read: {error}"
        ) from error
    expected = set(migrations.get_heads())
    found = set(MigrationContext.configure(connection).get_current_heads())
    if not found:
        raise click.ClickException(f"The database has no tables yet; make them with: {upgrade}")
    if not found <= known:
        raise click.ClickException(
            f"The database was made by a newer version of qaboard ({_names(found)}); "
            "install that version."
        )
    if found != expected:
        raise click.ClickException(
            f"The tables of the database are at migration {_names(found)} and should be at "
            f"{_names(expected)}; bring them there with: {upgrade}"
        )
    needed = {*Base.metadata.tables, SEARCH_TABLE}
    if connection.dialect.name == "sqlite":
        needed.add(TITLES_TABLE)
    missing = needed - set(inspect(connection).get_table_names())
    if missing:
        raise click.ClickException(
            f"The database has lost a table ({_names(missing)}); restore it from a backup."
        )


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))
