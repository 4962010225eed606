"""The migrations are read without Alembic, and found to be what Alembic finds."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from project import PROJECT, alembic_configuration

from qaboard.database.migration_state import (
    Migrations,
    SchemaError,
    check_revisions,
    read_migrations,
)

MIGRATIONS = Migrations(frozenset({"1", "2", "3"}), frozenset({"3"}), "qaboard upgrade")


def test_they_are_those_that_alembic_finds():
    scripts = ScriptDirectory.from_config(alembic_configuration())
    found = read_migrations(str(PROJECT / "development.ini"))
    assert found.heads == set(scripts.get_heads())
    assert found.known == {script.revision for script in scripts.walk_revisions()}


def test_a_merge_follows_both(tmp_path):
    versions = tmp_path / "alembic" / "versions"
    versions.mkdir(parents=True)
    for revision, before in (("1", None), ("2", "1"), ("3", "1"), ("4", ("2", "3"))):
        text = f"import os\nrevision = {revision!r}\ndown_revision = {before!r}\n"
        (versions / f"{revision}.py").write_text(text)
    ini = tmp_path / "board.ini"
    ini.write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    found = read_migrations(str(ini))
    assert found.known == {"1", "2", "3", "4"}
    assert found.heads == {"4"}
    (versions / "5.py").write_text("revision =\n")
    with pytest.raises(SchemaError, match="cannot be read"):
        read_migrations(str(ini))


def test_where_there_are_none_that_is_said(tmp_path):
    ini = tmp_path / "board.ini"
    for section in ("", "[alembic]\n", "[alembic]\nscript_location = /nonexistent\n"):
        ini.write_text(section)
        with pytest.raises(SchemaError, match="cannot be read"):
            read_migrations(str(ini))


@pytest.mark.parametrize(
    ("found", "compatible", "sentence"),
    [
        (set(), set(), "no tables yet. Create them with: qaboard upgrade"),
        ({"2"}, {"2"}, "at migration 2, expected 3. Run: qaboard upgrade"),
        # An older release may run there, but this one has more to ask for.
        ({"2"}, {"2", "3"}, "at migration 2, expected 3"),
        ({"4"}, set(), "made by a newer version of qaboard"),
        ({"4"}, {"4"}, "made by a newer version of qaboard"),
        ({"4"}, {"2", "4"}, "made by a newer version of qaboard"),
        ({"3", "4"}, {"4"}, "made by a newer version of qaboard"),
    ],
)
def test_another_revision_is_told_with_what_to_do(found, compatible, sentence):
    with pytest.raises(SchemaError, match=sentence):
        check_revisions(found, compatible, MIGRATIONS)


def test_the_newest_one_is_right():
    check_revisions({"3"}, {"2", "3"}, MIGRATIONS)
    # From before compatible ones were written down.
    check_revisions({"3"}, set(), MIGRATIONS)


def test_a_newer_one_that_names_this_one_is_right():
    check_revisions({"4"}, {"3", "4"}, MIGRATIONS)
