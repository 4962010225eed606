"""Closing an account: asked for, undone for a while, and then done."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from qaboard import markup
from qaboard.db import make_session
from qaboard.models import (
    Answer,
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
from qaboard.search import index_post
from qaboard.security.client import Client
from qaboard.services.security_event import record_event
from qaboard.services.user_management import Actor, check_not_last_admin, lock_accounts
from qaboard.services.user_session import end_sessions

BATCH_SIZE = 200
"""How many posts one transaction treats, so that nobody waits long for the lock of SQLite."""


def request_closing(
    session: Session, user_id: int, *, delay: timedelta, removes_posts: bool, client: Client
) -> User:
    """Have an account closed after a while. All its logins end.

    :param delay: how long it can be undone.
    :param removes_posts: whether its posts go with it; otherwise they stay without its name.
    :raises Refusal: for the last admin.
    """
    user = lock_accounts(session, user_id, Actor(user_id))[user_id]
    check_not_last_admin(session, user)
    user.closing_at = utc_now() + delay
    user.closing_removes_posts = removes_posts
    end_sessions(session, user.id)
    record_event(
        session, EventKind.CLOSING_REQUEST, user_id=user.id, actor_id=user.id, client=client
    )
    return user


def undo_closing(session: Session, user_id: int, client: Client) -> None:
    """Keep an account that was to be closed."""
    user = session.get_one(User, user_id)
    if user.closing_at is not None:
        user.closing_at = user.closing_removes_posts = None
        record_event(
            session, EventKind.CLOSING_UNDONE, user_id=user.id, actor_id=user.id, client=client
        )


def close_due_accounts(engine: Engine) -> int:
    """Close the accounts whose time to undo it is over.

    Posts are treated in batches with a transaction each, the account at last; what is interrupted
    goes on the next time. Several processes may do it at once.

    :return: how many accounts were closed.
    """
    closed = 0
    last_ids: dict[int, int] = {}
    while True:
        with make_session(engine, writes=True) as session, session.begin():
            user = session.scalar(
                select(User)
                .where(User.closing_at <= utc_now())
                .order_by(User.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if user is None:
                return closed
            posts = _next_posts(session, user, last_ids.get(user.id))
            if posts:
                last_ids[user.id] = posts[-1].id
                for post in posts:
                    _release_post(session, post, is_removed=bool(user.closing_removes_posts))
            else:
                _close(session, user)
                closed += 1


def _next_posts(session: Session, user: User, last_id: int | None) -> list[Post]:
    """The next posts of a user, the newest first: an answer before its question, as everywhere."""
    conditions = [Post.author_id == user.id]
    if last_id is not None:
        conditions.append(Post.id < last_id)
    return list(
        session.scalars(select(Post).where(*conditions).order_by(Post.id.desc()).limit(BATCH_SIZE))
    )


def _release_post(session: Session, post: Post, *, is_removed: bool) -> None:
    """Take the author's name off a post, and its text away if it is to go."""
    if is_removed:
        if post.deleted_at is None:
            post.deleted_at = utc_now()
            # Here and not by delete_post(), which refuses answers of a deleted question.
            if isinstance(post, Answer):
                session.flush()
                session.execute(
                    update(Question)
                    .where(Question.id == post.question_id)
                    .values(answer_count=Question.answer_count - 1)
                )
        post.erase()
        session.flush()
    text = markup.plain_text(post.body_html)
    index_post(session, post, text=text, author_name="")


def _close(session: Session, user: User) -> None:
    for model in (UserSession, SingleUseToken, TOTPFactor, RecoveryCode, Passkey):
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
    user.closing_at = user.closing_removes_posts = None
    user.closed_at = utc_now()
    record_event(session, EventKind.CLOSED, user_id=user.id, actor_id=None)
