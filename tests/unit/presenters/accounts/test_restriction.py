"""The notice for people who may only read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from qaboard.models import User, utc_now
from qaboard.presenters.accounts.restriction import restriction_notice
from qaboard.settings.mail import MailSettings


def test_a_visitor_and_a_member_get_no_notice(people, read_identity, make_request):
    assert restriction_notice(make_request()) is None
    assert restriction_notice(make_request(identity=read_identity(people.user()))) is None


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"suspended_until": User.SUSPENDED_FOR_GOOD, "suspension_reason": "Only links"},
         ["no end date", "Only links"]),
        ({"suspended_until": utc_now() + timedelta(days=1), "suspension_reason": "Only links"},
         ["You can read but not post until", "Only links"]),
        ({"suspended_until": User.SUSPENDED_FOR_GOOD}, ["deleted as spam"]),
    ],
)  # fmt: skip
def test_a_suspension_says_why_and_until_when(people, read_identity, make_request, columns, words):
    identity = read_identity(people.user(**columns))
    notice = restriction_notice(make_request(identity=identity))
    message = notice.message.interpolate()
    assert all(word in message for word in words)
    assert not notice.leads_to_account


@pytest.mark.parametrize("sends_mail", [True, False])
def test_whoever_has_not_confirmed_the_address_is_told_how_to(
    people, read_identity, make_request, settings, registry, monkeypatch, sends_mail
):
    mail = MailSettings(is_enabled=sends_mail)
    monkeypatch.setitem(registry, "settings", replace(settings, mail=mail))
    identity = read_identity(people.user(email_verified_at=None), require_verified=True)
    notice = restriction_notice(make_request(identity=identity))
    assert notice.leads_to_account is sends_mail
    assert ("We emailed you a link" in notice.message) is sends_mail
