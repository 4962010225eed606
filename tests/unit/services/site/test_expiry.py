"""Rows that have expired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.models import (
    Draft,
    EventKind,
    SecurityEvent,
    SingleUseToken,
    TokenPurpose,
    UserSession,
    utc_now,
)
from qaboard.services.site import expiry
from qaboard.services.site.expiry import forget_expired

NOW = utc_now()
DAY = timedelta(days=1)


@pytest.fixture
def left(people, engine, monkeypatch):
    """Adds rows, lets them expire, and reads how many of each table are left."""
    monkeypatch.setattr(expiry, "BATCH_SIZE", 1)
    user = people.user()

    def forget(*rows) -> int:
        with people.transaction() as session:
            for number, row in enumerate(rows):
                row.user_id = user.id
                if hasattr(row, "token_hash"):
                    row.token_hash = bytes([number])
                session.add(row)
        forget_expired(engine, session_idle=14 * DAY, activity=90 * DAY)
        return len(people.facts()[rows[0].__tablename__])

    return forget


def test_logins_that_are_over_or_unused_are_forgotten(left):
    def login(**columns):
        return UserSession(**{"expires_at": NOW + DAY, "last_used_at": NOW} | columns)

    over, unused = login(expires_at=NOW - DAY), login(last_used_at=NOW - 15 * DAY)
    of_the_future = login(last_used_at=NOW + DAY)
    assert left(login(), over, unused, of_the_future) == 1


def test_tokens_that_are_over_are_forgotten(left):
    def token(**columns):
        columns = {"created_at": NOW, "expires_at": NOW + DAY} | columns
        return SingleUseToken(purpose=TokenPurpose.VERIFY_EMAIL, **columns)

    assert left(token(), token(expires_at=NOW - DAY), token(created_at=NOW + DAY)) == 1


def test_old_activity_is_forgotten_and_the_moderation_log_is_kept(left):
    def event(age: int, is_administrative=False):
        return SecurityEvent(
            kind=EventKind.LOGIN,
            created_at=NOW - age * DAY,
            is_administrative=is_administrative,
            details={},
        )

    assert left(event(89), event(91), event(1000, is_administrative=True)) == 2


def test_old_drafts_are_forgotten(left):
    def draft(place: str, age: timedelta):
        return Draft(place=place, title="", body="x", writer="a", updated_at=NOW - age)

    assert left(draft("ask", Draft.KEPT_FOR - DAY), draft("answer 1", Draft.KEPT_FOR + DAY)) == 1
