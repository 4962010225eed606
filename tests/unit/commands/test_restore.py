"""The command that restores a backup."""

from __future__ import annotations

import pytest


@pytest.fixture
def backup(people, command, tmp_path) -> str:
    """A backup of a board with one user; another one has come since then."""
    people.user("kept")
    file = str(tmp_path / "backup")
    command("backup", file)
    people.user("lost")
    people.engine.dispose()
    return file


def names(people) -> list[str]:
    return [user.username for user in people.users()]


def test_a_board_is_not_lost_without_being_asked_about(people, backup, command):
    assert "Add --replace" in command("restore", backup).stderr
    assert command("restore", "--replace", backup).exit_code == 1
    assert names(people) == ["kept", "lost"]


def test_a_board_becomes_what_it_was(people, backup, command):
    result = command("restore", "--replace", "--yes", backup)
    assert result.exit_code == 0
    assert names(people) == ["kept"]


def test_an_archive_of_another_database_is_refused(people, command, tmp_path):
    file = tmp_path / "archive"
    file.write_bytes(b"PGDMP...")
    result = command("restore", str(file))
    assert "is a postgresql backup, and this board is on sqlite" in result.stderr
