"""Display names of users."""

from __future__ import annotations

from qaboard.models import User, utc_now
from qaboard.presenters.accounts.user_name import name_of


def test_whoever_left_has_no_name_any_more(make_request):
    assert name_of(make_request(), User(username="minji")) == "minji"
    gone = User(username="deleted user", closed_at=utc_now())
    assert name_of(make_request(), gone) == "deleted user"
    assert name_of(make_request(locale="ko"), gone) != "deleted user"
