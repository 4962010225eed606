"""The list of users, and the page to manage one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.models import EventKind, Role, utc_now
from qaboard.presenters.moderation.user_management import (
    UserStatus,
    present_managed_user,
    present_user_list,
)
from qaboard.services.accounts.security_event import record_event

NOW = utc_now()
LONG_AGO = NOW - timedelta(days=100)


@pytest.fixture
def names(people, ask):
    """The names in the list, as a moderator or an admin sees it."""
    readers = {
        role: people.user(f"the_{role}", role, created_at=LONG_AGO)
        for role in (Role.MODERATOR, Role.ADMIN)
    }

    def read(status=UserStatus.ALL, text="", role=Role.MODERATOR) -> list[str]:
        request = ask("/", readers[role])
        found = present_user_list(request, request.context["users"], status, text)
        return [row.user.username for row in found.rows]

    return read


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (UserStatus.NEW, ["new"]),
        (UserStatus.SUSPENDED, ["suspended"]),
        (UserStatus.CLOSING, ["closing"]),
        (UserStatus.TEAM, ["the_admin", "the_moderator"]),
    ],
)
def test_the_list_is_narrowed_to_a_status(people, names, status, expected):
    people.user("new")
    people.user("suspended", created_at=LONG_AGO, suspended_until=NOW + timedelta(days=1))
    people.user("was_suspended", created_at=LONG_AGO, suspended_until=NOW - timedelta(days=1))
    people.user("closing", created_at=LONG_AGO, closing_at=NOW + timedelta(days=1))
    people.user("closed", closed_at=NOW, email=None)
    assert names(status) == expected


def test_of_the_names_that_have_what_was_typed_the_shortest_comes_first(people, names):
    for name in ("Minji_the_second", "minji", "sumin", "100_percent"):
        people.user(name)
    assert names(text="MINJI") == ["minji", "Minji_the_second"]
    assert names(text="%") == []


def test_only_an_admin_finds_somebody_by_address(people, names):
    people.user("minji", email="secret@example.com")
    assert names(text="Secret@Example.com") == []
    assert names(text="Secret@Example.com", role=Role.ADMIN) == ["minji"]
    assert names(text="ecret@example.com", role=Role.ADMIN) == []


@pytest.fixture
def managed(people, ask):
    """The page of a user with a live and a purged post and a login, as staff sees it."""
    user = people.user(purged_at=NOW)
    purged = people.question(user)
    people.question(user)
    with people.transaction() as session:
        session.get_one(type(purged), purged.id).deleted_at = NOW
        for kind in (EventKind.LOGIN, EventKind.PURGE):
            record_event(
                session,
                kind,
                user_id=user.id,
                actor_id=None,
                is_administrative=kind is EventKind.PURGE,
            )
    people.token(user)

    def read(role):
        request = ask("/", people.user(role=role))
        return present_managed_user(request, request.context["users"][str(user.id)])

    return read


def test_a_moderator_sees_counts_and_what_was_done_by_virtue_of_a_role(managed):
    page = managed(Role.MODERATOR)
    assert (page.live_posts, page.purged_posts, page.logins) == (1, 1, 1)
    assert page.last_used_at is not None
    assert [row.event.kind for row in page.events] == [EventKind.PURGE]
    assert not page.shows_addresses


def test_an_admin_sees_everything_that_happened_lately(managed):
    page = managed(Role.ADMIN)
    assert [row.event.kind for row in page.events] == [EventKind.PURGE, EventKind.LOGIN]
    assert page.shows_addresses
