"""Setting right what can be worked out from other rows: counters, and the search index."""

from __future__ import annotations

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session, aliased

from qaboard.models import Answer, Post, Question, Vote
from qaboard.scripts.checks import (
    index_id,
    index_rows_without_post,
    posts_without_index_row,
    wrong_answer_counts,
    wrong_scores,
)
from qaboard.scripts.context import CommandContext, progress_bar
from qaboard.services.post import write_to_index

BATCH_SIZE = 500


def repair(board: CommandContext) -> list[str]:
    """Make counters and search index agree with the facts.

    :return: a sentence for each kind of thing that was done.
    :raises click.ClickException: when the database refuses; what was done until then stays done.
    """
    with board.session(writes=True) as session:
        if session.get_bind().dialect.name == "postgresql":
            # A vote that is counted between the sum and its writing would be lost. SQLite has
            # one writer at a time anyway.
            session.execute(text("LOCK TABLE votes, posts IN SHARE ROW EXCLUSIVE MODE"))
        done = [
            ("Corrected the scores of {} posts.", _correct_scores(session)),
            ("Corrected the answer counts of {} questions.", _correct_answer_counts(session)),
            ("Removed {} rows of the search index.", _remove_index_rows(session)),
        ]
    done.append(("Put {} posts into the search index.", _index_missing_posts(board)))
    return [sentence.format(f"{count:,}") for sentence, count in done if count]


def _correct_scores(session: Session) -> int:
    votes = select(func.coalesce(func.sum(Vote.value), 0)).where(Vote.post_id == Post.id)
    return _set(session, Post, wrong_scores(), score=votes.correlate(Post).scalar_subquery())


def _correct_answer_counts(session: Session) -> int:
    listed = aliased(Answer)
    answers = select(func.count()).where(
        listed.question_id == Question.id, listed.deleted_at.is_(None)
    )
    return _set(
        session,
        Question,
        wrong_answer_counts(),
        answer_count=answers.correlate(Question).scalar_subquery(),
    )


def _set(session: Session, model: type[Post], ids, **values) -> int:
    """Write values into posts by one statement, which leaves their versions alone."""
    result = session.execute(
        update(model)
        .where(model.id.in_(ids))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def _remove_index_rows(session: Session) -> int:
    dialect_name = session.get_bind().dialect.name
    column = index_id(dialect_name)
    orphans = session.scalars(index_rows_without_post(dialect_name)).all()
    for post_id in orphans:
        session.execute(delete(column.table).where(column == post_id))
    return len(orphans)


def _index_missing_posts(board: CommandContext) -> int:
    with board.session(writes=False) as session:
        missing = session.scalars(
            posts_without_index_row(session.get_bind().dialect.name).order_by(Post.id)
        ).all()
    if not missing:
        return 0
    with progress_bar(len(missing), "Indexing posts") as bar:
        for start in range(0, len(missing), BATCH_SIZE):
            batch = missing[start : start + BATCH_SIZE]
            with board.session(writes=True) as session:
                posts = session.scalars(
                    select(Post)
                    .where(Post.id.in_(batch))
                    # The newest first, as everywhere where posts are locked.
                    .order_by(Post.id.desc())
                    .with_for_update()
                )
                for post in posts.all():
                    write_to_index(session, post)
            bar.update(len(batch))
    return len(missing)
