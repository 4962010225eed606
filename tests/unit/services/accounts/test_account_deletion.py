"""Requested and cancelled deletion of an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from qaboard.http.client import Client
from qaboard.models import EventKind, Role, SecurityEvent, User, UserSession, utc_now
from qaboard.services.accounts.account_deletion import request_closing, undo_closing
from qaboard.services.errors import Refusal

WEEK = timedelta(days=7)
CLIENT = Client("192.0.2.7", "browser")


def request(session, user) -> User:
    return request_closing(session, user.id, delay=WEEK, removes_posts=True, client=CLIENT)


def test_a_requested_deletion_is_due_after_the_delay_and_ends_all_logins(people, session):
    user = people.user()
    people.token(user)
    closing = request(session, user)
    assert abs(closing.closing_at - (utc_now() + WEEK)) < timedelta(minutes=1)
    assert closing.closing_removes_posts
    assert closing.closed_at is None
    assert session.scalars(select(UserSession)).all() == []
    event = session.scalar(select(SecurityEvent))
    assert (event.kind, event.address) == (EventKind.CLOSING_REQUEST, "192.0.2.7")


def test_the_last_administrator_cannot_leave(people, session):
    admin = people.user(role=Role.ADMIN)
    with pytest.raises(Refusal, match="only administrator"):
        request(session, admin)


def test_a_cancelled_deletion_leaves_the_account_as_it_was(people, session):
    user = people.user()
    request(session, user)
    undo_closing(session, user.id, CLIENT)
    row = session.get_one(User, user.id)
    assert (row.closing_at, row.closing_removes_posts) == (None, None)


def test_a_deletion_that_was_never_requested_is_not_recorded_as_cancelled(people, session):
    user = people.user()
    undo_closing(session, user.id, CLIENT)
    assert session.scalars(select(SecurityEvent)).all() == []


def test_a_deleted_account_cannot_be_kept_any_more(people, session):
    user = people.user(closed_at=utc_now(), email=None)
    with pytest.raises(StaleDataError):
        undo_closing(session, user.id, CLIENT)
