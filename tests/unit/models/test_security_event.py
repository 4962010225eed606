"""Security events that nobody changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from qaboard.models import EventKind, SecurityEvent


@pytest.fixture
def events(session):
    """A login, and a suspension by virtue of a role."""
    for kind, is_administrative in ((EventKind.LOGIN, False), (EventKind.SUSPENSION, True)):
        event = SecurityEvent(kind=kind, user_id=7, is_administrative=is_administrative, details={})
        session.add(event)
    session.flush()


@pytest.mark.usefixtures("events")
def test_the_log_has_only_what_was_done_by_virtue_of_a_role(session):
    kinds = session.scalars(select(SecurityEvent.kind).where(SecurityEvent.is_in_log()))
    assert kinds.all() == [EventKind.SUSPENSION]


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE security_events SET user_id = 8",
        "DELETE FROM security_events WHERE is_administrative",
    ],
)
def test_the_database_lets_nobody_rewrite_the_log(session, statement):
    with pytest.raises(IntegrityError):
        session.execute(text(statement))


@pytest.mark.usefixtures("events")
def test_the_activity_of_a_user_may_be_forgotten(session):
    session.execute(text("DELETE FROM security_events WHERE NOT is_administrative"))
    assert len(session.scalars(select(SecurityEvent.id)).all()) == 1
