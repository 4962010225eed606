"""Suspension, roles and logins of others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from qaboard.models import EventKind, Role, SecurityEvent, User, UserSession, utc_now
from qaboard.services.errors import Refusal
from qaboard.services.moderation.user_management import (
    OPERATOR,
    Actor,
    change_role,
    end_all_sessions,
    end_suspension,
    suspend,
)

TOMORROW = utc_now() + timedelta(days=1)


@pytest.fixture
def moderator(people) -> Actor:
    return Actor(people.user(role=Role.MODERATOR).id, Role.MODERATOR)


def events(session) -> list[tuple[str, dict]]:
    rows = session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)).all()
    assert all(event.is_administrative for event in rows)
    return [(event.kind, event.details) for event in rows]


def test_a_suspension_has_an_end_and_a_reason_and_is_in_the_log(people, session, moderator):
    user = session.get_one(User, people.user().id)
    suspend(session, user.id, until=TOMORROW, reason="Only links", actor=moderator)
    assert user.is_suspended(utc_now())
    assert user.suspension_reason == "Only links"
    details = {"until": TOMORROW.isoformat(), "reason": "Only links"}
    assert events(session) == [(EventKind.SUSPENSION, details)]
    end_suspension(session, user.id, actor=moderator)
    assert (user.suspended_until, user.suspension_reason) == (None, None)


def test_ending_a_suspension_that_there_is_not_writes_nothing(people, session, moderator):
    end_suspension(session, people.user().id, actor=moderator)
    assert events(session) == []


def test_another_role_ends_the_logins(people, session):
    user = people.user()
    people.token(user)
    assert change_role(session, user.id, Role.MODERATOR, actor=OPERATOR)
    assert session.get_one(User, user.id).role == Role.MODERATOR
    assert session.scalars(select(UserSession)).all() == []
    assert events(session) == [(EventKind.ROLE_CHANGE, {"from": "member", "to": "moderator"})]


def test_the_same_role_changes_nothing(people, session):
    user = people.user()
    people.token(user)
    assert not change_role(session, user.id, Role.MEMBER, actor=OPERATOR)
    assert len(session.scalars(select(UserSession)).all()) == 1
    assert events(session) == []


def test_the_last_admin_is_neither_suspended_nor_made_a_member(people, session):
    admin = people.user(role=Role.ADMIN)
    with pytest.raises(Refusal):
        suspend(session, admin.id, until=TOMORROW, reason="x", actor=OPERATOR)
    with pytest.raises(Refusal):
        change_role(session, admin.id, Role.MEMBER, actor=OPERATOR)


def test_logins_end_on_the_server(people, session, moderator):
    user = people.user()
    people.token(user)
    end_all_sessions(session, user.id, actor=moderator)
    assert session.scalars(select(UserSession)).all() == []
    assert events(session) == [(EventKind.SESSION_END, {})]


def test_a_closed_account_has_nothing_to_manage(people, session):
    user = people.user(closed_at=utc_now(), email=None)
    with pytest.raises(Refusal, match="deleted"):
        end_all_sessions(session, user.id, actor=OPERATOR)


@pytest.mark.parametrize(
    "changed",
    [{"role": Role.MEMBER}, {"suspended_until": TOMORROW}, {"closed_at": utc_now(), "email": None}],
)
def test_whoever_has_lost_their_rights_meanwhile_manages_nobody(people, session, changed):
    user = people.user()
    acting = people.user(**{"role": Role.MODERATOR} | changed)
    with pytest.raises(StaleDataError):
        end_all_sessions(session, user.id, actor=Actor(acting.id, Role.MODERATOR))
