"""The moderation log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from qaboard.http.list_address import ListAddress
from qaboard.http.pagination import Page, requested_page
from qaboard.models import SecurityEvent, User


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event, with the account and who did it, where they are known."""

    event: SecurityEvent
    account: User | None
    actor: User | None


def events_with_names() -> Select:
    """Events with the names of the account and of the actor, the newest first."""
    account, actor = aliased(User), aliased(User)
    return (
        select(SecurityEvent, account, actor)
        .outerjoin(account, account.id == SecurityEvent.user_id)
        .outerjoin(actor, actor.id == SecurityEvent.actor_id)
        .order_by(SecurityEvent.id.desc())
    )


def event_rows(rows: Sequence[Row]) -> list[EventRow]:
    """What `events_with_names` found."""
    return [EventRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class AuditLog:
    """``user_id`` is the account that it is narrowed to, if it is."""

    page: Page
    user_id: int | None
    rows: list[EventRow]
    address: ListAddress


def present_audit_log(request: Request, user_id: int | None) -> AuditLog:
    """One page of what was done to accounts by virtue of a role, the newest first.

    :param user_id: only what this user did, or what was done to them; ``None`` for all.
    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    conditions = [SecurityEvent.is_in_log()]
    if user_id is not None:
        conditions.append(or_(SecurityEvent.user_id == user_id, SecurityEvent.actor_id == user_id))
    page = requested_page(
        request.GET,
        size=request.registry["settings"].page_size,
        total=session.scalar(select(func.count()).select_from(SecurityEvent).where(*conditions)),
    )
    rows = session.execute(
        events_with_names().where(*conditions).limit(page.size).offset(page.offset)
    ).all()
    address = ListAddress(request.resource_path(request.context, "log"), {"user": user_id}, {})
    return AuditLog(page, user_id, event_rows(rows), address)
