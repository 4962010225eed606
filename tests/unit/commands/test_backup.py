"""Backups into a folder, and their age."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.commands import backup
from qaboard.commands.backup import TIME_FORMAT, describe_age
from qaboard.models import utc_now


@pytest.fixture
def made(tmp_path):
    """Makes a backup of some hours ago, which is empty, in a folder."""

    def make(hours: float, name="qaboard-0001, 0002-{}.sqlite"):
        moment = (utc_now() - timedelta(hours=hours)).strftime(TIME_FORMAT)
        path = tmp_path / name.format(moment)
        path.touch()
        return path

    return make


@pytest.mark.parametrize(
    ("hours", "is_new", "words"),
    [(5, True, "5 hours old"), (49, False, "49 hours old. Create one")],
)
def test_the_newest_backup_says_its_age(tmp_path, made, hours, is_new, words):
    made(hours)
    made(100)
    made(1, "qaboard-before-{}.part")
    found, sentence = describe_age(tmp_path)
    assert found is is_new
    assert words in sentence


def test_a_folder_without_backups_and_one_that_is_not_there_are_told(tmp_path):
    assert describe_age(tmp_path) == (
        False,
        f"no backup in {tmp_path}. Create one with: qaboard backup",
    )
    is_new, sentence = describe_age(tmp_path / "nowhere")
    assert not is_new
    assert "cannot be read" in sentence


def test_of_the_backups_that_were_made_so_the_newest_stay(tmp_path, made):
    paths = [made(hours) for hours in (3, 2, 1)]
    other = made(9, "monday.sqlite")
    backup._remove_oldest(tmp_path, 2)
    assert sorted(tmp_path.iterdir()) == sorted([*paths[1:], other])


def test_a_backup_needs_a_name_or_a_folder(command):
    result = command("backup")
    assert result.exit_code == 2
    assert "qaboard.backup_directory" in result.stderr


def test_a_backup_is_a_database_with_all_of_the_board(people, command, tmp_path):
    people.user("minji")
    file = tmp_path / "monday"
    assert command("backup", str(file)).exit_code == 0
    assert b"minji" in file.read_bytes()
    assert "already exists" in command("backup", str(file)).stderr
