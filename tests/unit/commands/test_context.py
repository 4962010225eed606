"""Whatever an operator gets wrong ends as one sentence on standard error, and exit code 1."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import alembic.command
import alembic.config
import pytest
from click.testing import Result

PROJECT = Path(__file__).parents[3]
COMMANDS = (
    ("seed-demo",),
    ("render",),
    ("doctor",),
    ("doctor", "--repair"),
    ("export", "-"),
    ("import", os.devnull),
    ("create-admin", "somebody", "somebody@example.com"),
    ("create-admin", "--promote", "somebody"),
)


@pytest.fixture
def new_database(tmp_path, monkeypatch) -> Path:
    """A migrated SQLite file of its own, to be damaged."""
    path = tmp_path / "board.sqlite"
    monkeypatch.setenv("QABOARD_DATABASE_URL", f"sqlite:///{path}")
    with open(tmp_path / "log", "w") as log:
        ini = alembic.config.Config(str(PROJECT / "development.ini"), stdout=log)
        alembic.command.upgrade(ini, "head")
    return path


def execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def sentence_of(result: Result) -> str:
    """What was said, after making sure that it is one line, on standard error, and a failure."""
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    return lines[0].removeprefix("Error: ")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_says_that_the_database_is_missing_and_makes_none(invoke, tmp_path, command):
    path = tmp_path / "board.sqlite"
    sentence = sentence_of(invoke(*command, database_url=f"sqlite:///{path}"))
    assert f"There is no database at {path}" in sentence
    assert sentence.endswith(" upgrade")
    assert not path.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_says_that_the_database_has_no_tables(invoke, tmp_path, command):
    path = tmp_path / "board.sqlite"
    path.touch()
    sentence = sentence_of(invoke(*command, database_url=f"sqlite:///{path}"))
    assert "no tables yet" in sentence
    assert "qaboard -c " in sentence


def test_a_database_of_an_older_migration_is_to_be_upgraded(invoke, new_database, tmp_path):
    migrations = tmp_path / "migrations"
    (migrations / "versions").mkdir(parents=True)
    (migrations / "env.py").touch()
    first = (PROJECT / "alembic/versions/0001_first_tables.py").read_text(encoding="utf-8")
    (migrations / "versions/0001.py").write_text(first, encoding="utf-8")
    (migrations / "versions/zz.py").write_text("revision = 'zz'\ndown_revision = '0001'\n")
    (tmp_path / "static").mkdir()
    ini = tmp_path / "newer.ini"
    text = (PROJECT / "development.ini").read_text(encoding="utf-8")
    ini.write_text(text.replace("qaboard:../alembic", str(migrations)), encoding="utf-8")
    execute(new_database, "UPDATE alembic_version SET version_num = '0001'")
    sentence = sentence_of(invoke("doctor", ini=ini, database_url=f"sqlite:///{new_database}"))
    assert "is at migration 0001, expected zz" in sentence
    assert f"qaboard -c {ini} upgrade" in sentence


def test_a_database_of_a_newer_version_is_left_alone(invoke, new_database):
    execute(new_database, "UPDATE alembic_version SET version_num = 'from the future'")
    # Its migration took away what this release needs.
    execute(new_database, "DELETE FROM compatible_migrations")
    sentence = sentence_of(invoke("render", database_url=f"sqlite:///{new_database}"))
    assert "newer version of qaboard (from the future)" in sentence


@pytest.mark.parametrize("table", ["votes", "post_search"])
def test_a_lost_table_is_named(invoke, new_database, table):
    execute(new_database, f"DROP TABLE {table}")
    sentence = sentence_of(invoke("doctor", database_url=f"sqlite:///{new_database}"))
    assert f"lost a table ({table})" in sentence


def test_a_lost_column_ends_in_what_the_database_says(invoke, new_database):
    execute(new_database, "ALTER TABLE votes RENAME COLUMN value TO worth")
    result = invoke("doctor", database_url=f"sqlite:///{new_database}")
    assert result.exit_code == 1
    assert "Error: Database error: no such column" in result.stderr


def test_a_file_that_is_no_database_is_called_so(invoke, tmp_path):
    path = tmp_path / "letter.sqlite"
    path.write_text("Dear operator, this is a letter. " * 100, encoding="utf-8")
    sentence = sentence_of(invoke("doctor", database_url=f"sqlite:///{path}"))
    assert sentence == "Database error: file is not a database"


def test_a_server_that_does_not_answer_is_one_sentence_without_its_password(invoke):
    url = "postgresql://qaboard:hunter2@127.0.0.1:1/qaboard"
    sentence = sentence_of(invoke("doctor", database_url=url))
    assert sentence.startswith("Database error: ")
    assert "127.0.0.1" in sentence
    assert "hunter2" not in sentence


def test_a_damaged_file_is_reported_and_not_repaired(invoke, new_database):
    # The index holds one column, and now claims to hold another one.
    execute(
        new_database,
        "INSERT INTO users (id, username, username_key, email, password_hash, role, created_at)"
        " VALUES (1, 'a', 'a', 'a@example.com', '', 'member', '2025-01-01')",
        "INSERT INTO user_sessions (id, user_id, token_hash, created_at, last_used_at,"
        " authenticated_at, expires_at, is_pending, wrong_code_count)"
        " VALUES (1, 1, x'00', '2025-01-01', '2025-01-01', '2025-01-01', '2025-01-02', 0, 0)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(expires_at)', '(created_at)')"
        " WHERE name = 'ix_user_sessions_expires_at'",
    )
    url = f"sqlite:///{new_database}"
    result = invoke("doctor", database_url=url)
    assert result.exit_code == 1
    assert "FAIL   the database file is intact" in result.stdout
    sentence = sentence_of(invoke("doctor", "--repair", database_url=url))
    assert "The database file is damaged" in sentence


def test_rows_that_refer_to_nothing_are_named(invoke, new_database):
    execute(
        new_database,
        "INSERT INTO votes (post_id, user_id, value, created_at) VALUES (7, 8, 1, '2025-01-01')",
    )
    result = invoke("doctor", database_url=f"sqlite:///{new_database}")
    assert result.exit_code == 1
    assert "FAIL   every reference points to a row: fails for 2 (votes 1 to " in result.stdout


def test_a_missing_ini_file_is_named(invoke, tmp_path):
    sentence = sentence_of(invoke("doctor", ini=tmp_path / "no.ini", database_url="sqlite://"))
    assert f"Ini file '{tmp_path / 'no.ini'}' not found" in sentence


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("qaboard.page_size = 20", "qaboard.page_size = many", "qaboard.page_size"),
        ("qaboard.site_name = qaboard", "", "qaboard.site_name"),
        ("[app:main]", "[app:other]", "cannot be read"),
        ("[app:main]", "app:main", "cannot be read"),
        ("= qaboard:../static", "= %(there)s/static", "cannot be read"),
        ("use = egg:qaboard", "use = egg:nowhere", "cannot be read"),
        ("script_location = ", "location = ", "migrations"),
    ],
)
def test_an_ini_file_that_cannot_be_used_is_one_sentence(
    invoke, new_database, tmp_path, before, after, said
):
    (tmp_path / "static").mkdir()
    ini = tmp_path / "own.ini"
    text = (PROJECT / "development.ini").read_text(encoding="utf-8")
    assert before in text
    ini.write_text(text.replace(before, after), encoding="utf-8")
    assert said in sentence_of(invoke("doctor", ini=ini, database_url=f"sqlite:///{new_database}"))


def test_a_file_that_is_no_ini_file_is_one_sentence(invoke, tmp_path):
    ini = tmp_path / "board.toml"
    ini.write_text("[board]\n", encoding="utf-8")
    assert "cannot be read" in sentence_of(invoke("doctor", ini=ini, database_url="sqlite://"))


def test_production_without_a_secret_is_one_sentence(invoke, monkeypatch):
    monkeypatch.delenv("QABOARD_SECRET", raising=False)
    ini = PROJECT / "production.ini"
    assert "QABOARD_SECRET" in sentence_of(invoke("doctor", ini=ini, database_url="sqlite://"))
