"""Row locks, in the one order in which no two transactions wait for each other.

Questions, then answers, then users, then counters; of each kind the lowest id first. Triggers
(migration 0004) lock more than a statement names, so whoever writes posts locks beforehand all that
its statements and their triggers will:

- the post, and of an answer its question, whose answers are counted;
- the users whose counts change: the author, and where a question is hidden or shown the authors of
  its answers too;
- the segments of the lists, where one transaction changes several questions. Of a single question
  the trigger locks them in their order.

What belongs to a user (logins, tokens, second factors) is written while the row of the user is
locked. SQLite has one writer at a time, so there nothing is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from qaboard.models import ListSegment, Post, User


def lock_posts(
    session: Session,
    *,
    questions: Iterable[int] = (),
    answers: Iterable[int] = (),
    users: Iterable[int] = (),
) -> None:
    """Lock what a transaction will change that writes posts.

    Users who are known only once the posts are locked come by `lock_users`, and the segments last,
    by `lock_lists`.
    """
    if not _has_row_locks(session):
        return
    # Repairs lock the whole table, and would wait for whoever has locked a user already.
    session.execute(text("LOCK TABLE posts IN ROW EXCLUSIVE MODE"))
    for ids in (set(questions), set(answers)):
        if ids:
            _lock(session, select(Post.id).where(Post.id.in_(ids)).order_by(Post.id))
    lock_users(session, users)


def lock_users(session: Session, ids: Iterable[int]) -> None:
    """Lock users, whose counts or belongings change."""
    ids = set(ids)
    if ids and _has_row_locks(session):
        _lock(session, select(User.id).where(User.id.in_(ids)).order_by(User.id))


def lock_lists(session: Session) -> None:
    """Lock the segments of all lists, before several questions change."""
    if _has_row_locks(session):
        key = (ListSegment.list, ListSegment.key, ListSegment.post_id)
        _lock(session, select(*key).order_by(*key))


def _has_row_locks(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _lock(session: Session, statement: Select) -> None:
    # Not against references to the rows, which every vote and answer makes.
    session.execute(statement.with_for_update(key_share=True)).all()
