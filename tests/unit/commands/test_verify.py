"""The commands that prove a backup and restore it."""

from __future__ import annotations

import sqlite3

import pytest


@pytest.fixture
def backup(people, command, tmp_path):
    """A backup of a board with a question; statements change it afterwards."""
    people.question(people.user("minji"))
    file = tmp_path / "backup"
    command("backup", str(file))

    def change(*statements: str) -> str:
        connection = sqlite3.connect(file)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return str(file)

    return change


def test_a_good_backup_is_said_to_be_good_and_the_board_stays(people, backup, command):
    before = people.facts()
    result = command("verify", backup())
    assert result.exit_code == 0
    assert "is a backup of a board at migration" in result.stdout
    assert {line[:2] for line in result.stdout.splitlines()} == {"ok"}
    assert people.facts() == before


def test_a_backup_with_a_wrong_counter_is_not(backup, command):
    result = command("verify", backup("UPDATE posts SET score = 9"))
    assert result.exit_code == 1
    assert "FAIL" in result.stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"text", "is not a backup"),
        (b"", "is not a backup"),
        (b"SQLite format 3\0" + b"x" * 99, ""),
    ],
)
def test_what_is_no_backup_is_refused(command, tmp_path, content, sentence):
    file = tmp_path / "file"
    file.write_bytes(content)
    result = command("verify", str(file))
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_a_database_of_another_program_is_no_board(command, tmp_path):
    file = tmp_path / "other.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE notes (body TEXT)")
    connection.close()
    assert "not of a qaboard database" in command("verify", str(file)).stderr
