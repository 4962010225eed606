"""Links for forgotten passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from qaboard.http.client import Client
from qaboard.models import User, UserSession, utc_now
from qaboard.services.accounts.email_address import DeadLink
from qaboard.services.accounts.password_reset import (
    ACCOUNTS_MAX_COUNT,
    find_accounts_by_email,
    find_reset_token,
    issue_reset_token,
    reset_password,
)

CLIENT = Client()
EMAIL = "shared@example.com"


def found(session, email=EMAIL) -> list[str]:
    return [user.username for user in find_accounts_by_email(session, email)]


def link(session, user, **values) -> str:
    row = session.get_one(User, user.id)
    return issue_reset_token(session, row, **{"email": row.email} | values)


def test_whoever_has_confirmed_the_address_is_the_only_one_to_get_a_link(people, session):
    people.user("first", email=EMAIL, email_verified_at=None)
    people.user("owner", email=EMAIL)
    assert found(session, "SHARED@example.com") == ["owner"]


def test_of_an_address_that_nobody_has_confirmed_the_oldest_accounts_get_links(people, session):
    for number in range(ACCOUNTS_MAX_COUNT + 1):
        people.user(f"user{number}", email=EMAIL, email_verified_at=None)
    assert found(session) == [f"user{number}" for number in range(ACCOUNTS_MAX_COUNT)]


def test_an_account_that_is_gone_gets_no_link(people, session):
    past = utc_now() - timedelta(days=1)
    people.user("due", email=EMAIL, email_verified_at=None, closing_at=past)
    assert found(session) == []


def test_a_new_password_ends_all_logins_and_confirms_the_address(people, session):
    user = people.user(email_verified_at=None)
    people.token(user)
    changed = reset_password(session, link(session, user), "new hash", client=CLIENT)
    assert (changed.id, changed.password_hash) == (user.id, "new hash")
    assert changed.email_verified_at is not None
    assert session.scalars(select(UserSession)).all() == []


def test_a_link_that_an_operator_handed_over_confirms_nothing(people, session):
    user = people.user(email_verified_at=None)
    token = link(session, user, email=None)
    assert reset_password(session, token, "hash", client=CLIENT).email_verified_at is None


def test_the_confirmed_address_of_another_account_is_not_confirmed_again(people, session):
    user = people.user(email=EMAIL, email_verified_at=None)
    people.user("owner", email=EMAIL)
    changed = reset_password(session, link(session, user), "hash", client=CLIENT)
    assert changed.email_verified_at is None


def test_a_link_works_once_and_not_after_a_newer_one(people, session):
    user = people.user()
    older, newer = link(session, user), link(session, user)
    assert find_reset_token(session, newer) is not None
    reset_password(session, newer, "hash", client=CLIENT)
    for token in (older, newer, "", "nonsense"):
        with pytest.raises(DeadLink):
            reset_password(session, token, "hash", client=CLIENT)


def test_a_link_of_an_account_that_left_meanwhile_does_not_work(people, session):
    user = people.user()
    token = link(session, user)
    session.get_one(User, user.id).closing_at = utc_now() - timedelta(days=1)
    session.flush()
    with pytest.raises(DeadLink):
        reset_password(session, token, "hash", client=CLIENT)
