"""Backups of a PostgreSQL database, by pg_dump in its custom format."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from qaboard.commands.backups.client_programs import (
    connection_of,
    find_program,
    first_error,
)
from qaboard.commands.context import open_engine

# Everything that a board has made, and the migrations of a later release too: an archive brings
# only what it has. What belongs to an extension stays.
_EMPTY_THE_SCHEMA = """
SET lock_timeout = '30s';
DO $$ DECLARE name text; BEGIN
FOR name IN SELECT CAST(CAST(oid AS regclass) AS text) FROM pg_class
 WHERE relkind IN ('r', 'p') AND relnamespace = CAST(current_schema() AS regnamespace)
 AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
LOOP EXECUTE 'DROP TABLE IF EXISTS ' || name || ' CASCADE'; END LOOP;
FOR name IN SELECT CAST(CAST(oid AS regprocedure) AS text) FROM pg_proc
 WHERE pronamespace = CAST(current_schema() AS regnamespace)
 AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
LOOP EXECUTE 'DROP ROUTINE IF EXISTS ' || name || ' CASCADE'; END LOOP;
END $$;
"""


class PostgreSQLBackups:
    """The backups of one database.

    :raises click.ClickException: of every method, when the database or a program refuses.
    """

    suffix = ".dump"

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = f"the database {url.database}"

    def write(self, path: Path) -> None:
        """Write one state of the database into an empty file, while others read and write."""
        program = find_program("pg_dump", self._server_version())
        click.echo("Running pg_dump. A large board takes minutes.", err=True)
        connection, environment = connection_of(self.url)
        _run(
            [
                program,
                "--format=custom",
                "--no-password",
                f"--file={path}",
                f"--dbname={connection}",
            ],
            environment,
        )

    def is_empty(self) -> bool:
        """Whether the database has no tables yet, or only those of a board without users."""
        with self._connect() as connection:
            tables = set(inspect(connection).get_table_names())
            if "users" not in tables:
                return tables <= {"alembic_version"}
            return connection.scalar(text("SELECT 1 FROM users LIMIT 1")) is None

    def restore(self, path: Path) -> None:
        """Replace all tables of the database by those of an archive, in one transaction.

        :raises click.ClickException: also when somebody is connected to the database.
        """
        with self._connect() as connection:
            others = connection.scalar(
                text(
                    # Of other roles' connections a role without more rights sees no type.
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND usename IS NOT NULL AND pid <> pg_backend_pid()"
                    " AND coalesce(backend_type, 'client backend') = 'client backend'"
                )
            )
        if others:
            raise click.ClickException(
                f"{self.name} is in use (connections: {others}), probably by the board. Stop it "
                "and try again."
            )
        click.echo("Running pg_restore. A large board takes minutes.", err=True)
        self._restore_into(self.url, path)

    @contextmanager
    def open(self, path: Path) -> Iterator[Engine | None]:
        """The database in a backup, restored beside this one for as long as the block lasts.

        It is ``None`` where the role of the URL may not make databases.
        """
        with self._connect() as connection:
            if not connection.scalar(
                text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            ):
                yield None
                return
        name = f"qaboard_verify_{secrets.token_hex(6)}"
        url = self.url.set(database=name)
        self._administer(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            self._restore_into(url, path)
            engine = open_engine(url)
            try:
                yield engine
            finally:
                engine.dispose()
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _restore_into(self, url: URL, path: Path) -> None:
        """Restore by psql, which commits only what pg_restore has written to its end."""
        version = self._server_version()
        connection, environment = connection_of(url)
        reader = [find_program("pg_restore", version), "--no-owner", "--no-acl", "--file=-"]
        writer = [
            find_program("psql", version),
            *("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"),
            f"--dbname={connection}",
        ]
        with (
            tempfile.TemporaryFile() as reader_errors,
            tempfile.TemporaryFile() as writer_errors,
            # No shell, and programs that were found, as in `_run`.
            subprocess.Popen(  # noqa: S603
                [*reader, str(path)], stdout=subprocess.PIPE, stderr=reader_errors
            ) as reading,
            subprocess.Popen(  # noqa: S603
                writer,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=writer_errors,
                env=environment,
            ) as writing,
        ):
            try:
                writing.stdin.write(b"BEGIN;\n" + _EMPTY_THE_SCHEMA.encode())
                shutil.copyfileobj(reading.stdout, writing.stdin)
                is_read = reading.wait() == 0
                if is_read:
                    writing.stdin.write(b"\nCOMMIT;\nANALYZE;\n")
                writing.stdin.close()
            except BrokenPipeError:
                # psql has ended and says why; pg_restore ends because of it.
                is_read = True
                with suppress(BrokenPipeError):
                    writing.stdin.close()
            finally:
                reading.stdout.close()
            is_written = writing.wait() == 0
            for errors, is_done in ((reader_errors, is_read), (writer_errors, is_written)):
                if not is_done:
                    errors.seek(0)
                    raise click.ClickException(
                        f"{path} cannot be restored: {first_error(errors.read())}"
                    )

    def _server_version(self) -> int:
        with self._connect() as connection:
            return connection.dialect.server_version_info[0]

    def _administer(self, statement: str) -> None:
        with self._connect(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))

    @contextmanager
    def _connect(self, **options) -> Iterator[Connection]:
        engine = open_engine(self.url)
        try:
            with engine.connect().execution_options(**options) as connection:
                yield connection
        except DBAPIError as error:
            sentence = " ".join(str(error.orig).split())
            raise click.ClickException(f"Database error: {sentence}") from error
        finally:
            engine.dispose()


def read_archive(path: Path) -> set[str]:
    """Read an archive to its end, which finds one that is cut off or damaged.

    :return: the migrations that its board is at; none when it is of another program.
    """
    program = find_program("pg_restore")
    _run([program, "--file=/dev/null", str(path)])
    rows = _run([program, "--data-only", "--table=alembic_version", "--file=-", str(path)])
    found = re.search(
        rb"^COPY [^\n]*alembic_version[^\n]*\n(.*?)^\\\.$", rows, re.DOTALL | re.MULTILINE
    )
    return set(found[1].decode().split()) if found else set()


def _run(command: list[str], environment: dict[str, str] | None = None) -> bytes:
    # No shell, and a program of PostgreSQL that was found: nothing of a reader is in it.
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        reason = first_error(done.stderr)
        if done.returncode < 0:
            reason = f"it was ended by signal {-done.returncode}"
        raise click.ClickException(f"{Path(command[0]).name} failed: {reason}")
    return done.stdout
