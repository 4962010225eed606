"""Passwords that are refused, and the consequences of a new one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from qaboard.models import TokenPurpose, User, UserSession
from qaboard.services.accounts.email_address import issue_address_token
from qaboard.services.accounts.password import change_password, check_new_password
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.services.accounts.single_use_token import find_token
from qaboard.services.errors import Refusal

PERSON = {"username": "minji", "email": "minji.kim@example.com", "site_name": "Teahouse"}


@pytest.mark.parametrize(
    "password",
    [
        "qwertyuiop",
        "QwErTyUiOp",
        "１２３４５６７８９０",
        "minji12345",
        "MINJI-minji",
        "minji.kim@example.com",
        "minji.kim99",
        "teahouse2026",
    ],
)
def test_a_password_that_others_would_try_first_is_refused(password):
    with pytest.raises(Refusal) as refusal:
        check_new_password(password, **PERSON)
    assert list(refusal.value.errors) == ["password"]


@pytest.mark.parametrize(
    "password", ["correct horse battery", "minji has 3 cats", "비밀번호는 길게"]
)
def test_a_password_that_says_enough_beside_the_name_is_taken(password):
    check_new_password(password, **PERSON)


def test_a_site_of_one_letter_refuses_no_password():
    check_new_password("xaxbxcxdxexf", username="minji", email="m@example.com", site_name="x")


def test_a_new_password_ends_other_logins_and_the_links_in_mails(people, session):
    user = people.user()
    people.token(user)
    people.token(user)
    row = session.get_one(User, user.id)
    kept = session.scalars(select(UserSession.id).order_by(UserSession.id)).first()
    links = {
        TokenPurpose.RESET_PASSWORD: issue_reset_token(session, row, email=row.email),
        TokenPurpose.CHANGE_EMAIL: issue_address_token(session, row, "new@example.com"),
    }
    change_password(session, row, "new hash", keep_session=kept)
    assert row.password_hash == "new hash"
    assert session.scalars(select(UserSession.id)).all() == [kept]
    for purpose, token in links.items():
        assert find_token(session, purpose, token) is None
