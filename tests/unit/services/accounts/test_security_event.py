"""Security events: rows, and log entries after the commit."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from qaboard.http.client import Client
from qaboard.models import EventKind, SecurityEvent
from qaboard.services.accounts.security_event import (
    EVENTS_MAX_COUNT,
    list_events,
    log_event,
    record_event,
)


@pytest.fixture(autouse=True)
def level(caplog):
    caplog.set_level("INFO", "qaboard.security")


def record(session, user_id=7, **values):
    record_event(session, EventKind.LOGIN, user_id=user_id, actor_id=user_id, **values)


def test_an_event_is_a_row_of_its_transaction_and_a_line_after_the_commit(session, caplog):
    record(session, client=Client("192.0.2.7", "browser"), factor="app")
    assert caplog.text == ""
    session.commit()
    assert "login user=7 actor=7 address=192.0.2.7 factor='app'" in caplog.text
    event = session.scalar(select(SecurityEvent))
    assert (event.kind, event.details) == ("login", {"factor": "app"})


def test_an_event_of_a_transaction_that_was_rolled_back_never_happened(session, caplog):
    record(session)
    session.flush()
    session.rollback()
    record(session, user_id=8)
    session.commit()
    assert "user=7" not in caplog.text
    assert [event.user_id for event in session.scalars(select(SecurityEvent))] == [8]


def test_values_cannot_forge_a_line_of_the_log(caplog):
    log_event(EventKind.FORBIDDEN, user_id=None, view="x\nlogin user=1")
    assert caplog.text.count("\n") == 1
    assert "address=-" in caplog.text


def test_the_newest_events_of_an_account_come_first_and_no_more_than_are_shown(session):
    record(session, user_id=8)
    for number in range(EVENTS_MAX_COUNT + 1):
        record(session, number=number)
    numbers = [event.details["number"] for event in list_events(session, 7)]
    assert numbers == list(range(EVENTS_MAX_COUNT, 0, -1))
