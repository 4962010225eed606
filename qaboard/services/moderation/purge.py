"""Taking back all that an account posted, and giving it back."""

from __future__ import annotations

import math
import time
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, select, update
from sqlalchemy.orm import Session

from qaboard.database.transaction import PAUSE_SECONDS, make_session, run_transaction
from qaboard.i18n import _
from qaboard.models import EventKind, Post, PurgeStep, Question, SecurityEvent, User, utc_now
from qaboard.models.locks import lock_lists, lock_posts, lock_users
from qaboard.services.accounts.administrators import check_not_last_admin
from qaboard.services.accounts.user_session import end_sessions
from qaboard.services.board.post import authors_below
from qaboard.services.errors import WHOLE_FORM, Refusal
from qaboard.services.moderation.user_management import (
    Actor,
    lock_for_management,
    record_act,
)

BATCH_SIZE = 500
"""How many posts one transaction takes back; that holds the lock of SQLite for 0.1 seconds."""


class NothingTaken(Refusal):
    """The account is not purged, or not any more."""

    def __init__(self) -> None:
        super().__init__({WHOLE_FORM: _("No posts from this account are deleted as spam.")})


def purge(engine: Engine, user_id: int, *, actor: Actor) -> int:
    """Delete all posts of a user, suspend the account for good and end its logins.

    :return: how many posts were taken back.
    :raises Refusal: for the last admin, and for an account that is closed.
    """
    posts = run_transaction(engine, lambda session: begin_purge(session, user_id, actor=actor))
    finish_purge(engine, user_id)
    return posts


def undo_purge(engine: Engine, user_id: int, *, actor: Actor) -> int:
    """Give back the posts that a purge took, and the suspension that was there before it.

    :return: how many posts are back; those that were restored one by one are not among them.
    :raises NothingTaken: when the account is not purged.
    :raises Refusal: when it is closed.
    """
    posts = run_transaction(engine, lambda session: begin_undo(session, user_id, actor=actor))
    finish_purge(engine, user_id)
    return posts


def begin_purge(session: Session, user_id: int, *, actor: Actor) -> int:
    """Suspend an account for good, end its logins, and have its posts taken back afterwards.

    The posts get the account's ``purged_at`` as the time of their deletion, which tells them from
    what the author deleted; those of a second purge get that of the first, and all come back at
    once. Votes stay. The suspension has no reason of its own; the page of the suspended says what
    happened.

    :return: how many posts `finish_purge` will take back.
    :raises Refusal: for the last admin, and for an account that is closed.
    """
    user = lock_for_management(session, user_id, actor)
    check_not_last_admin(session, user)
    earlier = _earlier_suspension(session, user)
    user.purged_at = user.purged_at or utc_now()
    user.purge_step = PurgeStep.TAKE_BACK
    user.suspended_until = User.SUSPENDED_FOR_GOOD
    user.suspension_reason = None
    end_sessions(session, user.id)
    posts = _count(session, user)
    record_act(session, EventKind.PURGE, user, actor, posts=posts, **earlier)
    return posts


def begin_undo(session: Session, user_id: int, *, actor: Actor) -> int:
    """Give back the suspension from before a purge, and have the posts given back afterwards.

    A suspension that was made since then stays.

    :return: how many posts `finish_purge` will give back.
    :raises NothingTaken: when the account is not purged.
    :raises Refusal: when it is closed.
    """
    user = lock_for_management(session, user_id, actor)
    if user.purged_at is None:
        raise NothingTaken
    if user.purge_step == PurgeStep.GIVE_BACK:
        # It is under way, or was interrupted.
        return _count(session, user)
    event = _last_suspending_event(session, user)
    if event is not None and event.kind == EventKind.PURGE:
        until = event.details.get("suspended_until")
        user.suspended_until = datetime.fromisoformat(until) if until else None
        user.suspension_reason = event.details.get("suspension_reason")
    user.purge_step = PurgeStep.GIVE_BACK
    posts = _count(session, user)
    record_act(session, EventKind.PURGE_UNDONE, user, actor, posts=posts)
    return posts


def finish_purge(engine: Engine, user_id: int, *, seconds: float = math.inf) -> bool:
    """Take back, or give back, the posts of an account, in batches with a transaction each.

    What is interrupted goes on the next time. Several processes may do it at once.

    :param seconds: after how long to stop.
    :return: whether all is done.
    """
    stop_at = time.monotonic() + seconds
    while run_transaction(engine, lambda session: _treat_batch(session, user_id)):
        if time.monotonic() > stop_at:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def finish_purges(engine: Engine) -> None:
    """Go on with what was interrupted."""
    with make_session(engine, writes=False) as session:
        user_ids = session.scalars(select(User.id).where(User.purge_step.is_not(None))).all()
    for user_id in user_ids:
        finish_purge(engine, user_id)


def _treat_batch(session: Session, user_id: int) -> bool:
    """Treat some posts; whether there may be more."""
    user = session.get_one(User, user_id)
    if user.purge_step is None:
        return False
    step, condition = user.purge_step, _is_concerned(user)
    posts = session.execute(
        select(Post.id, Post.question_id)
        .where(condition)
        .order_by(Post.id.desc())
        .limit(BATCH_SIZE)
    ).all()
    answers = [post.id for post in posts if post.question_id is not None]
    own = [post.id for post in posts if post.question_id is None]
    # The questions too whose answers are counted.
    lock_posts(
        session, questions={*own, *(post.question_id for post in posts)} - {None}, answers=answers
    )
    lock_users(session, {user.id, *authors_below(session, own)})
    session.refresh(user)
    if user.purge_step != step:
        return True
    if not posts:
        if step == PurgeStep.GIVE_BACK:
            user.purged_at = None
        user.purge_step = None
        return False
    lock_lists(session)
    is_in_batch = and_(Post.id.in_([*own, *answers]), condition)
    change, deleted_at = (-1, user.purged_at) if step == PurgeStep.TAKE_BACK else (+1, None)
    _change_answer_counts(session, is_in_batch, change)
    session.execute(
        update(Post)
        .where(is_in_batch)
        # A new version, so that an edit which has read the post before does not go through.
        .values(deleted_at=deleted_at, version=Post.version + 1)
        .execution_options(synchronize_session=False)
    )
    return True


def _is_concerned(user: User) -> ColumnElement[bool]:
    """The condition for the posts that the step under way changes."""
    is_back = Post.deleted_at.is_(None)
    is_taken = Post.deleted_at == user.purged_at
    return and_(
        Post.author_id == user.id, is_back if user.purge_step == PurgeStep.TAKE_BACK else is_taken
    )


def _count(session: Session, user: User) -> int:
    return session.scalar(select(func.count()).select_from(Post).where(_is_concerned(user)))


def _change_answer_counts(session: Session, condition: ColumnElement[bool], change: int) -> None:
    """Count the answers among some posts in or out, where they stand.

    :param change: what each answer counts, 1 or -1.
    """
    # Grouped once: counting for each question anew is quadratic on SQLite.
    counts = (
        select(Post.question_id, func.count().label("total"))
        .where(condition, Post.question_id.is_not(None))
        .group_by(Post.question_id)
        .subquery()
    )
    session.execute(
        update(Question)
        .where(Question.id == counts.c.question_id)
        .values(answer_count=Question.answer_count + change * counts.c.total)
        .execution_options(synchronize_session=False)
    )


def _last_suspending_event(session: Session, user: User) -> SecurityEvent | None:
    """What made the account's suspension as it is now."""
    kinds = (EventKind.PURGE, EventKind.SUSPENSION, EventKind.SUSPENSION_END)
    return session.scalar(
        select(SecurityEvent)
        .where(SecurityEvent.user_id == user.id, SecurityEvent.kind.in_(kinds))
        .order_by(SecurityEvent.id.desc())
        .limit(1)
    )


def _earlier_suspension(session: Session, user: User) -> dict[str, str]:
    """The suspension to come back when the purge is undone, for the log."""
    names = ("suspended_until", "suspension_reason")
    if user.purged_at is not None:
        event = _last_suspending_event(session, user)
        if event is not None and event.kind == EventKind.PURGE:
            # The present one was made by the purge before.
            return {name: event.details[name] for name in names if name in event.details}
    if user.suspended_until is None:
        return {}
    return dict(zip(names, (user.suspended_until.isoformat(), user.suspension_reason), strict=True))
