"""Objects of a database that differ from those of the migrations."""

from __future__ import annotations

import pytest
from project import NEWEST, PROJECT

from qaboard.commands.schema_objects import (
    Difference,
    SchemaObject,
    compare_schema,
    mend_schema,
    schema_check,
)

INI = str(PROJECT / "development.ini")


@pytest.fixture
def compare(engine):
    return lambda: compare_schema(engine, INI, [NEWEST])


def execute(engine, *statements: str) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_missing_foreign_and_changed_objects_are_named_and_mended(engine, compare):
    execute(
        engine,
        "DROP INDEX ix_posts_newest",
        "CREATE INDEX ix_foreign ON users (role)",
        "DROP INDEX ix_users_email",
        "CREATE INDEX ix_users_email ON users (role)",
    )
    differences = compare()
    assert {each.sentence for each in differences} == {
        "the index ix_posts_newest is missing",
        "the index ix_foreign does not belong to the board",
        "the index ix_users_email differs from the migrations",
    }
    assert "doctor --repair" in schema_check(differences).advice
    with engine.execution_options(writes=True).begin() as connection:
        assert mend_schema(connection, differences) == 3
    assert compare() == []


def test_tables_are_not_mended(engine):
    difference = Difference(None, SchemaObject("table", "notes", "", drop="DROP TABLE users"))
    assert not difference.can_be_mended
    assert "Restore a backup" in schema_check([difference]).advice
    with engine.connect() as connection:
        assert mend_schema(connection, [difference]) == 0
