"""Hourly maintenance."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from qaboard.jobs import maintenance
from qaboard.jobs.maintenance import INTERVAL_SECONDS, Housekeeping
from qaboard.models import Draft, ListSegment, Post, User, utc_now

PAST = utc_now() - timedelta(days=365)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The clock of the module, from now on."""
    clock = SimpleNamespace(now=time.monotonic())
    monkeypatch.setattr(maintenance, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def housekeeping(engine, settings, clock):
    housekeeping = Housekeeping(engine, settings.accounts)
    yield housekeeping
    housekeeping.worker.close()


@pytest.fixture
def visit(housekeeping):
    """Somebody asks for a page; waits for what that sets in motion."""

    def look() -> None:
        housekeeping.look()
        housekeeping.worker.wait()

    return look


def leave(people) -> User:
    return people.user(closing_at=PAST, closing_removes_posts=False)


def is_closed(people, user) -> bool:
    with people.transaction() as session:
        return session.get_one(User, user.id).closed_at is not None


def test_the_first_visit_does_what_is_due_and_the_next_one_an_hour_later(people, visit, clock):
    first = leave(people)
    visit()
    assert is_closed(people, first)
    second = leave(people)
    clock.now += INTERVAL_SECONDS - 1
    visit()
    assert not is_closed(people, second)
    clock.now += 2
    visit()
    assert is_closed(people, second)


def test_old_drafts_are_forgotten(people, visit):
    user = people.user()
    with people.transaction() as session:
        session.add(
            Draft(user_id=user.id, place="ask", title="", body="x", writer="a", updated_at=PAST)
        )
    visit()
    assert people.facts()["drafts"] == []


def test_a_job_that_fails_keeps_no_other_from_being_done(people, housekeeping, visit, caplog):
    housekeeping.jobs.insert(0, lambda: 1 / 0)
    user = leave(people)
    visit()
    assert is_closed(people, user)
    assert "ZeroDivisionError" in caplog.text


def test_what_is_sound_stays(people, visit):
    people.answer(people.question())
    before = people.facts()
    visit()
    after = people.facts()
    for model in (Post, User, ListSegment):
        assert after[model.__tablename__] == before[model.__tablename__]
