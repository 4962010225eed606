"""Purge of all posts of an account, and its undoing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.models import Answer, Role, User, utc_now
from qaboard.services.board.post import restore_post
from qaboard.services.errors import Refusal
from qaboard.services.moderation import purge as purge_service
from qaboard.services.moderation.purge import finish_purges, purge, undo_purge
from qaboard.services.moderation.user_management import OPERATOR, suspend

TOMORROW = utc_now() + timedelta(days=1)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Several transactions for few posts, and no pause between them."""
    monkeypatch.setattr(purge_service, "BATCH_SIZE", 2)
    monkeypatch.setattr(purge_service, "PAUSE_SECONDS", 0)


@pytest.fixture
def spammer(people):
    return people.user("spammer")


@pytest.fixture
def posts(people, spammer):
    """A question of the spammer, and two answers to somebody else's."""
    asked = people.question()
    return [
        people.question(spammer),
        people.answer(asked, spammer),
        people.answer(asked, spammer),
        asked,
    ]


def row(people, user) -> User:
    with people.transaction() as session:
        return session.get_one(User, user.id)


def test_a_purge_takes_all_posts_back_and_suspends_for_good(people, engine, spammer, posts):
    *own, asked = posts
    people.token(spammer)
    assert purge(engine, spammer.id, actor=OPERATOR) == 3
    user = row(people, spammer)
    assert user.suspended_until == User.SUSPENDED_FOR_GOOD
    assert user.purge_step is None
    assert {people.read(post).deleted_at for post in own} == {user.purged_at}
    assert people.read(asked).deleted_at is None
    assert people.read(asked).answer_count == 0
    assert people.facts()["user_sessions"] == []


def test_undoing_a_purge_gives_back_the_posts_and_the_suspension_before_it(
    people, engine, spammer, posts
):
    with people.transaction() as session:
        suspend(session, spammer.id, until=TOMORROW, reason="Links", actor=OPERATOR)
    purge(engine, spammer.id, actor=OPERATOR)
    assert undo_purge(engine, spammer.id, actor=OPERATOR) == 3
    user = row(people, spammer)
    assert (user.suspended_until, user.suspension_reason) == (TOMORROW, "Links")
    assert user.purged_at is None
    assert people.read(posts[-1]).answer_count == 2


def test_what_the_author_deleted_before_stays_deleted(people, engine, spammer):
    mine = people.question(spammer)
    people.delete(mine)
    purge(engine, spammer.id, actor=OPERATOR)
    undo_purge(engine, spammer.id, actor=OPERATOR)
    assert people.read(mine).deleted_at is not None


def test_a_post_that_was_restored_by_itself_is_not_counted_twice(people, engine, spammer, posts):
    purge(engine, spammer.id, actor=OPERATOR)
    with people.transaction() as session:
        restore_post(session, session.get_one(Answer, posts[1].id))
    assert undo_purge(engine, spammer.id, actor=OPERATOR) == 2
    assert people.read(posts[-1]).answer_count == 2


def test_a_second_purge_keeps_the_suspension_from_before_the_first(people, engine, spammer, posts):
    purge(engine, spammer.id, actor=OPERATOR)
    purge(engine, spammer.id, actor=OPERATOR)
    undo_purge(engine, spammer.id, actor=OPERATOR)
    assert row(people, spammer).suspended_until is None


def test_an_interrupted_purge_goes_on(people, engine, spammer, posts):
    with people.transaction() as session:
        purge_service.begin_purge(session, spammer.id, actor=OPERATOR)
    assert not purge_service.finish_purge(engine, spammer.id, seconds=-1)
    finish_purges(engine)
    assert all(people.read(post).deleted_at for post in posts[:3])


def test_nothing_is_given_back_where_nothing_was_taken(people, engine, spammer):
    with pytest.raises(Refusal):
        undo_purge(engine, spammer.id, actor=OPERATOR)


def test_the_last_admin_is_not_purged(people, engine):
    with pytest.raises(Refusal):
        purge(engine, people.user(role=Role.ADMIN).id, actor=OPERATOR)
