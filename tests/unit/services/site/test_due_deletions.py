"""Accounts whose deletion is due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.models import EventKind, PurgeStep, User, utc_now
from qaboard.models.user import RELEASED_NAME
from qaboard.search import find_posts, parse_query
from qaboard.services.accounts.security_event import record_event
from qaboard.services.site import due_deletions
from qaboard.services.site.due_deletions import close_due_accounts

PAST = utc_now() - timedelta(minutes=1)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Several transactions for few posts, and no pause between them."""
    monkeypatch.setattr(due_deletions, "BATCH_SIZE", 1)
    monkeypatch.setattr(due_deletions, "PAUSE_SECONDS", 0)


def leave(people, *, removes_posts: bool, **columns) -> User:
    return people.user("minji", closing_at=PAST, closing_removes_posts=removes_posts, **columns)


def row(people, user) -> User:
    with people.transaction() as session:
        return session.get_one(User, user.id)


def test_a_due_account_loses_its_name_address_password_and_logins(people, engine):
    user = leave(people, removes_posts=False)
    people.token(user)
    assert close_due_accounts(engine) == 1
    closed = row(people, user)
    assert closed.username == RELEASED_NAME
    assert (closed.email, closed.password_hash, closed.closing_at) == (None, "", None)
    assert closed.closed_at is not None
    assert people.facts()["user_sessions"] == []
    people.user("minji")


def test_an_account_that_is_not_due_or_being_purged_is_left_alone(people, engine):
    people.user(closing_at=utc_now() + timedelta(hours=1))
    people.user(closing_at=PAST, purge_step=PurgeStep.TAKE_BACK)
    assert close_due_accounts(engine) == 0


def test_posts_stay_without_the_name_of_their_author(people, engine, session):
    user = leave(people, removes_posts=False)
    question = people.question(user, body="Kettles")
    people.answer(question, user)
    close_due_accounts(engine)
    assert people.read(question).body == "Kettles"
    assert find_posts(session, parse_query("kettles")).post_ids == [question.id]
    assert find_posts(session, parse_query("minji")).post_ids == []


def test_posts_that_go_lose_their_text_and_those_of_others_below_them_stay(people, engine):
    user = leave(people, removes_posts=True)
    question, elsewhere = people.question(user), people.question()
    of_other, own = people.answer(question), people.answer(elsewhere, user)
    close_due_accounts(engine)
    for post in (question, own):
        gone = people.read(post)
        assert gone.is_erased
        assert gone.deleted_at is not None
    assert people.read(of_other).body
    assert people.read(of_other).deleted_at is None
    assert people.read(elsewhere).answer_count == 0


def test_what_was_done_to_the_account_by_virtue_of_a_role_is_kept(people, engine):
    user = leave(people, removes_posts=False)
    with people.transaction() as session:
        for kind in (EventKind.LOGIN, EventKind.SUSPENSION):
            is_administrative = kind is EventKind.SUSPENSION
            record_event(
                session, kind, user_id=user.id, actor_id=None, is_administrative=is_administrative
            )
    close_due_accounts(engine)
    kinds = [event[2] for event in people.facts()["security_events"]]
    assert sorted(kinds) == [EventKind.CLOSED, EventKind.SUSPENSION]
