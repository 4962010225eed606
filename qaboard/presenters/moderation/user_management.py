"""The list of users and the page of one, for moderators and admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pyramid.request import Request
from sqlalchemy import ColumnElement, false, func, select

from qaboard.http.list_address import ListAddress
from qaboard.http.pagination import Page, requested_page
from qaboard.i18n.normalization import fold
from qaboard.models import (
    Post,
    Role,
    SecurityEvent,
    User,
    UserSession,
    email_keys,
    utc_now,
    was_recent,
)
from qaboard.presenters.moderation.moderation_log import (
    EventRow,
    event_rows,
    events_with_names,
)
from qaboard.resources import UserResource, UsersResource
from qaboard.security.permissions import Permission

EVENTS_SHOWN = 20
"""How much of what happened to an account its page shows."""


class UserStatus(StrEnum):
    """What the list of users can be narrowed to; the first one is all of them."""

    ALL = "all"
    NEW = "new"
    SUSPENDED = "suspended"
    TEAM = "team"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class UserRow:
    user: User
    resource: UserResource
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class UserList:
    """``text`` is what was searched for; ``finds_addresses`` whether mail addresses count."""

    page: Page
    status: UserStatus
    text: str
    finds_addresses: bool
    rows: list[UserRow]
    address: ListAddress


def present_user_list(
    request: Request, users: UsersResource, status: UserStatus, text: str
) -> UserList:
    """One page of the users, the newest first; of those that were searched for, the best first.

    :param text: a part of a name; for admins also a whole mail address. Empty for all users.
    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    now = utc_now()
    finds_addresses = bool(request.has_permission(Permission.ADMINISTER, users))
    conditions = _of_status(status, now, request.registry["settings"].spam.new_account_days)
    order = [User.id.desc()]
    if text:
        conditions.append(_found_by(text, finds_addresses))
        # The shorter the name, the more of it is what was typed.
        order.insert(0, func.length(User.username_key))
    page = requested_page(
        request.GET,
        size=request.registry["settings"].page_size,
        total=session.scalar(select(func.count()).select_from(User).where(*conditions)),
    )
    found = session.scalars(
        select(User).where(*conditions).order_by(*order).limit(page.size).offset(page.offset)
    )
    rows = [UserRow(user, UserResource(user, users), user.is_suspended(now)) for user in found]
    address = ListAddress(
        request.resource_path(users), {"status": status, "q": text}, {"status": UserStatus.ALL}
    )
    return UserList(page, status, text, finds_addresses, rows, address)


def _of_status(
    status: UserStatus, now: datetime, new_account_days: int
) -> list[ColumnElement[bool]]:
    match status:
        case UserStatus.NEW:
            return [
                was_recent(User.created_at, now, timedelta(days=new_account_days)),
                User.closed_at.is_(None),
            ]
        case UserStatus.SUSPENDED:
            return [User.suspended_until > now, User.closed_at.is_(None)]
        case UserStatus.TEAM:
            return [User.role.in_((Role.MODERATOR, Role.ADMIN))]
        case UserStatus.CLOSING:
            return [User.closing_at.is_not(None), User.closed_at.is_(None)]
    return []


def _found_by(text: str, finds_addresses: bool) -> ColumnElement[bool]:
    if "@" in text:
        # No name has one.
        return User.email.in_(email_keys(text)) if finds_addresses else false()
    return User.username_key.contains(fold(text), autoescape=True)


@dataclass(frozen=True, slots=True)
class ManagedUser:
    """An account, for who manages it.

    ``live_posts`` counts what everybody sees, ``purged_posts`` what a purge took and its undoing
    gives back; ``logins`` counts browsers. ``shows_addresses`` says that mail and network
    addresses are for this reader.
    """

    user: User
    is_suspended: bool
    live_posts: int
    purged_posts: int
    logins: int
    last_used_at: datetime | None
    events: list[EventRow]
    shows_addresses: bool


def present_managed_user(request: Request, resource: UserResource) -> ManagedUser:
    """The facts of one account, and what happened to it lately.

    Admins see everything that happened; moderators what was done by virtue of a role.
    """
    session = request.dbsession
    user = resource.user
    now = utc_now()
    shows_addresses = bool(request.has_permission(Permission.ADMINISTER, resource))
    live_posts, purged_posts = session.execute(
        select(
            func.count().filter(Post.deleted_at.is_(None)),
            func.count().filter(Post.deleted_at == user.purged_at),
        )
        .select_from(Post)
        .where(Post.author_id == user.id)
    ).one()
    idle = timedelta(days=request.registry["settings"].accounts.session_idle_days)
    logins, last_used_at = session.execute(
        select(func.count(), func.max(UserSession.last_used_at)).where(
            UserSession.user_id == user.id,
            UserSession.expires_at > now,
            was_recent(UserSession.last_used_at, now, idle),
            UserSession.is_pending.is_(False),
        )
    ).one()
    events = events_with_names().where(SecurityEvent.user_id == user.id).limit(EVENTS_SHOWN)
    if not shows_addresses:
        events = events.where(SecurityEvent.is_administrative.is_(True))
    return ManagedUser(
        user,
        user.is_suspended(now),
        live_posts,
        purged_posts,
        logins,
        last_used_at,
        event_rows(session.execute(events).all()),
        shows_addresses,
    )
