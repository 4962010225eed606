"""A standby server that follows the private PostgreSQL server of the tests by streaming."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from postgresql import find_program, free_port, server_user
from sqlalchemy import create_engine, make_url, text


@dataclass
class Standby:
    """A server that is started and stopped; ``url`` is that of its database."""

    directory: Path
    url: str

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [find_program(program), *arguments],
            check=True,
            user=server_user(),
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
        )

    def control(self, *arguments: str) -> None:
        data, log = str(self.directory / "data"), str(self.directory / "log")
        self.run("pg_ctl", "-D", data, "-w", "-l", log, *arguments)

    def start(self) -> None:
        options = f"-p {make_url(self.url).port} -h 127.0.0.1 -k {self.directory}"
        self.control("-o", f"{options} -c fsync=off -c hot_standby_feedback=on", "start")

    def stop(self) -> None:
        self.control("-m", "fast", "stop")

    def promote(self) -> None:
        self.control("promote")

    def execute(self, statement: str) -> object:
        """Run a statement there, and give the first value of its result."""
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            value = connection.scalar(text(statement))
        engine.dispose()
        return value


@contextmanager
def standby_of(primary_url: str) -> Iterator[Standby]:
    """Start a standby of a private server, and stop it afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="qaboard-standby-"))
    if server_user():
        shutil.chown(directory, server_user())
    url = make_url(primary_url)
    standby = Standby(directory, str(url.set(port=free_port())))
    try:
        # With --write-recovery-conf it begins to follow when it starts.
        standby.run(
            "pg_basebackup",
            f"--dbname=host={url.host} port={url.port} user={url.username}",
            f"--pgdata={directory / 'data'}",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
        )
        standby.start()
        try:
            yield standby
        finally:
            standby.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory)
