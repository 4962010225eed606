"""``qaboard render``: the stored HTML of posts, made anew after the renderer has changed."""

from __future__ import annotations

import click
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qaboard import markup
from qaboard.commands.context import CommandContext, pass_command_context, progress_bar
from qaboard.models import Post
from qaboard.models.locks import lock_posts
from qaboard.services.board.post import write_to_index

BATCH_SIZE = 500


@click.command()
@click.option("--all", "every", is_flag=True, help="Render all posts, not only outdated ones.")
@pass_command_context
def render(board: CommandContext, every: bool) -> None:
    """Render outdated posts again.

    Run it after an upgrade. The board can keep running. If it is interrupted, run it again. After a
    change of qaboard.image_hosts, render every post with --all. The search index of these posts is
    updated too.

    \b
        qaboard -c production.ini render
        qaboard -c production.ini render --all
    """
    wanted = [] if every else [Post.renderer_version != markup.RENDERER_VERSION]
    with board.session(writes=False) as session:
        total, last_id = session.execute(
            select(func.count(), func.max(Post.id)).where(*wanted)
        ).one()
    if not total:
        click.echo("All posts are up to date.")
        return
    rendered = seen_id = 0
    with progress_bar(total, "Rendering posts") as bar:
        while True:
            posts = _next_posts(board, [*wanted, Post.id > seen_id, Post.id <= last_id])
            if not posts:
                break
            rendered += _render_batch(board, posts)
            seen_id = posts[-1].id
            bar.update(len(posts))
    click.echo(f"Rendered {rendered:,} of {total:,} posts.")
    if rendered < total:
        click.echo("The others were edited or deleted meanwhile. Run it again.")


def _next_posts(board: CommandContext, conditions: list) -> list[Post]:
    with board.session(writes=False) as session:
        posts = session.scalars(
            select(Post).where(*conditions).order_by(Post.id).limit(BATCH_SIZE)
        ).all()
        # They are only read from now on; the commit at the end would forget what they hold.
        session.expunge_all()
    return posts


def _render_batch(board: CommandContext, posts: list[Post]) -> int:
    """Render posts and write them in one short transaction.

    :return: how many were written; those that somebody edited meanwhile are not.
    """
    # Rendered before the transaction: on SQLite nobody can write while it lasts.
    rendered = [(post, board.render(post.body)) for post in posts]

    def write(session: Session) -> int:
        written = 0
        lock_posts(
            session,
            questions=[post.id for post in posts if post.question_id is None],
            answers=[post.id for post in posts if post.question_id is not None],
        )
        for post, body_html in rendered:
            # A statement, because a change through the mapped object would raise the version,
            # and refuse the forms that were made from the one before.
            result = session.execute(
                update(Post)
                .where(Post.id == post.id, Post.version == post.version)
                .values(body_html=body_html, renderer_version=markup.RENDERER_VERSION)
                .execution_options(synchronize_session=False)
            )
            if result.rowcount:
                post.body_html = body_html
                write_to_index(session, post)
                written += 1
        return written

    return board.run(write)
