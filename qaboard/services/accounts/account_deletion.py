"""Request the deletion of an account, and cancel it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qaboard.http.client import Client
from qaboard.models import EventKind, User, utc_now
from qaboard.services.accounts.administrators import check_not_last_admin, lock_accounts
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.user_session import end_sessions


def request_closing(
    session: Session, user_id: int, *, delay: timedelta, removes_posts: bool, client: Client
) -> User:
    """Have an account closed after a while. All its logins end.

    :param delay: how long it can be undone.
    :param removes_posts: whether its posts go with it; otherwise they stay without its name.
    :raises Refusal: for the last admin.
    """
    user = lock_accounts(session, [user_id])[user_id]
    check_not_last_admin(session, user)
    user.closing_at = utc_now() + delay
    user.closing_removes_posts = removes_posts
    end_sessions(session, user.id)
    record_event(
        session, EventKind.CLOSING_REQUEST, user_id=user.id, actor_id=user.id, client=client
    )
    return user


def undo_closing(session: Session, user_id: int, client: Client) -> None:
    """Keep an account that was to be closed.

    :raises StaleDataError: when it has been closed meanwhile. The request then runs again, and
        finds nobody logged in.
    """
    user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if user.closed_at is not None:
        raise StaleDataError(f"user {user_id} left meanwhile")
    if user.closing_at is not None:
        user.closing_at = user.closing_removes_posts = None
        record_event(
            session, EventKind.CLOSING_UNDONE, user_id=user.id, actor_id=user.id, client=client
        )
