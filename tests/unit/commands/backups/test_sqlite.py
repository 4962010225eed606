"""Backups of an SQLite file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click
import pytest
from sqlalchemy import make_url

from qaboard.commands.backups import sqlite
from qaboard.commands.backups.sqlite import SQLiteBackups

WRITES_AT_MOST = 500


class WritingBar:
    """A progress bar that writes to the database at each step, as somebody else would."""

    pos = 0

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.number = 0

    def __enter__(self) -> WritingBar:
        return self

    def __exit__(self, *_error) -> None:
        self.connection.close()

    def update(self, _count: int) -> None:
        if self.number < WRITES_AT_MOST:
            self.number += 1
            self.connection.execute("UPDATE entries SET number = ?", (self.number,))


def test_a_copy_is_the_state_at_its_beginning_whatever_is_written_meanwhile(tmp_path, monkeypatch):
    path = tmp_path / "board.sqlite"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE entries (number INTEGER, content TEXT)")
    connection.executemany("INSERT INTO entries VALUES (?, ?)", ((0, "x" * 4000),) * 20)
    connection.close()
    bar = WritingBar(path)
    monkeypatch.setattr(sqlite, "PAGES_AT_ONCE", 5)
    monkeypatch.setattr(sqlite, "progress_bar", lambda _length, _label: bar)
    SQLiteBackups(make_url(f"sqlite:///{path}")).write(tmp_path / "copy")
    assert bar.number > 2
    copy = sqlite3.connect(tmp_path / "copy")
    assert copy.execute("SELECT DISTINCT number FROM entries").fetchall() == [(0,)]
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()


def test_a_board_without_users_is_empty_and_may_be_replaced(people, engine):
    backups = SQLiteBackups(engine.url)
    assert backups.is_empty()
    people.user()
    assert not backups.is_empty()


def test_what_was_written_since_the_backup_is_lost(people, engine, tmp_path):
    people.user("kept")
    backups = SQLiteBackups(engine.url)
    backups.write(tmp_path / "copy")
    people.user("lost")
    engine.dispose()
    backups.restore(tmp_path / "copy")
    assert [user.username for user in people.users()] == ["kept"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_a_database_that_is_no_ordinary_file_has_no_backups(url):
    with pytest.raises(click.ClickException, match="ordinary file"):
        SQLiteBackups(make_url(url))
