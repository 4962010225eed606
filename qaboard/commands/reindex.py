"""``qaboard reindex``: the search index, made anew after the analysis of texts has changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qaboard.commands.checks import lacks_current_index_row
from qaboard.commands.context import CommandContext, pass_command_context, progress_bar
from qaboard.models import Post
from qaboard.models.locks import lock_posts
from qaboard.search import merge_index_parts
from qaboard.services.board.post import write_to_index

BATCH_SIZE = 200
"""How many posts are written at once; on SQLite nobody else can write meanwhile."""


@click.command()
@click.option(
    "--all", "every", is_flag=True, help="Index all posts, not only missing and outdated ones."
)
@pass_command_context
def reindex(board: CommandContext, every: bool) -> None:
    """Update the search index.

    It adds posts that are missing from the search index or were indexed by an older version. Run it
    after an upgrade. The board can keep running. If it is interrupted, run it again and it
    continues. With --all it indexes every post again.

    \b
        qaboard -c production.ini reindex
    """
    conditions = [] if every else [lacks_current_index_row(board.engine.dialect.name)]
    indexed = index_posts(board, *conditions)
    if indexed:
        merge_parts(board)
    click.echo(f"Indexed {indexed:,} posts." if indexed else "The search index is up to date.")


def index_posts(board: CommandContext, *conditions: ColumnElement[bool]) -> int:
    """Write the rows of posts in the index, in short transactions with a progress bar.

    :param conditions: which posts; by default all.
    :return: how many there were.
    """
    with board.session(writes=False) as session:
        total, last_id = session.execute(
            select(func.count(), func.max(Post.id)).where(*conditions)
        ).one()
    if not total:
        return 0
    seen_id = indexed = 0
    with progress_bar(total, "Indexing posts") as bar:
        while True:
            to_do = [*conditions, Post.id > seen_id, Post.id <= last_id]
            batch = board.run(partial(_index_batch, conditions=to_do))
            if not batch:
                return indexed
            seen_id = batch[-1]
            indexed += len(batch)
            bar.update(len(batch))


def _index_batch(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """Write the first posts to the index; their ids."""
    rows = session.execute(
        select(Post.id, Post.question_id).where(*conditions).order_by(Post.id).limit(BATCH_SIZE)
    ).all()
    lock_posts(
        session,
        questions=[row.id for row in rows if row.question_id is None],
        answers=[row.id for row in rows if row.question_id is not None],
    )
    ids = [row.id for row in rows]
    for post in session.scalars(select(Post).where(Post.id.in_(ids))).all():
        write_to_index(session, post)
    return ids


def merge_parts(board: CommandContext) -> None:
    """Join the parts of the index, in short transactions."""
    is_first = is_unfinished = True
    while is_unfinished:
        with board.session(writes=True) as session:
            is_unfinished = merge_index_parts(session, is_first=is_first)
        is_first = False
