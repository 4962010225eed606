"""Delete the accounts whose deletion is due, and their posts."""

from __future__ import annotations

import time

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from qaboard.database.transaction import PAUSE_SECONDS, run_transaction
from qaboard.models import (
    Answer,
    Draft,
    EventKind,
    Passkey,
    Post,
    Question,
    RecoveryCode,
    Role,
    SecurityEvent,
    SingleUseToken,
    TOTPFactor,
    User,
    UserSession,
    utc_now,
)
from qaboard.models.locks import lock_lists, lock_posts, lock_users
from qaboard.services.accounts.security_event import record_event
from qaboard.services.board.post import authors_below, write_to_index

BATCH_SIZE = 20
"""How many posts one transaction treats; of the longest ones, that holds the lock of SQLite for
half a second."""


def close_due_accounts(engine: Engine) -> int:
    """Close the accounts whose time to undo it is over.

    First the account itself is closed, so that nobody writes in its name any more; then its posts
    are treated, in batches with a transaction each. What is interrupted goes on the next time where
    it was. Several processes may do it at once.

    :return: how many accounts were finished.
    """
    finished = 0
    while (is_finished := run_transaction(engine, _close_further)) is not None:
        finished += is_finished
        time.sleep(PAUSE_SECONDS)
    return finished


def _close_further(session: Session) -> bool | None:
    """Take the next step of closing an account.

    :return: whether that was the last one; ``None`` where there is nothing to do.
    """
    user = session.scalar(
        select(User)
        # Posts that are just being taken back, or given back, are left alone.
        .where(User.closing_at <= utc_now(), User.purge_step.is_(None))
        .order_by(User.id)
        .limit(1)
    )
    if user is None:
        return None
    if user.closed_at is None:
        lock_users(session, [user.id])
        session.refresh(user)
        if user.closing_at is not None and user.closed_at is None:
            _close(session, user)
        return False
    posts = _next_posts(session, user)
    if posts is None:
        return False
    for post in posts:
        _release_post(session, post, is_removed=bool(user.closing_removes_posts))
    if len(posts) == BATCH_SIZE:
        user.closing_post_id = posts[-1].id
        return False
    user.closing_at = user.closing_removes_posts = user.closing_post_id = None
    return True


def _next_posts(session: Session, user: User) -> list[Post] | None:
    """The next posts of a user, the newest first, locked with all that changes with them.

    :return: ``None`` when another process has gone on meanwhile.
    """
    last_id = user.closing_post_id
    conditions = [Post.author_id == user.id]
    if last_id is not None:
        conditions.append(Post.id < last_id)
    rows = session.execute(
        select(Post.id, Post.question_id)
        .where(*conditions)
        .order_by(Post.id.desc())
        .limit(BATCH_SIZE)
    ).all()
    own = [row.id for row in rows if row.question_id is None]
    # The questions too whose answers are counted.
    lock_posts(
        session,
        questions={*own, *(row.question_id for row in rows)} - {None},
        answers=[row.id for row in rows if row.question_id is not None],
    )
    lock_users(session, {user.id, *authors_below(session, own)})
    session.refresh(user)
    if user.closing_at is None or user.closing_post_id != last_id:
        return None
    lock_lists(session)
    statement = select(Post).where(Post.id.in_([row.id for row in rows]))
    return list(session.scalars(statement.order_by(Post.id.desc())))


def _release_post(session: Session, post: Post, *, is_removed: bool) -> None:
    """Take the author's name off a post, and its text away if it is to go."""
    if is_removed:
        if post.deleted_at is None:
            post.deleted_at = utc_now()
            # Here and not by delete_post(), which refuses answers of a deleted question.
            if isinstance(post, Answer):
                session.execute(
                    update(Question)
                    .where(Question.id == post.question_id)
                    .values(answer_count=Question.answer_count - 1)
                )
        post.erase()
    write_to_index(session, post)


def _close(session: Session, user: User) -> None:
    """Take everything personal away; ``closing_at`` stays until the posts are treated."""
    for model in (UserSession, SingleUseToken, TOTPFactor, RecoveryCode, Passkey, Draft):
        session.execute(delete(model).where(model.user_id == user.id))
    session.execute(
        delete(SecurityEvent).where(
            SecurityEvent.user_id == user.id, SecurityEvent.is_administrative.is_(False)
        )
    )
    user.release_name()
    user.email = user.email_verified_at = user.locale = None
    user.password_hash = ""
    user.role = Role.MEMBER
    user.suspended_until = user.suspension_reason = user.purged_at = None
    user.closed_at = utc_now()
    record_event(session, EventKind.CLOSED, user_id=user.id, actor_id=None)
