"""Lookup of a user."""

from __future__ import annotations

import pytest

from qaboard.models import utc_now
from qaboard.resources import RootResource


@pytest.fixture
def users(session, make_request):
    return RootResource(make_request(session=session))["users"]


def test_a_user_is_found_by_id_and_not_by_name(people, users):
    user = people.user("minji")
    assert users[str(user.id)].user.username == "minji"
    with pytest.raises(KeyError):
        users["minji"]


def test_a_closed_account_is_found_since_its_posts_may_stay(people, users):
    user = people.user(closed_at=utc_now(), email=None)
    assert users[str(user.id)].user.closed_at is not None


def test_an_id_that_nobody_has_raises_KeyError(users):  # noqa: N802 - a name of Python
    with pytest.raises(KeyError):
        users["1"]
