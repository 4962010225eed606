"""A private PostgreSQL server in a temporary directory, for the tests and for nobody else."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVER_PORTS = 20_000, 32_000


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
    """A TCP port of the loopback interface that nobody uses at the moment.

    Below those that Linux gives to connections: one of them could have it before the server does.
    """
    while True:
        port = random.randint(*SERVER_PORTS)  # no secret  # noqa: S311
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def server_user() -> str | None:
    """Whom the server runs as: initdb and the server refuse to be root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class PrivateServer:
    """A server with an empty database, which can be stopped and started.

    :param settings: of the server, such as ``fsync=on``; tests do not wait for the disk.
    :param address: the one that it listens on; whoever is in its network may come in.
    :param prefix: what each of its commands begins with.
    :param parent: the folder that it makes its own in.
    """

    def __init__(
        self,
        *settings: str,
        address: str = "127.0.0.1",
        prefix: tuple[str, ...] = (),
        parent: Path | None = None,
    ) -> None:
        self.address, self.prefix = address, prefix
        self.user = server_user()
        # Not pytest's own directory: another user could not enter it.
        self.directory = Path(tempfile.mkdtemp(prefix="qaboard-postgresql-", dir=parent))
        if self.user:
            shutil.chown(self.directory, self.user)
        self.port = free_port()
        self.url = self.url_of("postgres", "postgres")
        self.settings = ("fsync=off", "max_connections=50", *settings)

    def run(self, program: str, *arguments: str) -> None:
        become = []
        if self.user:
            # Not by subprocess: the prefix may need what the user is not allowed to.
            group = pwd.getpwnam(self.user).pw_gid
            become = ["setpriv", f"--reuid={self.user}", f"--regid={group}", "--clear-groups"]
        command = [find_program(program), "-D", str(self.directory / "data"), *arguments]
        subprocess.run(
            [*self.prefix, *become, *command],
            check=True,
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
        )

    def url_of(self, role: str, database: str) -> str:
        return f"postgresql://{role}@{self.address}:{self.port}/{database}"

    def run_sql(self, path: Path) -> None:
        """Have psql run a file, as the administrator of the server."""
        command = [find_program("psql"), "-q", "-v", "ON_ERROR_STOP=1", self.url]
        subprocess.run([*command, "-f", str(path)], check=True, stdout=subprocess.DEVNULL)

    def initialise(self) -> None:
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self.run("initdb", *options)
        with (self.directory / "data" / "pg_hba.conf").open("a") as file:
            file.write("host all all samenet trust\nhost replication all samenet trust\n")

    def start(self) -> None:
        options = f"-p {self.port} -h {self.address} -k {self.directory}"
        for setting in self.settings:
            options += f" -c {setting}"
        self.run("pg_ctl", "-w", "-l", str(self.directory / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop as an operator does: whoever is connected is cut off."""
        self.run("pg_ctl", "-m", "fast", "-w", "stop")

    def answers(self) -> bool:
        """Whether it takes connections."""
        command = [find_program("pg_isready"), "-q", "-h", self.address, "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def restart(self) -> None:
        """Start it after it has ended by itself."""
        (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def signal(self, number: int) -> None:
        """Send a signal to all its processes."""
        postmaster = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for process in (postmaster, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have it keep its connections and say nothing, until the end of the block."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        return (self.directory / "data" / "postmaster.pid").exists()


@contextmanager
def running_server(*settings: str, **place: Any) -> Iterator[PrivateServer]:
    """A server that runs, until the end of the block; for the arguments see `PrivateServer`."""
    server = PrivateServer(*settings, **place)
    try:
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            if server.is_running:
                server.stop()
    finally:
        shutil.rmtree(server.directory)


@contextmanager
def private_server(*settings: str) -> Iterator[str]:
    """The same, for whoever needs no more than the URL of the database."""
    with running_server(*settings) as server:
        yield server.url
