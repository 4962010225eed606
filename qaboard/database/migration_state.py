"""Check the migration state of the database.

Alembic says which migrations there are. A server needs it for nothing else and would keep its 11
MiB, so it asks in a child process while it starts.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import plaster
from pyramid.events import ApplicationCreated
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from qaboard.database.engine import sqlite_file
from qaboard.models import Base
from qaboard.settings.reading import FROM_A_CLONE, resolve_path

log = logging.getLogger(__name__)

SEARCH_TABLE = "post_search"
"""The search index has no model: each database keeps it in its own way."""

TITLES_TABLE = "post_search_titles"
"""That of the titles, on SQLite."""

REVISION_TABLE = "alembic_version"

COMPATIBILITY_TABLE = "compatible_migrations"
"""The migrations whose releases run on the tables; ``alembic/env.py`` writes it."""


class SchemaError(Exception):
    """The database does not fit; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations that belong to this code: all of them, and those that none follows.

    ``upgrade`` is the command that runs them.
    """

    known: frozenset[str]
    heads: frozenset[str]
    upgrade: str


def read_migrations(ini_path: str) -> Migrations:
    """The migrations of an environment, asked of Alembic in this process.

    :param ini_path: the ini file, whose ``[alembic]`` section says where they are.
    :raises SchemaError: when they cannot be read.
    """
    # Not for a server, which imports this module as well.
    from qaboard.database.revisions import find_revisions

    folder = _migrations_folder(ini_path)
    try:
        revisions = find_revisions(ini_path, str(folder))
    # A migration is a module, which can fail by anything.
    except Exception as error:
        raise SchemaError(_unreadable(ini_path, error)) from error
    return _make_migrations(ini_path, folder, revisions)


class MigrationsReader:
    """Reads the migrations in a child process, beside whatever this one does meanwhile.

    :param ini_path: the ini file, whose ``[alembic]`` section says where they are.
    :raises SchemaError: when they cannot be read.
    """

    def __init__(self, ini_path: str) -> None:
        self._ini_path = ini_path
        self._folder = _migrations_folder(ini_path)
        program = Path(__file__).with_name("revisions.py")
        # -P: its own folder is no place to import from. What fails is told in one sentence.
        options = ("-P", "-W", "ignore")
        command = [sys.executable, *options, str(program), ini_path, str(self._folder)]
        try:
            self._process = subprocess.Popen(  # noqa: S603  # no shell; the operator's ini file
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as error:
            raise SchemaError(_unreadable(ini_path, error)) from error

    def result(self) -> Migrations:
        """What Alembic has found, as soon as it has.

        :raises SchemaError: when the migrations cannot be read.
        """
        output, errors = self._process.communicate()
        if self._process.returncode != 0:
            raise SchemaError(_unreadable(self._ini_path, errors or self._process.returncode))
        return _make_migrations(self._ini_path, self._folder, json.loads(output))


def _migrations_folder(ini_path: str) -> Path:
    try:
        location = plaster.get_settings(ini_path, "alembic")["script_location"]
    except (OSError, ValueError, LookupError) as error:
        raise SchemaError(_unreadable(ini_path, error)) from error
    folder = resolve_path(location) or Path(location)
    if not folder.is_dir():
        raise SchemaError(_unreadable(ini_path, _there_are_none(folder)))
    return folder


def _make_migrations(
    ini_path: str, folder: Path, revisions: Mapping[str, Iterable[str]]
) -> Migrations:
    known, heads = frozenset(revisions["known"]), frozenset(revisions["heads"])
    if not known:
        raise SchemaError(_unreadable(ini_path, _there_are_none(folder)))
    return Migrations(known, heads, f"qaboard -c {ini_path} upgrade")


def _there_are_none(folder: Path) -> str:
    return f"there are none in {folder / 'versions'}. {FROM_A_CLONE}"


def _unreadable(ini_path: str, reason: object) -> str:
    sentence = " ".join(str(reason).split())
    return f"The migrations that the ini file {ini_path!r} names cannot be read: {sentence}"


def read_revisions(connection: Connection) -> set[str]:
    """The migrations that a database is at; none when it has no tables yet."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


def read_compatible(connection: Connection) -> set[str]:
    """The migrations whose releases run on the tables of a database, as the newest of them says.

    A release knows no migration that came after it, so it cannot tell by itself whether one of them
    took away what it needs.
    """
    if not inspect(connection).has_table(COMPATIBILITY_TABLE):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM compatible_migrations")))


def is_newer(found: Set[str], compatible: Set[str], migrations: Migrations) -> bool:
    """Whether a newer release has migrated a database, on which this one runs all the same."""
    return not found <= migrations.known and migrations.heads <= compatible


def check_known(found: Set[str], migrations: Migrations) -> None:
    """Refuse what a newer release has migrated.

    :raises SchemaError: when there is one among the migrations that this code does not have.
    """
    if not found <= migrations.known:
        raise SchemaError(
            f"The database was made by a newer version of qaboard ({_names(found)}). Install that "
            "version."
        )


def check_revisions(found: Set[str], compatible: Set[str], migrations: Migrations) -> None:
    """Compare what a database is at with the newest migration.

    :param compatible: the migrations whose releases run on its tables.
    :raises SchemaError: when this release does not run on it, with what to do about it.
    """
    if not found:
        raise SchemaError(f"The database has no tables yet. Create them with: {migrations.upgrade}")
    if is_newer(found, compatible, migrations):
        return
    check_known(found, migrations)
    if found != migrations.heads:
        raise SchemaError(
            f"Database is at migration {_names(found)}, expected {_names(migrations.heads)}. Run: "
            f"{migrations.upgrade}"
        )


def check_migrated(connection: Connection, migrations: Migrations) -> None:
    """Compare a database with the newest migration.

    :raises SchemaError: when this release does not run on it, with what to do about it.
    """
    check_revisions(read_revisions(connection), read_compatible(connection), migrations)


def check_file(engine: Engine, migrations: Migrations) -> None:
    """Look whether there is a database where SQLite should have one.

    SQLite would make an empty file, which then looks like a board without tables.

    :raises SchemaError: when there is none, with the command that makes it.
    """
    file = sqlite_file(engine.url)
    if file is not None and not file.exists():
        raise SchemaError(f"There is no database at {file}. Create it with: {migrations.upgrade}")


def check_schema(engine: Engine, migrations: Migrations) -> None:
    """Compare a database with the newest migration and with the models.

    :raises SchemaError: when they differ, with what to do about it.
    :raises sqlalchemy.exc.DBAPIError: when the database does not answer.
    """
    check_file(engine, migrations)
    with engine.connect() as connection:
        check_migrated(connection, migrations)
        tables = set(inspect(connection).get_table_names())
    needed = {*Base.metadata.tables, SEARCH_TABLE}
    if engine.dialect.name == "sqlite":
        needed.add(TITLES_TABLE)
    missing = needed - tables
    if missing:
        raise SchemaError(
            f"The database has lost a table ({_names(missing)}). Restore it from a backup."
        )


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def includeme(config) -> None:
    """Refuse to start on a database that does not fit.

    :raises SchemaError: with what to do about it; also while the application is made.
    """
    registry = config.registry
    registry["migrations"] = None
    ini_path = registry["ini_path"]
    if not ini_path:
        return
    reader = MigrationsReader(ini_path)

    def check(_event: ApplicationCreated) -> None:
        registry["migrations"] = migrations = reader.result()
        check_at_start(registry["engine"], migrations)

    # Meanwhile everything else is imported and configured, for which no table is needed.
    config.add_subscriber(check, ApplicationCreated)


def check_at_start(engine: Engine, migrations: Migrations) -> None:
    """Compare a database with the newest migration and with the models, if it answers.

    One that does not may do so in a moment, after both machines were started at once; until then
    pages say that it is away.

    :raises SchemaError: when they differ, with what to do about it.
    """
    try:
        check_schema(engine, migrations)
    except DBAPIError as error:
        log.error("the database does not answer, so its tables were not looked at: %s", error)
    finally:
        # A process that only forks has no connection.
        engine.dispose()
