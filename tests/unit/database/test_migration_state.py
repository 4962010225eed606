"""The migrations of an environment, and whether a database fits them."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from project import PROJECT, alembic_configuration

from qaboard.database.migration_state import (
    Migrations,
    MigrationsReader,
    SchemaError,
    check_revisions,
    read_migrations,
)

MIGRATIONS = Migrations(frozenset({"1", "2", "3"}), frozenset({"3"}), "qaboard upgrade")


def read_in_child(ini_path: str) -> Migrations:
    return MigrationsReader(ini_path).result()


@pytest.fixture(params=[read_migrations, read_in_child])
def read(request):
    """Reads migrations as a command does, and as a server."""
    return request.param


def test_they_are_those_that_alembic_finds(read):
    scripts = ScriptDirectory.from_config(alembic_configuration())
    found = read(str(PROJECT / "development.ini"))
    assert found.heads == set(scripts.get_heads())
    assert found.known == {script.revision for script in scripts.walk_revisions()}


def test_a_merge_follows_both(tmp_path, read):
    versions = tmp_path / "alembic" / "versions"
    versions.mkdir(parents=True)
    for revision, before in (("1", None), ("2", "1"), ("3", "1"), ("4", ("2", "3"))):
        text = f"import os\nrevision = {revision!r}\ndown_revision = {before!r}\n"
        (versions / f"{revision}.py").write_text(text)
    ini = tmp_path / "board.ini"
    ini.write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    found = read(str(ini))
    assert found.known == {"1", "2", "3", "4"}
    assert found.heads == {"4"}
    assert found.upgrade == f"qaboard -c {ini} upgrade"


@pytest.mark.parametrize(
    "text",
    ["revision =\n", "raise SystemError('one\\ntwo')\n", "revision = '2'\ndown_revision = '1'\n"],
    ids=["no Python", "an error", "follows none"],
)
@pytest.mark.filterwarnings("ignore:Revision 1 referenced from")
def test_a_migration_that_cannot_be_read_is_one_sentence(tmp_path, read, text):
    versions = tmp_path / "100% alembic" / "versions"
    versions.mkdir(parents=True)
    (versions / "2.py").write_text(text)
    ini = tmp_path / "board.ini"
    ini.write_text("[alembic]\nscript_location = %(here)s/100%% alembic\n")
    with pytest.raises(SchemaError, match=r"cannot be read: .") as refused:
        read(str(ini))
    assert "\n" not in str(refused.value)


def test_where_there_are_none_that_is_said(tmp_path, read):
    (tmp_path / "empty" / "versions").mkdir(parents=True)
    ini = tmp_path / "board.ini"
    places = ("/nonexistent", tmp_path / "empty")
    for section in ("", "[alembic]\n", *(f"[alembic]\nscript_location = {p}\n" for p in places)):
        ini.write_text(section)
        with pytest.raises(SchemaError, match="cannot be read"):
            read(str(ini))
    with pytest.raises(SchemaError, match=r"there are none in .+\. .+ pip install -e \."):
        read(str(ini))


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
