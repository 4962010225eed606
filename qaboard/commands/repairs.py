"""Repair what can be worked out: triggers and indexes, counters, and the search index."""

from __future__ import annotations

from sqlalchemy import Subquery, delete, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from qaboard.commands.checks import (
    COUNTS_OF_USERS,
    counts_of_users,
    differs_from,
    index_id,
    index_rows_without_post,
    lacks_index_row,
    titles_id,
    wrong_answer_counts,
    wrong_scores,
)
from qaboard.commands.context import CommandContext, database_errors_as_sentences
from qaboard.commands.reindex import index_posts
from qaboard.commands.schema_objects import compare_schema, mend_schema
from qaboard.models import Post, Question, User
from qaboard.services.accounts.email_address import convert_addresses
from qaboard.services.board.list_segments import count_again


def repair(board: CommandContext) -> list[str]:
    """Make counters and search index agree with the facts.

    :return: a sentence for each kind of thing that was done.
    :raises click.ClickException: when the database refuses; what was done until then stays done.
    """
    mended = mend_objects(board)

    def correct(session: Session) -> list[tuple[str, int]]:
        if session.get_bind().dialect.name == "postgresql":
            # A vote that is counted between the sum and its writing would be lost. SQLite has
            # one writer at a time anyway.
            session.execute(text("LOCK TABLE votes, posts IN SHARE ROW EXCLUSIVE MODE"))
        return [
            ("Repaired {} triggers, indexes and other objects.", mended),
            *correct_counters(session),
            ("Removed {} rows from the search index.", _remove_index_rows(session)),
            (
                "Stored the email addresses of {} users with their domain in ASCII.",
                convert_addresses(session),
            ),
        ]

    done = board.run(correct)
    dialect_name = board.engine.dialect.name
    indexed = index_posts(board, lacks_index_row(dialect_name))
    done.append(("Added {} posts to the search index.", indexed))
    return [sentence.format(f"{count:,}") for sentence, count in done if count]


def mend_objects(board: CommandContext) -> int:
    """Make triggers and indexes those of the migrations; how many were not."""
    if board.is_newer:
        # Only that release knows what they are.
        return 0
    with database_errors_as_sentences():
        differences = compare_schema(board.engine, board.ini_path, board.migrations.heads)
        if not differences:
            return 0
        with board.engine.execution_options(writes=True).begin() as connection:
            return mend_schema(connection, differences)


def correct_counters(session: Session) -> list[tuple[str, int]]:
    """Make all counters agree with the facts; the caller keeps everybody else from writing.

    :return: a sentence for each kind, and how many were wrong.
    """
    return [
        ("Corrected the scores of {} posts.", _correct_scores(session)),
        ("Corrected the answer counts of {} questions.", _correct_answer_counts(session)),
        # Afterwards, because triggers count what the lines above change.
        ("Corrected the counts of {} question lists.", count_again(session)),
        ("Corrected the post counts of {} users.", correct_counts_of_users(session)),
    ]


def _correct_scores(session: Session) -> int:
    return _set(session, Post.score, wrong_scores())


def _correct_answer_counts(session: Session) -> int:
    return _set(session, Question.answer_count, wrong_answer_counts())


def correct_counts_of_users(session: Session) -> int:
    """Make the counts of users agree with their posts; how many were wrong."""
    facts = counts_of_users()
    result = session.execute(
        update(User)
        .where(User.id == facts.c.id, differs_from(facts))
        .values({name: facts.c[name] for name in COUNTS_OF_USERS})
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def _set(session: Session, counter: InstrumentedAttribute[int], facts: Subquery) -> int:
    """Write counters of posts by one statement, which leaves the versions of the posts alone.

    :param facts: the ``id`` of each post that is wrong, and the right ``total``. All totals are
        worked out once; one for each post would be quadratic on SQLite.
    """
    model = counter.class_
    result = session.execute(
        update(model)
        .where(model.id == facts.c.id)
        .values({counter: facts.c.total})
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def _remove_index_rows(session: Session) -> int:
    dialect_name = session.get_bind().dialect.name
    column = index_id(dialect_name)
    orphans = session.scalars(index_rows_without_post(dialect_name)).all()
    for post_id in orphans:
        session.execute(delete(column.table).where(column == post_id))
        if dialect_name == "sqlite":
            titles = titles_id()
            session.execute(delete(titles.table).where(titles == post_id))
    return len(orphans)
