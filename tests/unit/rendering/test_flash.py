"""Flash messages."""

from __future__ import annotations

import pytest

from qaboard.i18n import _
from qaboard.rendering.flash import MAX_MESSAGES


@pytest.fixture
def request_in_session(make_request):
    return make_request(headers={"Cookie": "session=x"})


def test_a_message_is_told_once(request_in_session):
    request_in_session.flash(_("The address ${email} is confirmed."), email="a@example.com")
    assert request_in_session.pop_flash_messages() == ["The address a@example.com is confirmed."]
    assert request_in_session.pop_flash_messages() == []


def test_of_too_many_messages_the_newest_are_told(request_in_session):
    for number in range(MAX_MESSAGES + 2):
        request_in_session.flash(
            _("${browser} on ${system}", mapping={"browser": number}), system="x"
        )
    told = request_in_session.pop_flash_messages()
    assert told == [f"{number} on x" for number in range(2, MAX_MESSAGES + 2)]


def test_a_visitor_without_a_session_is_not_given_one(make_request):
    request = make_request()
    assert request.pop_flash_messages() == []
    assert "session" not in vars(request)
