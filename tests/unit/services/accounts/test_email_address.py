"""Proof and change of an email address."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from qaboard.http.client import Client
from qaboard.models import EventKind, SecurityEvent, TokenPurpose, User, utc_now
from qaboard.services.accounts.email_address import (
    DeadLink,
    change_address_unproved,
    check_new_address,
    confirm_address,
    convert_addresses,
    find_unconverted_addresses,
    issue_address_token,
)
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.services.accounts.single_use_token import find_token
from qaboard.services.errors import Refusal

CLIENT = Client()


@pytest.fixture
def user(people) -> User:
    """A user who has not confirmed the address."""
    return people.user("minji", email_verified_at=None)


def row_of(session, user) -> User:
    return session.get_one(User, user.id)


def test_a_link_to_the_address_of_the_account_confirms_it(user, session):
    token = issue_address_token(session, row_of(session, user), "Minji@Example.com")
    confirmed, replaced = confirm_address(session, token, CLIENT)
    assert confirmed.email_verified_at is not None
    assert replaced is None
    event = session.scalar(select(SecurityEvent))
    assert (event.kind, event.actor_id) == (EventKind.EMAIL_VERIFICATION, None)


def test_a_link_to_another_address_changes_it_and_tells_the_former_one(user, session):
    token = issue_address_token(session, row_of(session, user), "new@example.com")
    confirmed, replaced = confirm_address(session, token, CLIENT)
    assert confirmed.email == "new@example.com"
    assert (replaced.email, replaced.was_proved) == ("minji@example.com", False)


def test_a_link_works_once(user, session):
    token = issue_address_token(session, row_of(session, user), "new@example.com")
    confirm_address(session, token, CLIENT)
    with pytest.raises(DeadLink):
        confirm_address(session, token, CLIENT)


def test_there_is_no_token_for_the_confirmed_address_of_another_account(people, user, session):
    people.user("owner")
    assert issue_address_token(session, row_of(session, user), "OWNER@example.com") is None


def test_of_two_who_confirm_one_address_the_second_is_refused(people, user, session):
    other = people.user(email_verified_at=None)
    tokens = [
        issue_address_token(session, row_of(session, each), "shared@example.com")
        for each in (user, other)
    ]
    confirm_address(session, tokens[0], CLIENT)
    with pytest.raises(DeadLink):
        confirm_address(session, tokens[1], CLIENT)


def test_a_link_to_an_address_that_was_replaced_since_does_not_work(user, session):
    row = row_of(session, user)
    token = issue_address_token(session, row, row.email)
    row.email = "other@example.com"
    with pytest.raises(DeadLink):
        confirm_address(session, token, CLIENT)


def test_a_confirmed_address_ends_links_to_reset_the_password(user, session):
    row = row_of(session, user)
    reset = issue_reset_token(session, row, email=row.email)
    confirm_address(session, issue_address_token(session, row, "new@example.com"), CLIENT)
    assert find_token(session, TokenPurpose.RESET_PASSWORD, reset) is None


def test_a_change_to_the_confirmed_address_itself_is_refused(people):
    user = people.user("minji")
    with pytest.raises(Refusal, match="already"):
        check_new_address(user, " MINJI@example.com")
    check_new_address(user, "other@example.com")
    user.email_verified_at = None
    check_new_address(user, "minji@example.com")


def test_without_mail_an_address_changes_and_is_not_confirmed(user, session):
    row = row_of(session, user)
    row.email_verified_at = utc_now()
    change_address_unproved(session, row, "New@Example.COM", CLIENT)
    assert (row.email, row.email_verified_at) == ("new@example.com", None)


def test_addresses_of_an_older_release_are_converted_unless_they_are_taken(people, session):
    people.user("first", email="a@xn--bcher-kva.example")
    people.user("taken", email="a@bücher.example")
    free = people.user("free", email="b@bücher.example")
    assert convert_addresses(session) == 1
    assert session.get_one(User, free.id).email == "b@xn--bcher-kva.example"
    assert [user.username for user in find_unconverted_addresses(session)] == ["taken"]
