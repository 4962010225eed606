"""Integrity checks, one query each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    column,
    exists,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session, aliased

from qaboard.commands.findings import EXAMPLES, Check, Finding
from qaboard.commands.invalid_values import find_wrong_values
from qaboard.database.migration_state import SEARCH_TABLE, TITLES_TABLE
from qaboard.markup import RENDERER_VERSION
from qaboard.markup.sanitizing import sanitise
from qaboard.models import Answer, Base, Post, Question, SecurityEvent, User, Vote
from qaboard.search.analysis import ANALYSIS_VERSION
from qaboard.services.accounts.email_address import find_unconverted_addresses
from qaboard.services.accounts.username import find_members_like_staff
from qaboard.services.board.list_segments import find_wrong_segments

HTML_BATCH_SIZE = 500
"""How many posts with their HTML are held in memory at once."""


def checks_for(dialect_name: str) -> list[Check]:
    """The checks of a database.

    :param dialect_name: ``sqlite`` or ``postgresql``.
    """
    return [*file_checks_for(dialect_name), *_VALUE_CHECKS, *_CHECKS]


def file_checks_for(dialect_name: str) -> list[Check]:
    """Those of them that ask for no table, and so suit the database of any release."""
    return list(_SQLITE_CHECKS) if dialect_name == "sqlite" else []


def wrong_scores() -> Subquery:
    """Posts whose score is not the sum of their votes: their ``id``, and the right ``total``."""
    sums = (
        select(Vote.post_id, func.sum(Vote.value).label("total")).group_by(Vote.post_id).subquery()
    )
    total = func.coalesce(sums.c.total, 0)
    return (
        select(Post.id, total.label("total"))
        .outerjoin(sums, sums.c.post_id == Post.id)
        .where(Post.score != total)
        .subquery()
    )


def wrong_answer_counts() -> Subquery:
    """Questions whose number of answers is not the one of those that are not deleted: their
    ``id``, and the right ``total``."""
    counts = (
        select(Answer.question_id, func.count().label("total"))
        .where(Answer.is_listed())
        .group_by(Answer.question_id)
        .subquery()
    )
    total = func.coalesce(counts.c.total, 0)
    return (
        select(Question.id, total.label("total"))
        .outerjoin(counts, counts.c.question_id == Question.id)
        .where(Question.answer_count != total)
        .subquery()
    )


COUNTS_OF_USERS = (
    "question_count",
    "answer_count",
    "written_question_count",
    "written_answer_count",
)


def counts_of_users() -> Subquery:
    """For each user, by ``id``, the counts of the posts that they have."""
    question = aliased(Question)
    is_question = Post.question_id.is_(None)
    is_answer = Post.question_id.is_not(None)
    is_visible = Post.deleted_at.is_(None) & question.deleted_at.is_(None)
    conditions = (is_question & is_visible, is_answer & is_visible, is_question, is_answer)
    counts = (
        select(
            Post.author_id,
            *(
                func.count().filter(condition).label(name)
                for name, condition in zip(COUNTS_OF_USERS, conditions, strict=True)
            ),
        )
        .outerjoin(question, question.id == Post.question_id)
        .group_by(Post.author_id)
        .subquery()
    )
    return (
        select(User.id, *(func.coalesce(counts.c[name], 0).label(name) for name in COUNTS_OF_USERS))
        .outerjoin(counts, counts.c.author_id == User.id)
        .subquery()
    )


def differs_from(facts: Subquery) -> ColumnElement[bool]:
    """Whether a user has other counts than those of `counts_of_users`."""
    return or_(*(getattr(User, name) != facts.c[name] for name in COUNTS_OF_USERS))


def wrong_counts_of_users() -> Select:
    """Users whose counts of posts are not those of the posts they have."""
    facts = counts_of_users()
    return select(User.id).join(facts, facts.c.id == User.id).where(differs_from(facts))


def votes_by_authors() -> Select:
    """Posts that their authors voted on."""
    return select(Post.id).join(Vote, (Vote.post_id == Post.id) & (Vote.user_id == Post.author_id))


def index_id(dialect_name: str):
    """The column of the search index that holds the id of the post."""
    name = "rowid" if dialect_name == "sqlite" else "post_id"
    return table(SEARCH_TABLE, column(name), column("title"), column("version")).c[name]


def titles_id() -> ColumnElement[int]:
    """The column of the index of titles, on SQLite, that holds the id of the post."""
    return table(TITLES_TABLE, column("rowid")).c.rowid


def lacks_index_row(dialect_name: str) -> ColumnElement[bool]:
    """The condition for a post that search does not know."""
    indexed = index_id(dialect_name)
    lacks_row = ~exists().where(indexed == Post.id)
    if dialect_name != "sqlite":
        return lacks_row
    has_title = exists().where(indexed == Post.id, indexed.table.c.title != "")
    return lacks_row | (has_title & ~exists().where(titles_id() == Post.id))


def lacks_current_index_row(dialect_name: str) -> ColumnElement[bool]:
    """The condition for a post that search does not know as texts are analysed now."""
    indexed = index_id(dialect_name)
    return ~exists().where(indexed == Post.id, indexed.table.c.version == ANALYSIS_VERSION)


def _posts_of_another_analysis(dialect_name: str) -> Select:
    known = exists().where(index_id(dialect_name) == Post.id)
    return select(Post.id).where(known, lacks_current_index_row(dialect_name))


def index_rows_without_post(dialect_name: str) -> Select:
    """Rows of the search index that belong to nothing."""
    indexed = index_id(dialect_name)
    return select(indexed.label("id")).where(~exists().where(Post.id == indexed))


def _posts_of_another_renderer() -> Select:
    return select(Post.id).where(Post.renderer_version != RENDERER_VERSION)


def _find_unsafe_html(session: Session) -> Finding:
    """Posts whose HTML has something in it that the sanitiser would take out."""
    rows = session.execute(
        select(Post.id, Post.body_html), execution_options={"yield_per": HTML_BATCH_SIZE}
    )
    wrong = [post_id for post_id, body_html in rows if sanitise(body_html) != body_html]
    return Finding(len(wrong), tuple(map(str, wrong[:EXAMPLES])))


def _find(session: Session, statement: Select) -> Finding:
    """Count the ids of a statement and name the first ones, in one query."""
    found = aliased(statement.order_by(None).subquery())
    rows = session.execute(
        select(found.c.id, func.count().over()).order_by(found.c.id).limit(EXAMPLES)
    ).all()
    return Finding(rows[0][1] if rows else 0, tuple(str(identifier) for identifier, _ in rows))


def _find_in_index(statement: Callable[[str], Select]) -> Callable[[Session], Finding]:
    return lambda session: _find(session, statement(session.get_bind().dialect.name))


def _find_wrong_segments(session: Session) -> Finding:
    wrong = [
        f"{sort} from the beginning" if segment is None else f"{sort} from {segment[1]}"
        for sort, segment in find_wrong_segments(session)
    ]
    return Finding(len(wrong), tuple(wrong[:EXAMPLES]))


def _find_unconverted_addresses(session: Session) -> Finding:
    users = find_unconverted_addresses(session)
    return Finding(len(users), tuple(str(user.id) for user in users[:EXAMPLES]))


def _find_members_like_staff(session: Session) -> Finding:
    ids = list(find_members_like_staff(session))
    return Finding(len(ids), tuple(map(str, ids[:EXAMPLES])))


def find_damage(session: Session) -> Finding:
    """What SQLite says is broken in its file; at most ``EXAMPLES`` lines of it."""
    lines = session.scalars(text(f"PRAGMA integrity_check({EXAMPLES})")).all()
    damage = tuple(line for line in lines if line != "ok")
    return Finding(len(damage), damage)


def _find_broken_references(session: Session) -> Finding:
    rows = session.execute(
        text(
            'SELECT "table", rowid, parent, count(*) OVER () FROM pragma_foreign_key_check'
            " LIMIT :examples"
        ),
        {"examples": EXAMPLES},
    ).all()
    examples = tuple(f"{child} {rowid} to {parent}" for child, rowid, parent, _ in rows)
    return Finding(rows[0][3] if rows else 0, examples)


def answers_of_answers() -> Select:
    """Answers that hang on another answer."""
    parent = aliased(Answer)
    return select(Answer.id).join(parent, parent.id == Answer.question_id)


def events_of_nobody() -> Select:
    """Events of the security log about an account that was never opened."""
    last_id = select(func.coalesce(func.max(User.id), 0)).scalar_subquery()
    return select(SecurityEvent.id).where(
        or_(SecurityEvent.user_id > last_id, SecurityEvent.actor_id > last_id)
    )


_REPAIR = "Run: qaboard doctor --repair"

_SQLITE_CHECKS = (
    Check(
        "the database file is intact",
        find_damage,
        "Stop the board and restore the file from a backup.",
    ),
    Check(
        "every reference points to a row",
        _find_broken_references,
        "Restore these rows from a backup, or delete the rows that refer to them.",
    ),
)
_VALUE_CHECKS = tuple(
    Check(
        f"all values in the table {table.name} are valid",
        partial(find_wrong_values, table=table),
        "Correct these columns, or restore the rows from a backup.",
    )
    for table in Base.metadata.sorted_tables
)
_CHECKS = (
    Check(
        "every answer belongs to a question",
        lambda session: _find(session, answers_of_answers()),
        "Delete these answers, or set their question_id to a question.",
    ),
    Check(
        "every event of the security log is about an account that existed",
        lambda session: _find(session, events_of_nobody()),
        "Restore the table security_events from a backup.",
    ),
    Check(
        "post scores are correct",
        lambda session: _find(session, select(wrong_scores().c.id)),
        _REPAIR,
    ),
    Check(
        "answer counts are correct",
        lambda session: _find(session, select(wrong_answer_counts().c.id)),
        _REPAIR,
    ),
    Check(
        "question list counts are correct",
        _find_wrong_segments,
        _REPAIR,
    ),
    Check(
        "user post counts are correct",
        lambda session: _find(session, wrong_counts_of_users()),
        _REPAIR,
    ),
    Check(
        "no votes on own posts",
        lambda session: _find(session, votes_by_authors()),
        "Delete these rows from the table votes, then run: qaboard doctor --repair",
    ),
    Check(
        "every post is in the search index",
        _find_in_index(lambda dialect_name: select(Post.id).where(lacks_index_row(dialect_name))),
        _REPAIR,
    ),
    Check(
        "every row of the search index belongs to a post",
        _find_in_index(index_rows_without_post),
        _REPAIR,
    ),
    Check(
        "every email address has its domain in ASCII",
        _find_unconverted_addresses,
        "Run: qaboard doctor --repair. A user still listed afterwards shares the address with "
        "another confirmed one. Have one of them change it in the settings.",
        is_warning=True,
    ),
    Check(
        "no member has a reserved username, or one that looks like a staff username",
        _find_members_like_staff,
        "Check their profiles. Suspend anyone who poses as staff.",
        is_warning=True,
    ),
    Check(
        "every post is indexed by the current analyzer",
        _find_in_index(_posts_of_another_analysis),
        "Run: qaboard reindex",
        is_warning=True,
    ),
    Check(
        "the HTML of every post is safe",
        _find_unsafe_html,
        "Run: qaboard render --all",
    ),
    Check(
        "every post is rendered by the current renderer",
        lambda session: _find(session, _posts_of_another_renderer()),
        "Run: qaboard render",
        is_warning=True,
    ),
)
