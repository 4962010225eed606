"""Opening an account."""

from __future__ import annotations

import pytest
from sqlalchemy.orm.exc import StaleDataError

from qaboard.models import Role, User
from qaboard.services.accounts.user import (
    NameTaken,
    choose_locale,
    has_signed_up,
    has_verified_owner,
    sign_up,
)
from qaboard.services.errors import Refusal


def open_account(session, username="Minji", email="minji@example.com", **values) -> User:
    return sign_up(session, username=username, email=email, password_hash="hash", **values)


def test_a_new_account_is_a_member_whose_address_is_not_confirmed(session):
    user = open_account(session, email="Minji@EXAMPLE.com", locale="en")
    assert (user.username, user.username_key) == ("Minji", "minji")
    assert (user.email, user.email_verified_at) == ("minji@example.com", None)
    assert (user.role, user.locale) == (Role.MEMBER, "en")


@pytest.mark.parametrize("username", ["Minji", "MINJI", "ｍｉｎｊｉ"])
def test_a_name_is_taken_in_whatever_spelling(session, username):
    open_account(session)
    with pytest.raises(NameTaken):
        open_account(session, username, "other@example.com")


def test_an_address_may_have_several_accounts_until_one_confirms_it(session):
    open_account(session, "first")
    open_account(session, "second", is_verified=True)
    assert has_verified_owner(session, "MINJI@example.com")
    open_account(session, "third")
    with pytest.raises(Refusal) as refusal:
        open_account(session, "fourth", is_verified=True)
    assert list(refusal.value.errors) == ["email"]


def test_a_form_sent_twice_at_the_same_time_is_told_from_a_name_that_is_taken(session):
    open_account(session, idempotency_key="key")
    assert has_signed_up(session, "MINJI", "key")
    assert not has_signed_up(session, "minji", None)
    with pytest.raises(StaleDataError):
        open_account(session, idempotency_key="key")
    with pytest.raises(NameTaken):
        open_account(session, idempotency_key="another")


def test_a_chosen_language_is_kept_for_its_user_alone(session):
    user, other = open_account(session), open_account(session, "other")
    choose_locale(session, user.id, "en")
    session.expire_all()
    assert (user.locale, other.locale) == ("en", None)
