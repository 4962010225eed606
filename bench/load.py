"""A large board to measure on.  ``python bench/load.py --questions 10000 --database-url URL``

Fills a database that has no tables yet: 10,000 questions, 30,000 answers, 50,000 votes and 1,000
users, or as many of each as another number of questions has in proportion; a million questions are
the full size. The same number gives the same board. In the end it prints how often the known words
of ``board_words.py`` came, which a benchmark can search for; the most active user is number 1, and
the first two questions have exactly 30 and 5 answers.

Rows go by the driver's quickest way, past the services, and indexes are made afterwards. What the
services would have written is compared for a sample of the posts; ``qaboard doctor`` must find
nothing to complain of.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import alembic.command
import alembic.config
from board_rows import (
    POST_COLUMNS,
    SEARCH_COLUMNS,
    USER_COLUMNS,
    VOTE_COLUMNS,
    Batch,
    MadeUpBoard,
    RowsError,
)
from board_words import KNOWN_WORDS
from sqlalchemy import Engine, column, insert, inspect, table
from sqlalchemy.dialects import sqlite

from qaboard.commands.context import progress_bar
from qaboard.commands.repairs import correct_counts_of_users
from qaboard.database.engine import make_engine
from qaboard.database.transaction import make_session
from qaboard.services.board.list_segments import count_again, even_out
from qaboard.settings import SettingsError, load_database_url

PROJECT = Path(__file__).resolve().parent.parent

POSTS_IN_BATCH = 5_000
SQLITE_CACHE_KIB = 262_144

LOADED_TABLES = ("users", "posts", "votes", "post_search")


def load(engine: Engine, board: MadeUpBoard) -> None:
    """Write a board into the empty tables of a database."""
    loader = {"sqlite": _SQLiteLoader, "postgresql": _PostgreSQLLoader}[engine.dialect.name]
    raw = engine.raw_connection()
    try:
        writer = loader(raw.driver_connection)
        with writer.without_indexes():
            writer.write_users(list(board.users(writer.stamp)))
            with progress_bar(board.post_count, "Writing posts") as bar:
                for batch in board.batches(writer.stamp, POSTS_IN_BATCH):
                    writer.write_batch(batch)
                    bar.update(len(batch.posts))
            _say("Making indexes")
        _say("Counting")
        _count(engine)
        writer.finish()
    finally:
        # A connection with other settings than the board's must not be given to anybody else.
        raw.invalidate()


def _count(engine: Engine) -> None:
    """Count what the triggers would have counted."""
    with make_session(engine, writes=True) as session, session.begin():
        count_again(session)
        correct_counts_of_users(session)
    even_out(engine)


class _SQLiteLoader:
    """Writes by the driver itself, not waiting for the disk.

    :param connection: one of the board's, which begins no transactions by itself.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @staticmethod
    def stamp(seconds: float) -> str:
        """A time as SQLAlchemy writes it into SQLite."""
        return (
            datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        )

    @contextmanager
    def without_indexes(self) -> Iterator[None]:
        """Take away what each row would have to be entered in, and put it back at the end.

        References are not checked in between: `qaboard doctor` does so for all of them.
        """
        # These are settings of the connection, not of the file.
        for pragma in (
            "synchronous = OFF",
            "foreign_keys = OFF",
            f"cache_size = -{SQLITE_CACHE_KIB}",
        ):
            self.connection.execute(f"PRAGMA {pragma}").close()
        rows = self.connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
            " WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, name"
        ).fetchall()
        found = [(kind, name, sql) for kind, name, owner, sql in rows if owner in LOADED_TABLES]
        for kind, name, _sql in found:
            self.connection.execute(f'DROP {kind} "{name}"')
        yield
        for _kind, _name, sql in found:
            self.connection.execute(sql)

    def write_users(self, rows: list[tuple]) -> None:
        with self._transaction():
            self._insert("users", USER_COLUMNS, rows)

    def write_batch(self, batch: Batch) -> None:
        with self._transaction():
            self._insert("posts", POST_COLUMNS, batch.posts)
            self._insert("votes", VOTE_COLUMNS, batch.votes)
            self._insert("post_search", ("rowid", *SEARCH_COLUMNS[1:]), batch.search)
            titles = [(post_id, title) for post_id, title, *_rest in batch.search if title]
            self._insert("post_search_titles", ("rowid", "title"), titles)

    def finish(self) -> None:
        """Bring everything into the file. No ANALYZE: the board makes no statistics either."""
        # As `qaboard reindex` leaves the search index.
        for name in ("post_search", "post_search_titles"):
            optimize = insert(table(name, column(name))).values({name: "optimize"})
            compiled = optimize.compile(dialect=sqlite.dialect())
            self.connection.execute(str(compiled), ("optimize",)).close()
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        yield
        self.connection.execute("COMMIT")

    def _insert(self, name: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
        statement = insert(table(name, *map(column, columns)))
        self.connection.executemany(str(statement.compile(dialect=sqlite.dialect())), rows)


class _PostgreSQLLoader:
    """Writes by COPY.

    :param connection: of psycopg.
    """

    def __init__(self, connection) -> None:
        self.connection = connection

    @staticmethod
    def stamp(seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    @contextmanager
    def without_indexes(self) -> Iterator[None]:
        """Take away what each row would have to be entered in, and put it back at the end.

        Primary keys stay: the rows come in their order, which costs little.
        """
        from psycopg import sql  # PostgreSQL is an extra.

        self.connection.execute("SET synchronous_commit = off")
        self.connection.execute("SET maintenance_work_mem = '512MB'")
        tables = list(LOADED_TABLES)
        indexes = self.connection.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[])"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
            " ORDER BY 1",
            (tables,),
        ).fetchall()
        references = self.connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])"
            " ORDER BY 1, 2",
            (tables,),
        ).fetchall()
        alter = sql.SQL("ALTER TABLE {} {} TRIGGER USER")
        for name in tables:
            self.connection.execute(alter.format(sql.Identifier(name), sql.SQL("DISABLE")))
        for owner, name, _definition in references:
            self.connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(owner), sql.Identifier(name)
                )
            )
        for name, _definition in indexes:
            self.connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        self.connection.commit()
        yield
        for _name, definition in indexes:
            self.connection.execute(definition)
            self.connection.commit()
        for owner, name, definition in references:
            self.connection.execute(
                sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                    sql.Identifier(owner), sql.Identifier(name), sql.SQL(definition)
                )
            )
        for name in tables:
            self.connection.execute(alter.format(sql.Identifier(name), sql.SQL("ENABLE")))
        self.connection.commit()

    def write_users(self, rows: list[tuple]) -> None:
        self._copy("users", USER_COLUMNS, rows)
        self.connection.commit()

    def write_batch(self, batch: Batch) -> None:
        self._copy("posts", POST_COLUMNS, batch.posts)
        self._copy("votes", VOTE_COLUMNS, batch.votes)
        self._copy("post_search", ("post_id", *SEARCH_COLUMNS[1:]), batch.search)
        self.connection.commit()

    def finish(self) -> None:
        """Let the sequences go on after the last ids, and do what autovacuum would soon do."""
        for name, statement in (
            ("users", "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM users"),
            ("posts", "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM posts"),
        ):
            self.connection.execute(statement, (name,))
        self.connection.commit()
        self.connection.autocommit = True
        self.connection.execute("VACUUM ANALYZE")
        self.connection.execute("CHECKPOINT")

    def _copy(self, name: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
        from psycopg import sql

        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def migrated(database_url: str) -> Iterator[Engine]:
    """The tables of the newest migration in a database that had none.

    :raises SystemExit: when it has tables.
    """
    try:
        url = load_database_url({}, {"QABOARD_DATABASE_URL": database_url})
    except SettingsError as error:
        raise SystemExit(str(error)) from error
    engine = make_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise SystemExit("The database has tables already; name an empty one.")
        configuration = alembic.config.Config(str(PROJECT / "development.ini"))
        with engine.execution_options(writes=True).connect() as connection:
            configuration.attributes["connection"] = connection
            alembic.command.upgrade(configuration, "head")
        yield engine
    finally:
        engine.dispose()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, required=True, help="how large the board is")
    parser.add_argument("--database-url", required=True, help="of a database without tables")
    parser.add_argument("--seed", type=int, default=1, help="another board of the same size")
    arguments = parser.parse_args()
    started_at = time.monotonic()
    try:
        board = MadeUpBoard(arguments.questions, arguments.seed)
        with migrated(arguments.database_url) as engine:
            load(engine, board)
    except (ValueError, RowsError) as error:
        raise SystemExit(str(error)) from error
    print(f"questions  {board.question_count:,}")
    print(f"answers    {board.post_count - board.question_count:,}")
    print(f"votes      {board.vote_count:,}")
    print(f"users      {board.user_count:,}")
    print(f"words      {board.vocabulary.size:,}, without forms and numbers")
    print(f"seconds    {time.monotonic() - started_at:,.0f}")
    for word in KNOWN_WORDS:
        count = board.word_counts[word.text]
        print(
            f"{word.text}: {count.posts:,} posts ({count.posts / board.post_count:.2%}), "
            f"{count.visible:,} of them visible; {count.titles:,} titles "
            f"({count.titles / board.question_count:.2%})"
        )


if __name__ == "__main__":
    main()
