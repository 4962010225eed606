"""Drafts: kept, refused, settled and thrown away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from qaboard.models import Draft, SeenDraft, utc_now
from qaboard.services.board.draft import (
    ASK_PLACE,
    answer_place,
    discard_draft,
    find_draft,
    save_draft,
    settle_draft,
)


@pytest.fixture
def user(people):
    return people.user()


@pytest.fixture
def save(session, user):
    """Saves what is typed on page ``a``; whether it is kept."""

    def save_one(body="text", number=1, writer="a", seen=(), place=ASK_PLACE, title="") -> bool:
        return save_draft(
            session,
            user_id=user.id,
            place=place,
            writer=writer,
            number=number,
            seen=seen,
            title=title,
            body=body,
            post_version=None,
        )

    return save_one


def kept(session, user, place=ASK_PLACE) -> str | None:
    draft = find_draft(session, user.id, place)
    return draft and draft.body


def test_each_place_has_a_draft_of_its_own(session, user, save):
    save("question")
    save("answer", place=answer_place(7))
    assert [kept(session, user, place) for place in (ASK_PLACE, "answer 7", "answer 8")] == [
        "question",
        "answer",
        None,
    ]


def test_a_later_save_of_the_page_replaces_the_earlier_one(session, user, save):
    assert save("first", 1)
    assert save("second", 2)
    assert kept(session, user) == "second"


def test_a_save_that_comes_late_is_refused(session, user, save):
    save("second", 2)
    assert not save("first", 1)
    assert kept(session, user) == "second"


def test_a_save_that_comes_twice_is_kept(save):
    save("text", 1)
    assert save("text", 1)


def test_another_page_replaces_a_draft_only_when_it_has_seen_it(session, user, save):
    save("first", 1)
    assert not save("other", 1, writer="b")
    assert not save("other", 1, writer="b", seen=[SeenDraft("a", 0)])
    assert save("other", 1, writer="b", seen=[SeenDraft("a", 1)])
    assert kept(session, user) == "other"


def test_a_page_of_the_release_before_names_no_numbers(session, user, save):
    save("first", None)
    assert save("second", None)
    assert kept(session, user) == "second"


def test_an_empty_text_is_no_draft(session, user, save):
    assert save(" ")
    assert kept(session, user) is None
    save("text", 1)
    assert save("\n", 2)
    assert kept(session, user) is None


def test_a_title_alone_is_a_draft(session, user, save):
    save("", title="Kettles")
    assert find_draft(session, user.id, ASK_PLACE).title == "Kettles"


def test_of_too_many_drafts_the_oldest_go(session, user, save):
    for number in range(Draft.MAX_COUNT + 2):
        save("text", place=answer_place(number + 1))
    places = set(session.scalars(select(Draft.place)))
    assert len(places) == Draft.MAX_COUNT
    assert not {"answer 1", "answer 2"} & places


def test_a_suspended_user_keeps_no_new_draft(people, session, user):
    suspended = people.user(suspended_until=utc_now() + timedelta(days=1))
    with pytest.raises(StaleDataError):
        save_draft(
            session, user_id=suspended.id, place=ASK_PLACE, writer="a", number=1, seen=(),
            title="", body="text", post_version=None,
        )  # fmt: skip


def test_a_sent_text_takes_its_draft_with_it(session, user, save):
    save("text")
    settle_draft(session, user.id, ASK_PLACE, seen=(), body="text")
    assert kept(session, user) is None


def test_a_draft_that_the_form_has_seen_goes_and_another_one_stays(session, user, save):
    save("text", 3)
    settle_draft(session, user.id, ASK_PLACE, seen=[SeenDraft("b", None)], body="sent")
    assert kept(session, user) == "text"
    settle_draft(session, user.id, ASK_PLACE, seen=[SeenDraft("a", 3)], body="sent")
    assert kept(session, user) is None


def test_throwing_a_draft_away_leaves_those_of_others(people, session, user, save):
    save("text")
    discard_draft(session, user.id + 1, ASK_PLACE)
    assert kept(session, user) == "text"
    discard_draft(session, user.id, ASK_PLACE)
    assert kept(session, user) is None
