"""Commands for single accounts."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from second_factors import Device, add_passkey

from qaboard.models import User, utc_now
from qaboard.services.accounts.email_address import find_address_token
from qaboard.services.accounts.password_reset import find_reset_token
from qaboard.services.moderation import purge as purge_service


def token_of(result) -> str:
    address = urlsplit(result.stdout.strip())
    return parse_qs(address.query)["token"][0]


def test_a_link_to_choose_another_password_is_made_and_logged(people, command, session):
    user = people.user("minji")
    result = command("user", "reset-link", "MINJI")
    assert result.stdout.startswith("http://localhost:6543/reset-password?token=")
    (event,) = people.facts()["security_events"]
    assert "link_made" in event
    assert find_reset_token(session, token_of(result)).user_id == user.id


def test_a_link_confirms_the_address_of_who_has_not(people, command, session):
    user = people.user("minji", email_verified_at=None)
    result = command("user", "activate", "minji")
    assert find_address_token(session, token_of(result)).user_id == user.id


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["activate", "minji"], "is already confirmed"),
        (["reset-link", "nobody"], "User nobody not found"),
        (["remove-factors", "minji"], "has no two-factor method"),
        (["purge", "minji", "--undo"], "No posts from this account are deleted as spam"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(people, command, arguments, sentence):
    people.user("minji")
    before = people.facts()
    result = command("user", *arguments)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert people.facts() == before


def test_posts_are_taken_back_and_given_back(people, command, monkeypatch):
    monkeypatch.setattr(purge_service, "PAUSE_SECONDS", 0)
    question = people.question(people.user("minji"))
    assert "Deleted 1 posts by minji as spam" in command("user", "purge", "Minji").stdout
    assert people.read(question).deleted_at is not None
    assert "Restored 1 posts by minji" in command("user", "purge", "minji", "--undo").stdout
    assert people.read(question).deleted_at is None


def test_accounts_that_are_due_are_closed_now(people, command):
    user = people.user(closing_at=utc_now() - timedelta(days=1), closing_removes_posts=False)
    assert "Deleted 1 accounts." in command("user", "close-due").stdout
    with people.transaction() as session:
        assert session.get_one(User, user.id).closed_at is not None


def test_whoever_lost_all_factors_logs_in_by_password(people, command):
    user = people.user("minji", email_verified_at=None)
    add_passkey(people, Device(), user)
    people.token(user)
    assert "authentication is off for minji" in command("user", "remove-factors", "minji").stdout
    facts = people.facts()
    assert (facts["passkeys"], facts["user_sessions"]) == ([], [])
