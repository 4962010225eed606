"""The programs of PostgreSQL that make and read its archives: pg_dump, pg_restore and psql."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
from sqlalchemy import URL

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")


def find_program(name: str, server_version: int | None = None) -> str:
    """The path of a program that suits a server; the oldest of those that do.

    A newer one than need be writes settings into its scripts that the server does not know.

    :param server_version: the major version of the server; by default none, and the newest is it.
    :raises click.ClickException: when there is none, with what to install.
    """
    found = shutil.which(name)
    candidates = [*([found] if found else []), *map(str, DEBIAN_PROGRAMS.glob(f"*/bin/{name}"))]
    versions = sorted((_version_of(path), path) for path in candidates)
    versions = [(version, path) for version, path in versions if version]
    if server_version is None and versions:
        return versions[-1][1]
    for version, path in versions:
        if version >= server_version:
            return path
    known = f", but only version {versions[-1][0]} is installed" if versions else ""
    wanted = f" version {server_version} or newer" if server_version else ""
    package = f"postgresql-client-{server_version}" if server_version else "postgresql-client"
    raise click.ClickException(
        f"{name}{wanted} is required{known}. Install PostgreSQL's client programs (on Debian: "
        f"apt-get install {package})."
    )


def _version_of(path: str) -> int:
    """The major version of a program; 0 when it does not run."""
    try:
        # No shell, and a program of PostgreSQL that was found: nothing of a reader is in it.
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(r"\) (\d+)", answer.stdout)
    return int(number[1]) if number else 0


def connection_of(url: URL) -> tuple[str, dict[str, str]]:
    """How a program reaches the database of a URL: an argument, and its environment.

    The query of the URL goes along; what is secret goes into the environment, since everybody on
    the machine can read arguments.
    """
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import Conninfo

    _arguments, parameters = url.get_dialect()().create_connect_args(url)
    options = {option.keyword.decode(): option for option in Conninfo.get_defaults()}
    environment = {**os.environ, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C"}
    public = {}
    for name, value in parameters.items():
        if name not in options:
            # What psycopg alone knows.
            continue
        if options[name].dispchar == b"*":
            if options[name].envvar:
                environment[options[name].envvar.decode()] = str(value)
        else:
            public[name] = value
    return make_conninfo(**public), environment


def first_error(output: bytes) -> str:
    """The line of a program's output that says what is wrong; usually the first one."""
    lines = output.decode("utf-8", "replace").splitlines()
    wrong = [line for line in lines if re.search(r"\b(error|fatal)\b:?", line, re.IGNORECASE)]
    return " ".join((wrong or lines or ["it gave no reason"])[0].split())
