"""Programs of PostgreSQL, and how they reach a database."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from sqlalchemy import make_url

from qaboard.commands.backups import client_programs
from qaboard.commands.backups.client_programs import (
    connection_of,
    find_program,
    first_error,
)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Has programs of some versions installed, in PATH and as Debian does; and no others."""
    monkeypatch.setattr(client_programs, "DEBIAN_PROGRAMS", tmp_path / "debian")
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")

    def program(folder: Path, version: int) -> None:
        folder.mkdir(parents=True)
        path = folder / "pg_dumper"
        path.write_text(f'#!/bin/sh\necho "pg_dumper (PostgreSQL) {version}.4 (Debian)"\n')
        path.chmod(0o755)

    def run(*, path: int | None = None, debian: tuple[int, ...] = ()) -> None:
        if path:
            program(tmp_path / "path", path)
        for version in debian:
            program(tmp_path / "debian" / str(version) / "bin", version)

    return run


@pytest.mark.parametrize(
    ("path", "debian", "server", "expected"),
    [
        (15, (), 15, "path"),
        (17, (), 15, "path"),
        (17, (15, 16, 9), 15, "debian/15/bin"),
        (14, (13, 18, 16), 15, "debian/16/bin"),
        (14, (13, 18, 16), None, "debian/18/bin"),
        (None, (15,), 15, "debian/15/bin"),
    ],
)
def test_the_oldest_program_that_will_do_is_taken(
    install, tmp_path, path, debian, server, expected
):
    install(path=path, debian=debian)
    assert find_program("pg_dumper", server) == str(tmp_path / expected / "pg_dumper")


def test_a_program_that_is_too_old_or_missing_is_said_to_be_so(install):
    with pytest.raises(click.ClickException) as caught:
        find_program("pg_dumper", 16)
    assert "pg_dumper version 16 or newer is required. Install" in caught.value.message
    install(path=14, debian=(15,))
    with pytest.raises(click.ClickException) as caught:
        find_program("pg_dumper", 16)
    assert caught.value.message == (
        "pg_dumper version 16 or newer is required, but only version 15 is installed. Install "
        "PostgreSQL's client programs (on Debian: apt-get install postgresql-client-16)."
    )


def test_a_password_is_in_the_environment_and_not_in_an_argument(monkeypatch):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    query = "sslmode=verify-full&sslrootcert=/etc/ca.pem&application_name=my+board"
    url = make_url(f"postgresql+psycopg://minji:hunter%402@db.example:5433/qa?{query}")
    argument, environment = connection_of(url)
    assert "hunter" not in argument
    assert environment["PGPASSWORD"] == "hunter@2"
    assert environment["PATH"] == os.environ["PATH"]
    words = ["host=db.example", "port=5433", "user=minji", "dbname=qa", "sslmode=verify-full"]
    assert all(word in argument.split() for word in [*words, "sslrootcert=/etc/ca.pem"])
    assert "application_name='my board'" in argument


def test_without_a_password_the_usual_ways_to_have_one_stay_open(monkeypatch):
    monkeypatch.setenv("PGPASSFILE", "/secret/pgpass")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    _argument, environment = connection_of(make_url("postgresql+psycopg://minji@db.example/qa"))
    assert environment["PGPASSFILE"] == "/secret/pgpass"
    assert "PGPASSWORD" not in environment


def test_the_line_that_says_what_is_wrong_is_found():
    output = b"pg_dump: warning: slow\npg_dump: error: connection  failed\nmore"
    assert first_error(output) == "pg_dump: error: connection failed"
    assert first_error(b"") == "it gave no reason"
