"""Backing a board up, proving the backup and restoring it, as an operator does."""

from __future__ import annotations

import http.client
import os
import re
import resource
import secrets
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import alembic.command
import pytest
from postgresql import free_port
from processes import get, ini_copy, run, server
from project import NEWEST, PROJECT, alembic_configuration, environment
from sqlalchemy import create_engine, inspect, make_url, select, text

from qaboard.models import Question

pytestmark = pytest.mark.usefixtures("tmp_path")


def is_on_sqlite(board) -> bool:
    return board.engine.dialect.name == "sqlite"


@pytest.fixture
def own(make_board):
    """A board with a login, a deleted post and a vote, in a database of its own."""
    board = make_board()
    question = board.question(title="두유로 라떼를 만들 수 있나요?")
    board.vote(board.answer(question))
    board.delete(board.answer(question))
    board.token(board.user("minji"))
    return board


def files_in(directory: Path) -> set[str]:
    """The names in a folder, without those of databases of the tests."""
    return {name for name in os.listdir(directory) if not name.startswith("test_")}


def fill(board, characters: int = 600_000) -> None:
    """Many posts of texts that cannot be compressed."""
    author = board.user()
    for _ in range(characters // 30_000):
        board.question(author, body=secrets.token_hex(15_000))


def test_a_board_is_restored_as_it_was(own, tmp_path):
    file = tmp_path / "monday"
    before = own.facts()
    result = own.command("backup", file)
    assert (result.exit_code, result.stdout) == (
        0,
        f"Backup written to {file}. Verify it with: qaboard verify {file}\n",
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert files_in(tmp_path) == {"monday"}
    own.question(title="Asked after the backup")
    result = own.command("restore", "--replace", file, typed="replace\n")
    assert result.exit_code == 0, result.output
    assert "All data in" in result.stderr
    assert own.facts() == before
    assert "FAIL" not in result.stdout
    assert "ok     every post is in the search index" in result.stdout
    # It goes on where it was: no id is given twice.
    assert own.question().id > max(row[0] for row in before["posts"])


def test_a_backup_has_the_format_of_the_database(own, tmp_path):
    file = tmp_path / "monday"
    own.command("backup", file)
    if is_on_sqlite(own):
        # One plain file, with nothing beside it that belongs to it, and no write to read it.
        file.chmod(0o400)
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            assert connection.execute("SELECT count(*) FROM posts").fetchone() == (3,)
        connection.close()
    else:
        listed = subprocess.run(["pg_restore", "--list", file], capture_output=True, text=True)
        assert listed.returncode == 0
        assert "Format: CUSTOM" in listed.stdout


def test_a_backup_goes_into_an_empty_database(own, make_board, tmp_path):
    own.command("backup", tmp_path / "monday")
    for migrated in (False, True):
        other = make_board(migrated=migrated)
        result = other.command("restore", tmp_path / "monday")
        assert result.exit_code == 0, result.output
        assert other.facts() == own.facts()
    if is_on_sqlite(own):
        new = Path(make_url(make_board(migrated=False).url).database)
        own.engine.dispose()
        other.url = f"sqlite:///{new}"
        assert other.command("restore", tmp_path / "monday").exit_code == 0
        assert stat.S_IMODE(new.stat().st_mode) == 0o600


def test_a_backup_that_is_sound_is_said_to_be(own, tmp_path):
    file = tmp_path / "monday"
    own.command("backup", file)
    before, content = own.facts(), file.read_bytes()
    result = own.command("verify", file)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"ok     {file} is a backup of a board at migration {NEWEST}"
    assert "ok     every post is in the search index" in lines
    assert {line[:7] for line in lines} == {"ok     "}
    assert (own.facts(), file.read_bytes()) == (before, content)
    assert files_in(tmp_path) == {"monday"}
    if not is_on_sqlite(own):
        with own.transaction() as session:
            names = session.scalars(text("SELECT datname FROM pg_database")).all()
        assert not [name for name in names if name.startswith("qaboard_verify")]


def test_a_wrong_counter_in_a_backup_is_found(own, tmp_path):
    with own.transaction() as session:
        session.execute(text("UPDATE posts SET score = 40"))
    own.command("backup", tmp_path / "monday")
    result = own.command("verify", tmp_path / "monday")
    assert result.exit_code == 1
    assert "FAIL   post scores are correct" in result.stdout


def test_a_backup_that_is_cut_off_or_damaged_is_found_and_not_restored(own, tmp_path):
    fill(own)
    own.command("backup", tmp_path / "monday")
    content = (tmp_path / "monday").read_bytes()
    middle = len(content) // 2
    before = own.facts()
    for damaged in (
        content[: -(len(content) // 3)],
        content[:middle] + bytes(9000) + content[middle + 9000 :],
    ):
        (tmp_path / "damaged").write_bytes(damaged)
        assert own.command("verify", tmp_path / "damaged").exit_code == 1
        result = own.command("restore", "--replace", "--yes", tmp_path / "damaged")
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: ")
        assert own.facts() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a backup: expected an SQLite database or a pg_dump archive"),
        (b"Dear operator,\nthis is a letter.\n" * 99, "is not a backup"),
        (b"SQLite format 3\0" + b"x" * 5000, "SQLite error: "),
        (b"PGDMP" + b"x" * 5000, "pg_restore failed: "),
    ],
    ids=["empty", "letter", "sqlite", "archive"],
)
@pytest.mark.parametrize("command", ["verify", "restore"])
def test_what_is_no_backup_is_refused_in_a_sentence(own, tmp_path, command, content, sentence):
    (tmp_path / "letter").write_bytes(content)
    before = own.facts()
    result = own.command(command, tmp_path / "letter")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    if command == "verify" or "is not a backup" in sentence:
        assert sentence in result.stderr
    assert own.facts() == before


def test_a_database_of_something_else_is_no_backup(own, tmp_path):
    with sqlite3.connect(tmp_path / "shop") as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
    connection.close()
    result = own.command("verify", tmp_path / "shop")
    assert result.exit_code == 1
    assert "is a backup, but not of a qaboard database" in result.stderr


def test_a_backup_of_the_other_kind_of_database_is_refused(own, tmp_path):
    other = "PGDMP" if is_on_sqlite(own) else "SQLite format 3\0"
    (tmp_path / "other").write_text(other)
    result = own.command("restore", "--replace", "--yes", tmp_path / "other")
    assert result.exit_code == 1
    assert "To move between them, use qaboard export" in result.stderr


def set_revision(board, revision: str) -> None:
    with board.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def test_a_backup_of_a_newer_release_is_refused(own, make_board, tmp_path):
    set_revision(own, "9999")
    own.command("backup", tmp_path / "monday")
    for command in ("verify", "restore"):
        other = make_board(migrated=False)
        result = other.command(command, tmp_path / "monday")
        assert result.exit_code == 1
        assert "made by a newer version of qaboard (9999)" in result.stderr
        assert inspect(other.engine).get_table_names() == []


def test_a_backup_of_an_older_release_is_to_be_upgraded(own, make_board, tmp_path):
    own.engine.dispose()
    with environment(QABOARD_DATABASE_URL=own.url):
        alembic.command.downgrade(alembic_configuration(), "-1")
    own.command("backup", tmp_path / "monday")
    result = own.command("verify", tmp_path / "monday")
    assert result.exit_code == 0
    assert (
        "skip   the other checks need the latest migration. After restoring, run: qaboard upgrade"
        in (result.stdout)
    )
    result = make_board(migrated=False).command("restore", tmp_path / "monday")
    assert result.exit_code == 0
    assert "Now run: qaboard -c " in result.stdout


def test_a_file_is_never_overwritten(own, tmp_path):
    (tmp_path / "monday").write_text("precious")
    result = own.command("backup", tmp_path / "monday")
    assert result.exit_code == 1
    assert "monday already exists. Choose another name." in result.stderr
    assert (tmp_path / "monday").read_text() == "precious"
    assert files_in(tmp_path) == {"monday"}


def test_a_place_that_is_not_there_is_named(own, tmp_path):
    for command in ("backup", "export"):
        result = own.command(command, tmp_path / "nowhere" / "monday")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert "nowhere" in result.stderr
        assert "No such file or directory" in result.stderr


def test_a_database_without_tables_is_not_worth_a_backup(make_board, tmp_path):
    board = make_board(migrated=False)
    if is_on_sqlite(board):
        Path(make_url(board.url).database).touch()
    result = board.command("backup", tmp_path / "monday")
    assert result.exit_code == 1
    assert "no tables yet" in result.stderr
    assert files_in(tmp_path) == set()


def limited(board, limit_bytes: int, *arguments: object) -> subprocess.CompletedProcess:
    """A command whose files may not grow beyond a size: as if the disk were full."""
    board.engine.dispose()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    program = Path(sys.executable).parent / "qaboard"
    return subprocess.run(
        [program, "-c", PROJECT / "development.ini", *map(str, arguments)],
        env=os.environ | {"QABOARD_DATABASE_URL": board.url, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_full_disk_leaves_nothing(own, tmp_path, command):
    fill(own)
    done = limited(own, 200_000, command, tmp_path / "monday")
    assert done.returncode == 1, done.stderr
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert files_in(tmp_path) == set()


def test_a_restoring_that_fails_leaves_what_was_there(own, make_board, tmp_path):
    large = make_board()
    fill(large)
    assert large.command("backup", tmp_path / "large").exit_code == 0
    before = own.facts()
    if is_on_sqlite(own):
        own.engine.dispose()
        size = Path(make_url(own.url).database).stat().st_size
        done = limited(own, size + 100_000, "restore", "--replace", "--yes", tmp_path / "large")
    else:
        # Whoever may write here, but does not own the tables.
        with own.transaction() as session:
            role = f"weak_{secrets.token_hex(4)}"
            session.execute(text(f"CREATE ROLE {role} LOGIN"))
            session.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))
        url, own.url = own.url, str(make_url(own.url).set(username=role))
        done = limited(own, 2**30, "restore", "--replace", "--yes", tmp_path / "large")
        own.url = url
    assert done.returncode == 1, done.stderr
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert own.facts() == before
    assert own.command("doctor").exit_code == 0


def test_a_board_is_replaced_only_when_that_is_said_twice(own, tmp_path):
    own.command("backup", tmp_path / "monday")
    own.question()
    before = own.facts()
    for options, typed, sentence in (
        ([], "", "already has a board. Add --replace"),
        (["--yes"], "", "already has a board. Add --replace"),
        (["--replace"], "", "Aborted!"),
        (["--replace"], "yes\n", "Nothing was changed."),
    ):
        result = own.command("restore", *options, tmp_path / "monday", typed=typed)
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert own.facts() == before


def test_a_board_that_is_served_is_not_replaced(own, make_board, tmp_path):
    own.command("backup", tmp_path / "monday")
    before = own.facts()
    if is_on_sqlite(own):
        name = str(tmp_path / "monday")
        path = make_url(own.url).database
        other = create_engine(f"sqlite:///{path}")
    else:
        name = make_url(own.url).database
        other = create_engine(make_url(own.url).set(drivername="postgresql+psycopg"))
    # As a process of the board that waits for a request.
    with other.connect() as connection:
        connection.execute(select(1)).all()
        connection.execute(text("SELECT count(*) FROM users")).all()
        connection.rollback()
        result = own.command("restore", "--replace", "--yes", tmp_path / "monday")
    other.dispose()
    assert result.exit_code == 1, name
    assert "probably by the board. Stop it and try again." in result.stderr
    assert own.facts() == before
    assert own.command("restore", "--replace", "--yes", tmp_path / "monday").exit_code == 0


def test_what_a_newer_release_left_is_gone_after_restoring(own, tmp_path):
    own.command("backup", tmp_path / "monday")
    before = sorted(inspect(own.engine).get_table_names())
    with own.transaction() as session:
        session.execute(text("CREATE TABLE tags (owner BIGINT REFERENCES users (id))"))
    assert own.command("restore", "--replace", "--yes", tmp_path / "monday").exit_code == 0
    assert sorted(inspect(own.engine).get_table_names()) == before


def test_a_database_is_no_backup_of_itself(own):
    if not is_on_sqlite(own):
        return
    before = own.facts()
    path = make_url(own.url).database
    result = own.command("restore", "--replace", "--yes", path)
    assert result.exit_code == 1
    assert "is the database itself" in result.stderr
    assert own.facts() == before


def test_a_role_that_makes_no_databases_is_told_what_was_not_checked(own, tmp_path):
    if is_on_sqlite(own):
        return
    own.command("backup", tmp_path / "monday")
    role = f"weak_{secrets.token_hex(4)}"
    with own.transaction() as session:
        session.execute(text(f"CREATE ROLE {role} LOGIN"))
    own.url = str(make_url(own.url).set(username=role))
    result = own.command("verify", tmp_path / "monday")
    assert result.exit_code == 0
    assert "skip   contents not checked" in result.stdout


def test_a_stopped_backup_leaves_nothing(own, tmp_path):
    fill(own, 3_000_000)
    own.engine.dispose()
    program = Path(sys.executable).parent / "qaboard"
    process = subprocess.Popen(
        [program, "-c", PROJECT / "development.ini", "export", tmp_path / "monday"],
        env=os.environ | {"QABOARD_DATABASE_URL": own.url},
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not files_in(tmp_path):
        pass
    process.terminate()
    process.communicate(timeout=60)
    # Perhaps it was quicker; then all of it is there.
    assert files_in(tmp_path) == (set() if process.returncode else {"monday"})


class Writer(threading.Thread):
    """Somebody who asks questions over HTTP all the time."""

    def __init__(self, port: int, login: str) -> None:
        super().__init__(daemon=True)
        self.port, self.cookies = port, {"login": login}
        self.answered: list[str] = []
        self.wrong: list[object] = []
        self.is_over = threading.Event()
        self.has_answers = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.is_over.is_set():
            number += 1
            title = f"Question number {number} of the writer"
            page, _status = self.send("GET", "/questions/ask")
            token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]
            fields = {"csrf_token": token, "title": title, "body": "Is it in the backup?"}
            page, status = self.send("POST", "/questions/ask", urlencode(fields))
            if status != 303:
                self.wrong.append((status, page))
                return
            self.answered.append(title)
            if number > 5:
                self.has_answers.set()

    def send(self, method: str, path: str, body: str | None = None) -> tuple[str, int]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        page = response.read().decode()
        connection.close()
        return page, response.status


@contextmanager
def writing(board, directory: Path):
    """A server of the board, and somebody who writes on it."""
    port = free_port()
    ini = ini_copy("development.ini", directory, port)
    content = ini.read_text().replace("pyramid.includes = pyramid_debugtoolbar", "")
    ini.write_text(content.replace("rate_limits.ask = 600 per minute", "rate_limits.ask = none"))
    with server(ini, QABOARD_DATABASE_URL=board.url):
        get(port, "/questions/")
        writer = Writer(port, board.token(board.user("writer")))
        writer.start()
        try:
            assert writer.has_answers.wait(120), writer.wrong
            yield ini, writer
        finally:
            writer.is_over.set()
            writer.join(120)
        assert writer.wrong == []


def titles(board) -> set[str]:
    with board.transaction() as session:
        return set(session.scalars(select(Question.title)))


def test_a_backup_is_whole_while_somebody_writes(own, make_board, tmp_path):
    fill(own, 9_000_000)
    own.engine.dispose()
    directory = tmp_path / "served"
    directory.mkdir()
    with writing(own, directory) as (ini, writer):
        before = list(writer.answered)
        done = run(
            "qaboard", "-c", ini, "backup", tmp_path / "monday", QABOARD_DATABASE_URL=own.url
        )
        assert done.returncode == 0, done.stderr
        exported = run(
            "qaboard", "-c", ini, "export", tmp_path / "export", QABOARD_DATABASE_URL=own.url
        )
        assert exported.returncode == 0, exported.stderr
        # It did not wait for the backup.
        assert len(writer.answered) > len(before)
    assert own.command("verify", tmp_path / "monday").exit_code == 0
    for command, file in (("restore", "monday"), ("import", "export")):
        other = make_board()
        result = other.command(command, tmp_path / file)
        assert result.exit_code == 0, result.output
        assert set(before) <= titles(other)
        assert titles(other) <= titles(own)


@pytest.fixture
def kept_ini(tmp_path) -> Path:
    """An ini file with a folder of backups, of which two are kept."""
    ini = ini_copy("development.ini", tmp_path, free_port())
    text = ini.read_text()
    for name, value in (("backup_directory", tmp_path / "kept"), ("backups_kept", 2)):
        text = re.sub(rf"(?m)^qaboard\.{name} =.*$", f"qaboard.{name} = {value}", text)
    ini.write_text(text)
    return ini


def test_backups_without_a_name_are_dated_and_the_oldest_go(own, kept_ini, tmp_path):
    folder = tmp_path / "kept"
    told = own.command("doctor", ini=kept_ini).stdout
    assert "WARN   the backups in" in told
    for _ in range(4):
        result = own.command("backup", ini=kept_ini)
        assert result.exit_code == 0, result.output
        # Whatever else is there is nobody's business.
        (folder / "monday").touch()
        (folder / "qaboard-0007-today.dump").touch()
    made = sorted(folder.glob("qaboard-*Z.*"))
    assert len(made) == 2
    assert str(made[-1]) in result.stdout
    assert {"monday", "qaboard-0007-today.dump"} < set(os.listdir(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert own.command("verify", made[-1], ini=kept_ini).exit_code == 0
    told = own.command("doctor", ini=kept_ini)
    assert told.exit_code == 0
    assert f"ok     the newest backup in {folder} is 0 hours old" in told.stdout


def test_an_old_backup_is_told_of(own, kept_ini, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    assert "WARN   no backup in" in own.command("doctor", ini=kept_ini).stdout
    (folder / "qaboard-0007-20200101T000000.000000Z.dump").touch()
    told = own.command("doctor", ini=kept_ini)
    assert told.exit_code == 0
    assert f"WARN   the newest backup in {folder} is " in told.stdout


def test_a_backup_that_fails_removes_none(own, kept_ini, tmp_path):
    folder = tmp_path / "kept"
    for _ in range(2):
        own.command("backup", ini=kept_ini)
    before = files_in(folder)
    text = kept_ini.read_text()
    kept_ini.write_text(text.replace(f"= {folder}", f"= {folder}/nowhere/else"))
    (folder / "nowhere").touch()
    assert own.command("backup", ini=kept_ini).exit_code == 1
    assert files_in(folder) == before | {"nowhere"}


def test_without_a_folder_a_backup_needs_a_name(own):
    result = own.command("backup")
    assert result.exit_code == 2
    assert "Name a FILE" in result.stderr
