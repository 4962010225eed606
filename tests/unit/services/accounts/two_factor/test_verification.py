"""The second step of a login."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from second_factors import Device, add_app, add_passkey
from sqlalchemy import select

from qaboard.models import EventKind, Passkey, TOTPFactor, UserSession
from qaboard.security.encryption import SecretEncryption
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.two_factor.recovery_code import make_recovery_codes
from qaboard.services.accounts.two_factor.verification import (
    WRONG_CODES_MAX_COUNT,
    Factor,
    WrongCode,
    check_code,
    count_wrong_code,
    first_recovery_codes,
    has_second_factor,
    must_tell_of_wrong_codes,
    remove_all_factors,
    second_factors,
    tidy_factors,
)
from qaboard.services.accounts.user_session import open_session

DAY = timedelta(days=1)


@pytest.fixture
def user(people):
    return people.user()


@pytest.fixture
def encryption(settings) -> SecretEncryption:
    return SecretEncryption(settings.secret)


@pytest.fixture
def app_of(people, settings):
    """Sets an authenticator app up for a user."""
    return lambda user: add_app(people, SimpleNamespace(registry={"settings": settings}), user)


def fail(session, user, count: int, **details) -> None:
    for _ in range(count):
        kind = EventKind.FACTOR_FAILURE
        record_event(session, kind, user_id=user.id, actor_id=None, **details)
    session.flush()


def test_a_user_without_factors_has_none(user, session):
    assert not second_factors(session, user.id).exist
    assert not has_second_factor(session, user.id)


def test_recovery_codes_alone_are_no_factor(user, session):
    make_recovery_codes(session, user.id)
    assert second_factors(session, user.id).recovery_code_count == 10
    assert not has_second_factor(session, user.id)


def test_an_app_that_is_not_confirmed_is_no_factor(user, session, encryption):
    session.add(TOTPFactor(user_id=user.id, encrypted_secret=encryption.encrypt("A" * 32)))
    session.flush()
    assert not second_factors(session, user.id).exist
    assert not has_second_factor(session, user.id)


def test_an_app_or_a_passkey_is_a_factor(people, user, app_of, session):
    other = people.user()
    app_of(user)
    add_passkey(people, Device(), other)
    for each in (user, other):
        assert second_factors(session, each.id).exist
        assert has_second_factor(session, each.id)


def test_a_code_of_the_app_and_a_recovery_code_are_told_apart(user, app_of, session, encryption):
    app = app_of(user)
    code = make_recovery_codes(session, user.id)[0]
    assert check_code(session, encryption, user.id, app.now()) is Factor.APP
    assert check_code(session, encryption, user.id, code.lower()) is Factor.RECOVERY_CODE


def test_a_code_is_used_once(user, app_of, session, encryption):
    code = app_of(user).now()
    check_code(session, encryption, user.id, code)
    with pytest.raises(WrongCode):
        check_code(session, encryption, user.id, code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "nonsense", "\ud800"])
def test_anything_else_is_a_wrong_code(user, session, encryption, code):
    with pytest.raises(WrongCode):
        check_code(session, encryption, user.id, code)


def test_the_tenth_wrong_code_ends_the_login_that_waits(user, session):
    open_session(session, user.id, lifetime=DAY, is_pending=True)
    login = session.scalar(select(UserSession))
    results = [count_wrong_code(session, login) for _ in range(WRONG_CODES_MAX_COUNT)]
    assert results == [False] * (WRONG_CODES_MAX_COUNT - 1) + [True]
    assert session.scalars(select(UserSession.id)).all() == []


def test_the_owner_is_told_at_each_tenth_wrong_code(user, session):
    fail(session, user, 9)
    assert not must_tell_of_wrong_codes(session, user.id)
    fail(session, user, 1)
    assert must_tell_of_wrong_codes(session, user.id)
    fail(session, user, 10)
    assert must_tell_of_wrong_codes(session, user.id)


def test_a_right_code_begins_the_count_anew(user, session):
    fail(session, user, 9)
    record_event(session, EventKind.LOGIN, user_id=user.id, actor_id=user.id)
    fail(session, user, 1)
    assert not must_tell_of_wrong_codes(session, user.id)


def test_neither_refused_passkeys_nor_codes_of_others_are_wrong_codes(people, user, session):
    other = people.user()
    fail(session, user, 9)
    fail(session, user, 1, factor="passkey")
    fail(session, other, 1)
    assert not must_tell_of_wrong_codes(session, user.id)


def test_the_first_factor_comes_with_recovery_codes_and_the_next_without(people, session, app_of):
    first, second = people.user(), people.user()
    app_of(second)
    codes = [
        first_recovery_codes(session, each.id, second_factors(session, each.id))
        for each in (first, second)
    ]
    assert [len(each) for each in codes] == [10, 0]


def test_recovery_codes_go_with_the_last_factor(people, user, app_of, session):
    app_of(user)
    make_recovery_codes(session, user.id)
    tidy_factors(session, user.id)
    assert second_factors(session, user.id).recovery_code_count == 10
    session.delete(session.get_one(TOTPFactor, user.id))
    session.flush()
    tidy_factors(session, user.id)
    assert second_factors(session, user.id).recovery_code_count == 0


def test_all_factors_of_one_user_go_and_nobody_elses(people, user, app_of, session):
    other = people.user()
    app_of(user)
    add_passkey(people, Device(), user)
    add_passkey(people, Device(), other)
    assert remove_all_factors(session, user.id)
    assert not remove_all_factors(session, user.id)
    assert session.scalars(select(Passkey.user_id)).all() == [other.id]
