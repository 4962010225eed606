"""``qaboard import``: a board from a file of the open format."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from qaboard import markup
from qaboard.commands.checks import checks_for
from qaboard.commands.context import CommandContext, pass_command_context, progress_bar
from qaboard.commands.doctor import run_checks
from qaboard.commands.export_format.reading import LineError, ReadRecord, read_board
from qaboard.commands.export_format.records import RECORDS
from qaboard.commands.reindex import BATCH_SIZE
from qaboard.commands.repairs import correct_counters
from qaboard.models import Post, SecurityEvent, User, Vote
from qaboard.services.accounts.email_address import convert_addresses
from qaboard.services.board.post import Render, write_to_index


@click.command("import")
@click.argument("file", type=click.File("rb"))
@pass_command_context
def import_board(board: CommandContext, file: IO[bytes]) -> None:
    """Import a FILE written by export into an empty board.

    The import is all or nothing, and an error names its line. Ids and addresses stay the same.
    Posts are rendered and indexed again, counters are counted again, and the checks of doctor run
    last. Use - as FILE for standard input.

    \b
        qaboard -c production.ini import board.jsonl
    """
    with board.session(writes=True) as session:
        _refuse_filled_board(session)
        with _triggers_off(session):
            total = _store(session, file, board.render)
            convert_addresses(session)
            correct_counters(session)
        _index(session)
        _set_sequences(session)
        if not run_checks(session, checks_for(session.get_bind().dialect.name)):
            raise click.ClickException("The file is inconsistent. Nothing was imported.")
    click.echo(f"Imported {total:,} records.")


def _refuse_filled_board(session: Session) -> None:
    """:raises click.ClickException: when the board has anything that would be in a file."""
    for record in RECORDS:
        if session.get_bind().dialect.name == "postgresql":
            # Nobody signs up meanwhile. SQLite has one writer anyway.
            session.execute(text(f"LOCK TABLE {record.table.name} IN SHARE ROW EXCLUSIVE MODE"))
        if session.execute(record.select().limit(1)).first() is not None:
            raise click.ClickException(
                f"The board already has a {record.name}. A file can be imported only into an "
                "empty board: a new database that has its tables."
            )


@contextmanager
def _triggers_off(session: Session) -> Iterator[None]:
    """Count nothing for a while on PostgreSQL, where every count of a transaction makes the next
    one slower; the transaction takes it back when it fails."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        session.execute(text("ALTER TABLE posts DISABLE TRIGGER USER"))
    yield
    if is_postgresql:
        session.execute(text("ALTER TABLE posts ENABLE TRIGGER USER"))


def _store(session: Session, file: IO[bytes], render: Render) -> int:
    """Write all records of a file into their tables; how many there were.

    :raises LineError: when one cannot be read, or the database refuses it.
    """
    total = 0
    with _progress_in(file) as show:
        for batch in _batches(read_board(file)):
            table = batch[0].record.table
            rows = [_complete(each, render) for each in batch]
            try:
                with session.begin_nested():
                    session.execute(insert(table), rows)
            except (IntegrityError, DataError):
                _raise_with_line(session, batch, rows)
            # Afterwards, because an answer may be to one of the same batch.
            _check_references(session, batch)
            total += len(batch)
            show()
    return total


def _batches(records: Iterable[ReadRecord]) -> Iterator[list[ReadRecord]]:
    """The records in lists of one kind each."""
    for _name, group in itertools.groupby(records, key=lambda each: each.record.name):
        while batch := list(itertools.islice(group, BATCH_SIZE)):
            yield batch


def _complete(read: ReadRecord, render: Render) -> dict[str, Any]:
    """The row of a record, with what is not in the file because it follows from the rest."""
    row = read.values
    if read.record.table is User.__table__:
        return row | {"username_key": User.key_of(row["username"], row["id"])}
    if read.record.table is Post.__table__:
        body = markup.normalise(row["body"])
        counts = {"score": 0, "answer_count": 0 if row["kind"] == "question" else None}
        return (
            row
            | counts
            | {
                "body": body,
                "body_html": render(body),
                "renderer_version": markup.RENDERER_VERSION,
            }
        )
    return row


def _check_references(session: Session, batch: list[ReadRecord]) -> None:
    """Refuse what the references of the tables allow and no service does.

    :raises LineError: for the first such record of a batch of one kind.
    """
    table = batch[0].record.table
    if table is SecurityEvent.__table__:
        last_id = session.scalar(select(func.max(User.id))) or 0
        for read in batch:
            # The next account to be opened would have it among its own activity.
            if max(read.values["user_id"], read.values["actor_id"] or 0) > last_id:
                raise LineError(read.line, "It is about an account that never existed.")
    name = {Post.__table__: "question_id", Vote.__table__: "post_id"}.get(table)
    if name is None or name not in batch[0].values:
        return
    ids = {read.values[name] for read in batch}
    found = session.execute(select(Post.id, Post.kind, Post.author_id).where(Post.id.in_(ids)))
    posts = {post_id: (kind, author_id) for post_id, kind, author_id in found}
    for read in batch:
        kind, author_id = posts.get(read.values[name], (None, None))
        if table is Post.__table__ and kind == "answer":
            raise LineError(read.line, "It is an answer to another answer.")
        if table is Vote.__table__ and author_id == read.values["user_id"]:
            raise LineError(read.line, "It is a vote on the voter's own post.")


def _raise_with_line(session: Session, batch: list[ReadRecord], rows: list[dict]) -> None:
    """:raises LineError: for the first row of a refused batch that the database refuses."""
    for read, row in zip(batch, rows, strict=True):
        try:
            with session.begin_nested():
                session.execute(insert(read.record.table), [row])
        except (IntegrityError, DataError) as error:
            sentence = " ".join(str(error.orig).split())
            raise LineError(read.line, f"Database error: {sentence}.") from error


def _index(session: Session) -> None:
    """Put every post into the search index."""
    total = session.scalar(select(func.count()).select_from(Post))
    seen_id = 0
    with progress_bar(total, "Indexing posts") as bar:
        while posts := session.scalars(
            select(Post).where(Post.id > seen_id).order_by(Post.id).limit(BATCH_SIZE)
        ).all():
            seen_id = posts[-1].id
            for post in posts:
                write_to_index(session, post)
            bar.update(len(posts))
            # All of a large board does not fit into the memory.
            session.expunge_all()


def _set_sequences(session: Session) -> None:
    """Have PostgreSQL number the next rows after those that brought their numbers along."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in {record.table for record in RECORDS}:
        if "id" in table.c:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            last_id = select(func.max(table.c.id)).scalar_subquery()
            session.execute(select(func.setval(sequence, last_id)))


@contextmanager
def _progress_in(file: IO[bytes]) -> Iterator[Callable[[], None]]:
    """A progress bar for how much of a file has been read, where that can be known."""
    if not file.seekable():
        yield lambda: None
        return
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    with progress_bar(size, "Importing") as bar:
        yield lambda: bar.update(file.tell() - bar.pos)
