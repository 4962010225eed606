"""Every migration runs up and down on this database, with rows in the tables."""

from __future__ import annotations

import alembic.command
import alembic.script
import pytest
from factories import Board
from project import alembic_configuration, environment
from sqlalchemy import inspect, text

from qaboard.db import make_engine
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
