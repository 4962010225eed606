"""A private PostgreSQL server in a temporary directory, for the tests and for nobody else."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def find_program(name: str) -> str:
    """The path of a program of the server; Debian keeps them outside of PATH.

    :raises RuntimeError: when it is not installed.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(debian[-1]) if debian else shutil.which(name)
    if not found:
        raise RuntimeError(f"{name} is not installed; on Debian: apt-get install postgresql")
    return found


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def server_user() -> str | None:
    """Whom the server runs as: initdb and the server refuse to be root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@dataclass(frozen=True)
class Server:
    """A server: the URL of its database, and how it is stopped and started again."""

    url: str
    stop: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def private_server(*settings: str) -> Iterator[str]:
    """As `server_to_stop`, for who needs the URL only."""
    with server_to_stop(*settings) as server:
        yield server.url


@contextmanager
def server_to_stop(*settings: str) -> Iterator[Server]:
    """Start a server with an empty database and stop it afterwards.

    :param settings: of the server, such as ``fsync=on``; tests do not wait for the disk.
    """
    user = server_user()
    # Not pytest's own directory: another user could not enter it.
    directory = Path(tempfile.mkdtemp(prefix="qaboard-postgresql-"))
    if user:
        shutil.chown(directory, user)
    data, port = directory / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [find_program(program), *arguments],
            check=True,
            user=user,
            cwd=directory,
            stdout=subprocess.DEVNULL,
        )

    try:
        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "qaboard",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        )
        options = f"-p {port} -h 127.0.0.1 -k {directory}"
        for setting in ("fsync=off", "max_connections=50", *settings):
            options += f" -c {setting}"

        def start() -> None:
            log = str(directory / "log")
            run("pg_ctl", "-D", str(data), "-w", "-l", log, "-o", options, "start")

        def stop() -> None:
            run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")

        start()
        try:
            yield Server(f"postgresql://qaboard@127.0.0.1:{port}/postgres", stop, start)
        finally:
            # A test that failed may have left it stopped.
            if (data / "postmaster.pid").exists():
                stop()
    finally:
        shutil.rmtree(directory)
