"""Every migration runs up and down on this database, with rows in the tables."""

from __future__ import annotations

import alembic.command
import alembic.script
import pytest
from factories import Board
from project import alembic_configuration, environment
from sqlalchemy import inspect, text

from qaboard.database.engine import make_engine
from qaboard.settings import load_database_url


@pytest.fixture
def another_database_url(make_database) -> str:
    """A database beside the one of the other tests."""
    return make_database()


def test_each_migration_goes_up_and_down_with_rows(another_database_url):
    configuration = alembic_configuration()
    engine = make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": another_database_url}))
    revisions = [
        script.revision
        for script in alembic.script.ScriptDirectory.from_config(configuration).walk_revisions()
    ]
    with environment(QABOARD_DATABASE_URL=another_database_url):
        alembic.command.upgrade(configuration, "head")
        # The models say the same as the migrations.
        alembic.command.check(configuration)
        board = Board(engine)
        question = board.question()
        board.vote(board.answer(question))
        board.token(board.user())
        for _revision in revisions:
            alembic.command.downgrade(configuration, "-1")
        engine.dispose()
        assert inspect(engine).get_table_names() == ["alembic_version"]
        alembic.command.upgrade(configuration, "head")
        Board(engine).question()
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(another_database_url, monkeypatch):
    from sqlalchemy.exc import SQLAlchemyError

    engine = make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": another_database_url}))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE votes (already_here INTEGER)"))
    with (
        environment(QABOARD_DATABASE_URL=another_database_url),
        pytest.raises(SQLAlchemyError, match="votes"),
    ):
        alembic.command.upgrade(alembic_configuration(), "head")
    assert "users" not in inspect(engine).get_table_names()
    engine.dispose()


def test_a_migration_says_what_it_does_and_what_an_operator_must_know():
    scripts = alembic.script.ScriptDirectory.from_config(alembic_configuration())
    for script in scripts.walk_revisions():
        known = script.longdoc.partition("What an operator must know:")[2].strip()
        assert known
        assert not known.startswith("...")


# What a migration takes away from the release before it, with the reason why nobody misses it. The
# first release was made after these.
BEFORE_THE_FIRST_RELEASE = "there was no release before it"
NOT_COMPATIBLE = {
    "0002": (
        {
            "a row of user_sessions needs authenticated_at",
            "a row of user_sessions needs is_pending",
            "a row of user_sessions needs last_used_at",
            "a row of user_sessions needs wrong_code_count",
        },
        BEFORE_THE_FIRST_RELEASE,
    ),
    "0003": (
        {
            "post_search.is_long",
            "a row of post_search needs title",
            "a row of post_search needs body",
            "a row of post_search needs author",
            "a row of post_search needs version",
        },
        BEFORE_THE_FIRST_RELEASE,
    ),
    "0005": ({"post_search.document"}, BEFORE_THE_FIRST_RELEASE),
}


def describe(engine) -> dict[str, dict[str, dict]]:
    """The columns of all tables, by table and name."""
    found = inspect(engine)
    return {
        table: {column["name"]: column for column in found.get_columns(table)}
        for table in found.get_table_names()
        # Each database keeps the rows of FTS5 in tables of its own.
        if not table.startswith("post_search_")
    }


def find_incompatible(before: dict, after: dict) -> set[str]:
    """What the code of the release before could not read or write any more."""
    wrong = set()
    for table, columns in before.items():
        if table not in after:
            wrong.add(table)
            continue
        for name, column in columns.items():
            changed = after[table].get(name)
            if changed is None:
                wrong.add(f"{table}.{name}")
            elif str(changed["type"]) != str(column["type"]):
                wrong.add(f"{table}.{name} has another type")
            elif column["nullable"] and not changed["nullable"]:
                wrong.add(f"{table}.{name} may not be empty any more")
        for name in after[table].keys() - columns.keys():
            column = after[table][name]
            if not column["nullable"] and column["default"] is None:
                wrong.add(f"a row of {table} needs {name}")
    return wrong


def test_the_release_before_can_use_the_tables_of_the_next_one(another_database_url):
    """So that processes can be restarted one by one (docs/backup.md)."""
    configuration = alembic_configuration()
    scripts = alembic.script.ScriptDirectory.from_config(configuration)
    engine = make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": another_database_url}))
    found = {}
    before = {}
    with environment(QABOARD_DATABASE_URL=another_database_url):
        for script in reversed(list(scripts.walk_revisions())):
            alembic.command.upgrade(configuration, script.revision)
            after = describe(engine)
            found[script.revision] = find_incompatible(before, after)
            before = after
            engine.dispose()
    is_sqlite = engine.dialect.name == "sqlite"
    for revision, wrong in found.items():
        expected, reason = NOT_COMPATIBLE.get(revision, (set(), ""))
        # The table of FTS5 is made in one piece, and only PostgreSQL's has columns that go.
        expected = {entry for entry in expected if not (is_sqlite and "post_search" in entry)}
        assert wrong == expected, (revision, reason)
    # What a release before it would miss, a migration says itself, and nothing else does.
    declared = {
        script.revision
        for script in scripts.walk_revisions()
        if hasattr(script.module, "compatible_since")
    }
    assert declared == set(NOT_COMPATIBLE)
