"""All benchmarks, one after the other, and their figures as ``bench/RESULTS.md``.

``python bench/run_all.py [--size quick|full] [--only REGEX] [--output FILE] [--boards DIRECTORY]
[--server URL]``

Quick compares boards of 10,000 and 50,000 questions and takes a quarter of an hour, full those of
10,000 and a million, with longer runs of the rest, and takes about two hours and 50 GB of disk.
Both databases are measured: SQLite in a temporary directory, and a PostgreSQL server that is
started for it, waits for the disk and is removed at the end. The figures of one run are to be
compared with one another: how fast a machine is, and what else it does, is in all of them.

Filling the boards takes most of the time. With a directory and a server of one's own, whose role
may make databases, they are left there, and the next run finds them filled.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import DDL, Connection, create_engine, make_url, text

PROJECT = Path(__file__).resolve().parent.parent
# The server of the tests serves here too; their folder is no package, so it must be on the path
# before the import (E402).
sys.path.insert(0, str(PROJECT / "tests"))

from postgresql import private_server  # noqa: E402

SERVER_SETTINGS = (
    "fsync=on",
    "shared_buffers=1GB",
    "maintenance_work_mem=512MB",
    "max_wal_size=4GB",
)
LIBRARIES = ("pyramid", "SQLAlchemy", "psycopg", "waitress", "Jinja2")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: questions of the two boards, and how long the rest takes."""

    small: int
    large: int
    storm_seconds: int
    rounds: int
    requests: int
    looks: int


SIZES = {
    "quick": Size(10_000, 50_000, 15, 3, 10_000, 1),
    "full": Size(10_000, 1_000_000, 60, 9, 100_000, 3),
}


class Report:
    """Runs commands and writes what they print, and how they were called, into a file.

    :param only: what the titles of the sections that are run match.
    """

    def __init__(self, path: Path, names: dict[str, str], only: str) -> None:
        self.path = path
        self.only = re.compile(only)
        # What stands for addresses of this run, so that the record names no directory or port.
        self.names = names
        self.failed: list[str] = []

    def write(self, text_: str) -> None:
        for value, name in self.names.items():
            text_ = text_.replace(value, name)
        with self.path.open("a") as file:
            file.write(text_)

    def run(self, title: str, script: str, *arguments: object, is_table: bool = False) -> bool:
        """A section with the command and its output.

        :param is_table: whether it prints Markdown.
        :return: whether it was run, and all is as it should be.
        """
        if not self.only.search(title):
            return False
        command = ["python", f"bench/{script}", *map(str, arguments)]
        print(f"== {title}", flush=True)
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, PROJECT / "bench" / script, *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        minutes = (time.monotonic() - began) / 60
        output = done.stdout.strip("\n")
        print(output, flush=True)
        self.write(f"\n## {title}\n\n`{shlex.join(command)}` ({minutes:.1f} minutes)\n\n")
        self.write(f"{output}\n" if is_table else f"```\n{output}\n```\n")
        if done.returncode:
            self.failed.append(title)
            self.write(f"\nExit status {done.returncode}: not all of it is as it should be.\n")
        return not done.returncode


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores of {processor}, {memory:.0f} GiB, {platform.system()}"


@contextmanager
def connected(server_url: str) -> Iterator[Connection]:
    """A connection to a PostgreSQL server; each statement is a transaction."""
    engine = create_engine(
        make_url(server_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def versions(server_url: str) -> str:
    """Of what was measured, and how the server of PostgreSQL is set."""
    with connected(server_url) as connection:
        server = connection.scalar(text("SHOW server_version")).split()[0]
        settings = connection.execute(
            text("SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(:names)"),
            {"names": [setting.partition("=")[0] for setting in SERVER_SETTINGS]},
        ).all()
    programs = {
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": server,
        **{name: version(name) for name in LIBRARIES},
    }
    return (
        f"{', '.join(f'{name} {number}' for name, number in programs.items())}. "
        f"PostgreSQL's settings: {', '.join(f'{name}={value}' for name, value in settings)}."
    )


def fill(report: Report, database: str, questions: int, url: str) -> bool:
    """Fill an empty database with a board; whether it is whole."""
    title = f"Filling {database} with {questions:,} questions"
    return report.run(title, "load.py", "--questions", questions, "--database-url", url)


def sqlite_board(report: Report, directory: Path, questions: int) -> str:
    """The URL of a board on SQLite, which is filled unless it is there."""
    path = directory / f"{questions}.sqlite"
    begun = path.with_suffix(".part")
    if not path.exists():
        begun.unlink(missing_ok=True)
        if fill(report, "SQLite", questions, f"sqlite:///{begun}"):
            begun.rename(path)
    return f"sqlite:///{path}"


def postgresql_board(report: Report, server_url: str, questions: int) -> str:
    """The URL of a board on PostgreSQL, which is filled unless it is there."""
    server, name = make_url(server_url), f"qaboard_bench_{questions}"
    begun = f"{name}_part"
    with connected(server_url) as connection:
        is_there = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        if not connection.scalar(is_there, {"name": name}):
            connection.execute(DDL(f"DROP DATABASE IF EXISTS {begun}"))
            connection.execute(DDL(f"CREATE DATABASE {begun}"))
            url = server.set(database=begun).render_as_string(hide_password=False)
            if fill(report, "PostgreSQL", questions, url):
                connection.execute(DDL(f"ALTER DATABASE {begun} RENAME TO {name}"))
    return server.set(database=name).render_as_string(hide_password=False)


def run_all(report: Report, size: Size, directory: Path, server_url: str) -> None:
    report.write(
        "# Figures\n\n"
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench`; {machine()}.\n\n"
        f"{versions(server_url)}\n\n"
        "Ratios are of medians of one run. DIRECTORY and SERVER stand for places of that run.\n"
    )
    report.run("The worst Markdown", "rendering.py")
    report.run("Refused logins", "login_timing.py")
    report.run("Search quality", "relevance.py", "tests/relevance/collection.json")
    report.run("Where a page's time goes", "profile_pages.py")
    report.run(
        "Requests a second, and memory",
        "request_rates.py",
        "--postgresql",
        server_url,
        "--rounds",
        size.rounds,
        "--requests",
        size.requests,
    )
    report.run("Through nginx", "through_nginx.py", "--rounds", size.rounds)
    report.run("Lighthouse", "lighthouse_scores.py", "--looks", size.looks)
    report.run(
        "Many who write at once",
        "write_storm.py",
        "--postgresql",
        server_url,
        "--seconds",
        size.storm_seconds,
    )
    both = (size.small, size.large)
    for name, urls in (
        ("SQLite", [sqlite_board(report, directory, questions) for questions in both]),
        ("PostgreSQL", [postgresql_board(report, server_url, questions) for questions in both]),
    ):
        report.run(f"What pages cost on {name}", "flat_cost.py", *urls, is_table=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--output", type=Path, default=PROJECT / "bench" / "RESULTS.md")
    parser.add_argument("--only", default="", help="a regular expression for titles of sections")
    parser.add_argument("--boards", type=Path, help="where boards on SQLite are kept")
    parser.add_argument("--server", help="the URL of a PostgreSQL server, where others are kept")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed; on Debian: apt-get install wrk")
    arguments.output.unlink(missing_ok=True)
    with ExitStack() as stack:
        url = arguments.server or stack.enter_context(private_server(*SERVER_SETTINGS))
        directory = arguments.boards or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = make_url(url)
        names = {str(directory): "DIRECTORY", f"{server.host}:{server.port}": "SERVER"}
        report = Report(arguments.output, names, arguments.only)
        run_all(report, SIZES[arguments.size], directory, url)
    print(f"The figures are in {arguments.output}.")
    if report.failed:
        print(f"Not as it should be: {', '.join(report.failed)}.")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
