"""Taking back all that an account posted, and giving it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from qaboard.i18n import _
from qaboard.models import Answer, EventKind, Post, Question, SecurityEvent, User, utc_now
from qaboard.services.refusal import WHOLE_FORM, Refusal
from qaboard.services.user_management import (
    Actor,
    check_not_last_admin,
    lock_for_management,
    record_act,
)
from qaboard.services.user_session import end_sessions


def purge(session: Session, user_id: int, *, actor: Actor) -> int:
    """Delete all posts of a user, suspend the account for good and end its logins.

    The posts have the account's ``purged_at`` as the time of their deletion, which tells them from
    what the author deleted. Votes stay. The suspension has no reason of its own; the page of the
    suspended says what happened.

    :return: how many posts were taken back.
    :raises Refusal: for the last admin, and for an account that is closed.
    """
    user = lock_for_management(session, user_id, actor)
    check_not_last_admin(session, user)
    earlier = _earlier_suspension(session, user)
    now = utc_now()
    is_live = Post.deleted_at.is_(None)
    _lock_posts(session, user, is_live)
    _change_answer_counts(session, user, -1, deleted_at=None)
    taken_back = _set_deleted_at(session, user, is_live, now)
    if user.purged_at is not None:
        # Of an account that was purged before, everything comes back at once.
        _set_deleted_at(session, user, Post.deleted_at == user.purged_at, now)
    user.purged_at = now
    user.suspended_until = User.SUSPENDED_FOR_GOOD
    user.suspension_reason = None
    end_sessions(session, user.id)
    record_act(session, EventKind.PURGE, user, actor, posts=taken_back, **earlier)
    return taken_back


def undo_purge(session: Session, user_id: int, *, actor: Actor) -> int:
    """Give back the posts that a purge took, and the suspension that was there before it.

    A suspension that was made since then stays.

    :return: how many posts are back; those that were restored one by one are not among them.
    :raises Refusal: when the account is closed or not purged.
    """
    user = lock_for_management(session, user_id, actor)
    if user.purged_at is None:
        raise Refusal({WHOLE_FORM: _("Nothing of this account was taken back.")})
    was_taken = Post.deleted_at == user.purged_at
    _lock_posts(session, user, was_taken)
    _change_answer_counts(session, user, +1, deleted_at=user.purged_at)
    restored = _set_deleted_at(session, user, was_taken, None)
    event = _last_suspending_event(session, user)
    if event is not None and event.kind == EventKind.PURGE:
        until = event.details.get("suspended_until")
        user.suspended_until = datetime.fromisoformat(until) if until else None
        user.suspension_reason = event.details.get("suspension_reason")
    user.purged_at = None
    record_act(session, EventKind.PURGE_UNDONE, user, actor, posts=restored)
    return restored


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


def _lock_posts(session: Session, user: User, condition: ColumnElement[bool]) -> None:
    """Lock the posts to be changed, and the questions whose answers are to be counted anew.

    The newest first, as everywhere: an answer before its question, which is older.
    """
    answer = aliased(Answer)
    own = select(Post.id).where(Post.author_id == user.id, condition)
    parents = select(answer.question_id).where(answer.author_id == user.id, answer.id.in_(own))
    session.execute(
        select(Post.id)
        .where(or_(Post.id.in_(own), Post.id.in_(parents)))
        .order_by(Post.id.desc())
        .with_for_update()
    ).all()


def _change_answer_counts(
    session: Session, user: User, change: int, *, deleted_at: datetime | None
) -> None:
    """Count the user's answers in or out, where they stand.

    :param change: what each answer counts, 1 or -1.
    :param deleted_at: which answers: those with this time of deletion.
    """
    answer = aliased(Answer)
    conditions = [answer.author_id == user.id]
    if deleted_at is None:
        conditions.append(answer.deleted_at.is_(None))
    else:
        conditions.append(answer.deleted_at == deleted_at)
    number = (
        select(func.count())
        .where(answer.question_id == Question.id, *conditions)
        .correlate(Question)
        .scalar_subquery()
    )
    session.execute(
        update(Question)
        .where(Question.id.in_(select(answer.question_id).where(*conditions)))
        .values(answer_count=Question.answer_count + change * number)
        .execution_options(synchronize_session=False)
    )


def _set_deleted_at(
    session: Session, user: User, condition: ColumnElement[bool], deleted_at: datetime | None
) -> int:
    """Write when posts of the user were deleted, by one statement.

    :return: how many posts there were.
    """
    result = session.execute(
        update(Post)
        .where(Post.author_id == user.id, condition)
        # A new version, so that an edit which has read the post before does not go through.
        .values(deleted_at=deleted_at, version=Post.version + 1)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount
