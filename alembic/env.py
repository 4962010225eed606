"""How Alembic reaches the database: by the same ini file and environment as the board."""

import os

from alembic import context
from pyramid.paster import get_appsettings, setup_logging
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from qaboard.database.engine import make_engine, sqlite_file
from qaboard.database.migration_state import COMPATIBILITY_TABLE, read_compatible
from qaboard.models import Base
from qaboard.settings import SettingsError, load_database_url

config = context.config


def run_migrations() -> None:
    # Whoever makes tables to look at hands over a connection of their own.
    connection = config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    # Beside a server that runs: two processes that rotate one file lose entries.
    os.environ.setdefault("QABOARD_INSTANCE", "alembic")
    setup_logging(config.config_file_name)
    settings = get_appsettings(config.config_file_name)
    try:
        url = load_database_url(settings, os.environ)
    except SettingsError as error:
        raise SystemExit(f"qaboard: {error}") from None
    engine = make_engine(url)
    try:
        with _connect(engine) as connection:
            _switch_foreign_keys_off(connection)
            _migrate(connection)
    finally:
        engine.dispose()


def _connect(engine):
    """Connect to the database; on SQLite its folder is made.

    :raises SystemExit: with a sentence, when there is no way to it.
    """
    file = sqlite_file(engine.url)
    try:
        if file is not None:
            file.absolute().parent.mkdir(parents=True, exist_ok=True)
        return engine.execution_options(writes=True).connect()
    except OSError as error:
        raise SystemExit(
            f"qaboard: The folder of the database cannot be created: {error.strerror}: "
            f"{error.filename}"
        ) from None
    except OperationalError as error:
        raise SystemExit(f"qaboard: Database error: {error.orig}") from None


def _switch_foreign_keys_off(connection) -> None:
    """Let SQLite copy a table that others point at, as its manual says (ALTER TABLE, section 7).

    Otherwise dropping the old table would delete what belongs to its rows. A transaction that has
    begun cannot do it any more, so it happens on the connection of the driver.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF").close()


def _check_foreign_keys(connection) -> None:
    """Find before the commit what the copying of tables has broken, if anything."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
        if broken:
            raise SystemExit(f"qaboard: the migration would break references: {broken}")


def _migrate(connection) -> None:
    context.configure(
        connection=connection,
        # Tables to compare those of a board with are made in a schema of their own.
        version_table_schema=config.attributes.get("schema"),
        target_metadata=Base.metadata,
        # SQLite changes a table only by copying it.
        render_as_batch=True,
        # db.py begins transactions by itself, so SQLite takes a migration whole or not at all.
        transactional_ddl=True,
        include_name=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()
        _check_foreign_keys(connection)
        _record_compatible(connection)


def _compatible_revisions() -> set[str]:
    """The migrations whose releases run on the present tables.

    A migration adds only, so the releases before it run on its tables too. One after which some do
    not has the constant ``compatible_since``: the oldest migration whose releases do.
    """
    compatible, oldest = set(), set()
    for script in context.script.iterate_revisions(
        context.get_context().get_current_heads(), "base"
    ):
        compatible.add(script.revision)
        oldest.add(getattr(script.module, "compatible_since", None))
        if script.revision in oldest:
            break
    return compatible


def _record_compatible(connection) -> None:
    """Write down which releases run on the tables: an older one cannot know (docs/backup.md)."""
    compatible = _compatible_revisions()
    if compatible == read_compatible(connection):
        return
    connection.execute(text(f"DROP TABLE IF EXISTS {COMPATIBILITY_TABLE}"))
    if not compatible:
        return
    connection.execute(
        text(f"CREATE TABLE {COMPATIBILITY_TABLE} (version_num VARCHAR(32) PRIMARY KEY)")
    )
    connection.execute(
        text(f"INSERT INTO {COMPATIBILITY_TABLE} (version_num) VALUES (:revision)"),  # noqa: S608  # a constant
        [{"revision": revision} for revision in sorted(compatible)],
    )


def _is_ours(name, type_, _parent_names) -> bool:
    """Leave out what has no model: the search index, the counters of rate limits, and what is
    written down here."""
    without_model = ("post_search", "rate_limit_hits", COMPATIBILITY_TABLE)
    return not (type_ == "table" and name.startswith(without_model))


if context.is_offline_mode():
    raise SystemExit("qaboard's migrations need a database. They cannot write SQL scripts.")
run_migrations()
