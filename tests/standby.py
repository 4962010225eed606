"""A standby server that follows the private PostgreSQL server of the tests by streaming."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from postgresql import PrivateServer
from sqlalchemy import create_engine, make_url, text


class Standby(PrivateServer):
    """A server that has all from another one, and lets itself be asked meanwhile."""

    def follow(self, primary_url: str) -> None:
        """Take over what the primary has; once started, it follows it."""
        url = make_url(primary_url)
        self.run(
            "pg_basebackup",
            f"--dbname=host={url.host} port={url.port} user={url.username}",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
        )

    def promote(self) -> None:
        self.run("pg_ctl", "-w", "promote")

    def execute(self, statement: str) -> object:
        """Run a statement there, and give the first value of its result."""
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            value = connection.scalar(text(statement))
        engine.dispose()
        return value


@contextmanager
def standby_of(primary_url: str, **place: Any) -> Iterator[Standby]:
    """A standby of a private server, until the end of the block; where, as for `PrivateServer`."""
    standby = Standby("hot_standby_feedback=on", **place)
    try:
        standby.follow(primary_url)
        standby.start()
        try:
            yield standby
        finally:
            if standby.is_running:
                standby.stop()
    finally:
        shutil.rmtree(standby.directory)
