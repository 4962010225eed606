"""Backups of an SQLite database, by SQLite's own online backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import URL, Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from qaboard.commands.context import progress_bar
from qaboard.database.engine import SQLITE_BUSY_TIMEOUT_SECONDS, sqlite_file

PAGES_AT_ONCE = 1000
"""How many pages are copied between two steps of the progress bar: usually 4 MB."""

_MOVE_AWAY = " Move it and its -wal and -shm files away and try again."


class SQLiteBackups:
    """The backups of one database.

    :raises click.ClickException: of every method, when SQLite or the file system refuses.
    """

    suffix = ".sqlite"

    def __init__(self, url: URL) -> None:
        path = sqlite_file(url)
        if path is None:
            raise click.ClickException("Only a database in an ordinary file can be backed up.")
        self.path = path
        self.name = str(path)

    def write(self, path: Path) -> None:
        """Copy one state of the database into an empty file, while others read and write."""
        with (
            _errors_as_sentences(self.name),
            closing(_open(f"{self.path.absolute().as_uri()}?mode=rw")) as source,
            closing(_open(path.absolute().as_uri())) as target,
        ):
            # Without a transaction that has begun reading, whoever writes in between would have the
            # copying begin anew, perhaps for ever.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            _copy(source, target, "Backing up")
            # One file by itself, which can also be read where nothing can be written.
            target.execute("PRAGMA journal_mode = DELETE").fetchone()

    def is_empty(self) -> bool:
        """Whether there is no database yet, or one without users."""
        if not self.path.exists() or not self.path.stat().st_size:
            return True
        with (
            _errors_as_sentences(self.name, advice=_MOVE_AWAY),
            closing(_open(f"{self.path.absolute().as_uri()}?mode=rw")) as connection,
        ):
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = {name for (name,) in tables}
            if "users" not in names:
                return names <= {"alembic_version", "sqlite_sequence"}
            return connection.execute("SELECT 1 FROM users LIMIT 1").fetchone() is None

    def restore(self, path: Path) -> None:
        """Give the database the content of a backup, in one transaction of SQLite.

        A power failure in its midst leaves what was there before. The file stays the one it was,
        with its owner and mode: whoever opens it while another takes its name would damage it.

        :raises click.ClickException: also when somebody has the database open.
        """
        is_new = not self.path.exists()
        if not is_new and self.path.samefile(path):
            raise click.ClickException(f"{path} is the database itself.")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with (
                open_file(path) as engine,
                _errors_as_sentences(self.name, advice=_MOVE_AWAY),
                closing(_open(self.path.absolute().as_uri())) as target,
                closing(engine.raw_connection()) as source,
            ):
                if is_new:
                    self.path.chmod(0o600)
                _take(target, self.name)
                _copy(source.driver_connection, target, "Restoring")
        except BaseException:
            if is_new:
                for suffix in ("", "-journal"):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            raise


@contextmanager
def open_file(path: Path) -> Iterator[Engine]:
    """The database in a backup, which is only read, also from where nothing can be written."""
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://",
        creator=lambda: _open(f"{path.absolute().as_uri()}?{mode}"),
        poolclass=NullPool,
        hide_parameters=True,
    )
    with _errors_as_sentences(path):
        yield engine


def _open(address: str) -> sqlite3.Connection:
    return sqlite3.connect(
        address,
        uri=True,
        isolation_level=None,
        timeout=SQLITE_BUSY_TIMEOUT_SECONDS,
        check_same_thread=False,
    )


def _take(connection: sqlite3.Connection, name: str) -> None:
    """Keep everybody else out of a database until the connection is closed.

    Whoever has it open, also without doing anything, keeps SQLite from leaving the mode WAL.
    """
    connection.execute("PRAGMA busy_timeout = 0").fetchone()
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise click.ClickException(
            f"{name} is in use, probably by the board. Stop it and try again."
        ) from error


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, label: str) -> None:
    (page_count,) = source.execute("PRAGMA page_count").fetchone()
    with progress_bar(page_count, label) as bar:

        def show(_status: int, remaining: int, total: int) -> None:
            bar.update(total - remaining - bar.pos)

        source.backup(target, pages=PAGES_AT_ONCE, progress=show)


@contextmanager
def _errors_as_sentences(name: object, advice: str = "") -> Iterator[None]:
    """Have an error of SQLite end the command in a sentence.

    :param advice: what to do when the file is damaged.
    """
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        error = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(error, "sqlite_errorcode", None)
        is_damaged = code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
        raise click.ClickException(
            f"{name}: SQLite error: {error}.{advice if is_damaged else ''}"
        ) from error
