"""Every command that writes, on a database that cannot grow any more: the cause, in a sentence."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Engine, event, make_url, text
from test_exporting import exported


@pytest.fixture
def own(make_board):
    """A board in an SQLite file of its own, or on PostgreSQL."""
    return make_board()


@contextmanager
def full_disk(room: int):
    """Let no SQLite file grow by more than some pages; SQLite's answer is that of a full disk."""

    def limit(connection, _record) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + room}").close()

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def fill(board) -> None:
    author = board.user("filler")
    for _ in range(10):
        board.question(author, body=" ".join(secrets.token_hex(3) for _ in range(4_000)))


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "-"),
        ("seed-demo",),
        ("render", "--all"),
        ("reindex", "--all"),
        ("doctor", "--repair"),
        ("upgrade", "--no-backup"),
    ],
    ids=" ".join,
)
def test_a_command_says_that_the_disk_is_full(make_board, arguments):
    board, typed = make_board(), ""
    if board.engine.dialect.name != "sqlite":
        # What PostgreSQL says on a full disk takes a disk of its own.
        return
    if arguments[0] == "import":
        other = make_board()
        fill(other)
        typed = exported(other)
    elif arguments[0] in ("render", "reindex", "doctor", "upgrade"):
        fill(board)
        with board.transaction() as session:
            if arguments[0] != "reindex":
                session.execute(text("UPDATE posts SET body_html = '', renderer_version = 1"))
            session.execute(text("DELETE FROM post_search"))
            session.execute(text("DELETE FROM post_search_titles"))
            # FTS5 would only mark what was deleted, and find room where that was.
            session.execute(text("INSERT INTO post_search (post_search) VALUES ('optimize')"))
            session.execute(text("DROP INDEX ix_posts_author"))
        if arguments[0] == "upgrade":
            with board.transaction() as session:
                session.execute(text("DROP TABLE drafts"))
                session.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    before = board.facts() if arguments[0] != "upgrade" else None
    # No page that something was deleted from is left to be used again.
    with closing(sqlite3.connect(make_url(board.url).database)) as connection:
        connection.execute("VACUUM")
    with full_disk(0):
        result = board.command(*arguments, typed=typed)
    assert result.exit_code == 1, result.output
    said = result.stderr.strip().splitlines()[-1]
    assert said.startswith("Error: ")
    assert "database or disk is full. The disk is full or failing. Free some space" in said
    if before is not None:
        assert board.facts() == before
