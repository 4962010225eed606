"""Codes of an app: clocks that differ, codes that were used, and races."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from second_factors import add_app
from sqlalchemy import update

from qaboard.database.transaction import make_session
from qaboard.models import TOTPFactor, utc_now
from qaboard.security.encryption import SecretEncryption
from qaboard.services.accounts.two_factor.totp import (
    SETUP_LIFETIME,
    begin_setup,
    confirm_setup,
    remove_app,
    secret_in_setup,
    use_totp_code,
)

# The beginning of a step, so that seconds below are counted from there.
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def encryption(app) -> SecretEncryption:
    return SecretEncryption(app.registry["settings"].secret)


@pytest.fixture
def user(board):
    return board.user()


@pytest.fixture
def totp(app, board, user):
    return add_app(board, app, user)


@pytest.fixture
def use(board, encryption, user):
    """Uses a code when the server's clock shows some seconds after ``NOW``."""

    def use(code: str, *, seconds: float = 0, user_id: int | None = None) -> bool:
        with board.transaction() as session:
            now = NOW + timedelta(seconds=seconds)
            return use_totp_code(session, encryption, user_id or user.id, code, now=now)

    return use


@pytest.mark.parametrize(
    ("drift", "is_right"),
    [(0, True), (29, True), (30, True), (-30, True), (59, True), (60, False), (-31, False)],
)
def test_the_clock_of_the_app_may_be_a_step_ahead_or_behind(totp, use, drift, is_right):
    assert use(totp.at(NOW + timedelta(seconds=drift))) is is_right


@pytest.mark.parametrize("drift", [90, -90, 3600, -86400])
def test_it_may_not_be_further_off(totp, use, drift):
    assert not use(totp.at(NOW + timedelta(seconds=drift)))


def test_a_code_is_used_once(totp, use):
    code = totp.at(NOW)
    assert use(code)
    assert not use(code)
    assert not use(code, seconds=29)


def test_a_code_from_before_the_last_one_is_used_up_too(totp, use):
    assert use(totp.at(NOW + timedelta(seconds=30)))
    assert not use(totp.at(NOW))
    assert not use(totp.at(NOW - timedelta(seconds=30)))
    assert use(totp.at(NOW + timedelta(seconds=60)), seconds=60)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "한글", "-1"])
def test_what_is_no_code_is_not_right(totp, use, code):
    assert not use(code)


def test_the_code_of_another_user_is_not_right(app, board, totp, use):
    other = board.user()
    add_app(board, app, other)
    assert not use(totp.at(NOW), user_id=other.id)
    # It is not used up by that.
    assert use(totp.at(NOW))


def test_of_the_same_code_at_once_one_is_accepted(app, encryption, totp, user):
    outcomes = []
    barrier = threading.Barrier(4)

    def use_it() -> None:
        barrier.wait()
        with make_session(app.registry["engine"], writes=True) as session, session.begin():
            code = totp.at(NOW)
            outcomes.append(use_totp_code(session, encryption, user.id, code, now=NOW))

    threads = [threading.Thread(target=use_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]


def test_an_app_counts_when_it_has_shown_that_it_knows_the_secret(board, encryption, user, use):
    with board.transaction() as session:
        assert begin_setup(session, encryption, user.id)
        totp = pyotp.TOTP(secret_in_setup(session, encryption, user.id))
    assert not use(totp.at(NOW))
    with board.transaction() as session:
        assert not confirm_setup(session, encryption, user.id, "000000x", now=NOW)
        assert confirm_setup(session, encryption, user.id, totp.at(NOW), now=NOW)
        assert secret_in_setup(session, encryption, user.id) is None
    assert not use(totp.at(NOW))
    assert use(totp.at(NOW + timedelta(seconds=30)), seconds=30)


def test_a_secret_that_was_shown_long_ago_is_not_confirmed(board, encryption, user):
    with board.transaction() as session:
        begin_setup(session, encryption, user.id)
        totp = pyotp.TOTP(secret_in_setup(session, encryption, user.id))
        session.execute(update(TOTPFactor).values(created_at=utc_now() - SETUP_LIFETIME))
        assert secret_in_setup(session, encryption, user.id) is None
        assert not confirm_setup(session, encryption, user.id, totp.at(NOW), now=NOW)


def test_each_setup_has_a_secret_of_its_own(board, encryption, user):
    with board.transaction() as session:
        begin_setup(session, encryption, user.id)
        first = secret_in_setup(session, encryption, user.id)
        begin_setup(session, encryption, user.id)
        assert secret_in_setup(session, encryption, user.id) != first


def test_an_app_in_use_is_not_replaced_by_a_setup(board, encryption, user, totp, use):
    with board.transaction() as session:
        assert not begin_setup(session, encryption, user.id)
    assert use(totp.at(NOW))


def test_removing(board, user, totp, use):
    with board.transaction() as session:
        assert remove_app(session, user.id)
        assert not remove_app(session, user.id)
    assert not use(totp.at(NOW))


def test_another_secret_key_is_said_in_the_log(board, user, totp, caplog):
    with board.transaction() as session:
        other = SecretEncryption("another secret key of the board")
        assert not use_totp_code(session, other, user.id, totp.at(NOW), now=NOW)
    assert "secret key" in caplog.text


def test_the_database_does_not_hold_the_secret(board, user, totp):
    (row,) = board.facts()["totp_factors"]
    assert totp.secret not in repr(row)
