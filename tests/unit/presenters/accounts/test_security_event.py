"""A sentence for every kind of event."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qaboard.models import EventKind, SecurityEvent, User
from qaboard.presenters.accounts.security_event import event_sentence, event_until


def told(kind: EventKind, **details) -> str:
    return event_sentence(SecurityEvent(kind=kind, details=details)).interpolate()


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_a_sentence_that_is_whole_without_details(kind):
    assert told(kind)
    assert "$" not in told(kind)
    # As it comes from the database.
    assert told(str(kind)) == told(kind)


def test_no_two_kinds_are_told_in_the_same_words():
    assert len({told(kind) for kind in EventKind}) == len(EventKind)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("member", "Role changed to member"),
        ("moderator", "Role changed to moderator"),
        ("admin", "Role changed to administrator"),
        ("a role of the future", "Role changed"),
    ],
)
def test_a_change_of_role_says_what_somebody_is_now(role, sentence):
    assert told(EventKind.ROLE_CHANGE, **{"from": "member", "to": role}) == sentence


def test_a_suspension_has_an_end_or_none():
    until = datetime(2030, 5, 1, 12, tzinfo=UTC)
    event = SecurityEvent(kind=EventKind.SUSPENSION, details={"until": until.isoformat()})
    assert event_sentence(event) == "Suspended"
    assert event_until(event) == until
    event.details = {"until": User.SUSPENDED_FOR_GOOD.isoformat()}
    assert event_sentence(event) == "Suspended indefinitely"
    assert event_until(event) is None


def test_what_is_no_suspension_has_no_end():
    assert event_until(SecurityEvent(kind=EventKind.LOGIN, details={"until": "never"})) is None


def test_a_purge_says_how_many_posts():
    assert told(EventKind.PURGE, posts=12).endswith("(posts: 12)")
    assert told(EventKind.PURGE_UNDONE, posts=0).endswith("(posts: 0)")
