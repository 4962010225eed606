"""`qaboard upgrade`: the database of an older release, made ready for this one."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import alembic.command
import pytest
from postgresql import free_port
from processes import get, ini_copy, server
from project import NEWEST, PROJECT, alembic_configuration, environment
from sqlalchemy import inspect, make_url, text


def downgrade(board, revision: str) -> None:
    board.engine.dispose()
    with environment(QABOARD_DATABASE_URL=board.url):
        alembic.command.downgrade(alembic_configuration(), revision)


@pytest.fixture
def older(make_board):
    """A board whose tables are those of an older release."""
    board = make_board()
    board.vote(board.question(title="두유로 라떼를 만들 수 있나요?"))
    board.facts_before = board.facts()
    downgrade(board, "0002")
    return board


@pytest.fixture
def ini(tmp_path) -> Path:
    """development.ini in another folder, beside which backups go."""
    return ini_copy("development.ini", tmp_path, free_port())


def backups_of(board, ini: Path) -> list[Path]:
    """What is in the folder that backups go into by default."""
    database = make_url(board.url)
    beside = Path(database.database).parent if "sqlite" in board.url else ini.parent / "var"
    return sorted((beside / "backups").glob("*"))


def test_an_older_board_is_backed_up_migrated_indexed_and_checked(older, ini, make_board):
    result = older.command("upgrade", ini=ini)
    assert result.exit_code == 0, result.output
    (backup,) = backups_of(older, ini)
    assert re.fullmatch(r"qaboard-0002-\d{8}T\d{6}\.\d{6}Z\.(sqlite|dump)", backup.name)
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    steps = [line for line in result.stdout.splitlines() if line and not line.startswith("ok ")]
    assert steps == [
        f"Backed up the database to {backup}.",
        f"Migrating from 0002 to {NEWEST}.",
        f"Database is now at migration {NEWEST}.",
        "All posts are up to date.",
        # The index is one of the things that 0003 begins anew.
        "Indexed 1 posts.",
        # 0003 and 0005 took away what the release of 0002 reads.
        "Upgrade complete. Restart all processes now, because the previous release does not run "
        "on the new tables.",
    ]
    assert older.facts() == older.facts_before
    # The way back.
    other = make_board(migrated=False)
    assert "Now run: qaboard" in other.command("restore", backup, ini=ini).stdout
    assert (
        "is_long" in str(inspect(other.engine).get_columns("post_search"))
        or other.engine.dialect.name == "sqlite"
    )
    assert other.command("upgrade", "--no-backup", ini=ini).exit_code == 0
    assert other.facts() == older.facts_before


def test_a_board_of_this_release_has_nothing_to_be_done(make_board, ini):
    board = make_board()
    board.question()
    before = board.facts()
    result = board.command("upgrade", ini=ini)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Database is at the latest migration: {NEWEST}.\n")
    assert result.stdout.endswith("The board is ready. There was nothing to migrate.\n")
    assert backups_of(board, ini) == []
    assert board.facts() == before


def test_a_new_database_gets_its_tables(make_board, ini):
    board = make_board(migrated=False)
    result = board.command("upgrade", ini=ini)
    assert result.exit_code == 0, result.output
    assert f"Migrating from nothing to {NEWEST}." in result.stdout
    assert backups_of(board, ini) == []
    assert board.command("doctor", ini=ini).exit_code == 0


def test_the_backup_goes_where_it_is_told_to_or_nowhere(older, ini, tmp_path):
    result = older.command("upgrade", "--backup-directory", tmp_path / "elsewhere", ini=ini)
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1
    downgrade(older, "0004")
    assert older.command("upgrade", "--no-backup", ini=ini).exit_code == 0
    assert backups_of(older, ini) == []


def test_without_a_backup_nothing_is_migrated(older, ini, tmp_path):
    (tmp_path / "full").write_text("a file")
    result = older.command("upgrade", "--backup-directory", tmp_path / "full" / "x", ini=ini)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    with older.transaction() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "0002"


def test_what_doctor_finds_wrong_is_told(older, ini):
    with older.transaction() as session:
        session.execute(text("UPDATE posts SET score = 40"))
    result = older.command("upgrade", ini=ini)
    assert result.exit_code == 1
    assert "FAIL   post scores are correct" in result.stdout
    assert "The board is ready" not in result.stdout


NEXT = '''"""A migration of the next release."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = {head!r}
{declaration}


def upgrade():
    op.create_table("tags", sa.Column("name", sa.String(20), primary_key=True))
'''


def next_release(ini: Path, declaration: str = "") -> Path:
    """The ini file of a release with one more migration."""
    folder = ini.parent / "next"
    shutil.copytree(PROJECT / "alembic", folder / "alembic")
    text = NEXT.format(head=NEWEST, declaration=declaration)
    (folder / "alembic" / "versions" / "9000_next.py").write_text(text)
    other = folder / "next.ini"
    other.write_text(ini.read_text().replace(str(PROJECT / "alembic"), str(folder / "alembic")))
    return other


def test_a_release_runs_on_the_tables_of_the_next_one(make_board, ini, tmp_path):
    board = make_board()
    board.vote(board.question())
    result = board.command("upgrade", ini=next_release(ini))
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("Restart the processes one by one.\n")
    port = re.search(r"127\.0\.0\.1:(\d+)", ini.read_text())[1]
    with server(ini, QABOARD_DATABASE_URL=board.url):
        assert get(int(port), "/questions/")[0].status == 200
        ready, told = get(int(port), "/readyz")
        assert ready.status == 200, told
    result = board.command("doctor", ini=ini)
    assert result.exit_code == 0, result.output
    assert "a newer release that this one also supports" in result.stdout
    result = board.command("upgrade", ini=ini)
    assert result.exit_code == 0, result.output
    assert "at migration 9000 of a newer release" in result.stdout
    assert "nothing to migrate" in result.stdout
    # It may know less than there is.
    result = board.command("export", tmp_path / "board.jsonl", ini=ini)
    assert result.exit_code == 1
    assert "Export the board with that release" in result.stderr


def test_a_release_does_not_run_on_tables_that_lack_what_it_needs(make_board, ini):
    board = make_board()
    result = board.command("upgrade", ini=next_release(ini, 'compatible_since = "9000"'))
    assert result.exit_code == 0, result.output
    assert "Restart all processes now" in result.stdout
    with server(ini, output=subprocess.PIPE, QABOARD_DATABASE_URL=board.url) as process:
        _, told = process.communicate(timeout=60)
    assert "made by a newer version of qaboard (9000)" in told
    assert process.returncode == 1
    assert board.command("doctor", ini=ini).exit_code == 1


BROKEN = '''"""A migration that fails half way."""

from alembic import op

revision = "9000"
down_revision = {head!r}


def upgrade():
    op.execute("CREATE TABLE tags (name VARCHAR(20))")
    op.execute("UPDATE nothing SET x = 1")
'''


def test_a_migration_that_fails_changes_nothing_and_the_way_back_works(older, ini, tmp_path):
    migrations = tmp_path / "migrations"
    shutil.copytree(PROJECT / "alembic", migrations)
    (migrations / "versions" / "9000_broken.py").write_text(BROKEN.format(head=NEWEST))
    sound = ini.read_text()
    ini.write_text(sound.replace(str(PROJECT / "alembic"), str(migrations)))
    result = older.command("upgrade", ini=ini)
    assert result.exit_code == 1
    (backup,) = backups_of(older, ini)
    said = result.stderr.splitlines()[-1]
    assert said.startswith("Error: The migration failed and changed nothing: ")
    assert f"qaboard -c {ini} restore --replace {backup}" in said
    assert "tags" not in inspect(older.engine).get_table_names()
    ini.write_text(sound)
    result = older.command("restore", "--replace", "--yes", backup, ini=ini)
    assert result.exit_code == 0, result.output
    result = older.command("upgrade", ini=ini)
    assert result.exit_code == 0, result.output
    assert older.facts() == older.facts_before


def test_the_database_of_a_newer_release_is_left_alone(make_board, ini):
    board = make_board()
    with board.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("DELETE FROM compatible_migrations"))
    result = board.command("upgrade", ini=ini)
    assert result.exit_code == 1
    assert "made by a newer version of qaboard (9999)" in result.stderr
    assert backups_of(board, ini) == []
