"""Recovery codes: how they are made, and that each works once and for one user."""

from __future__ import annotations

import re

import pytest
from second_factors import add_recovery_codes

from qaboard.services.accounts.two_factor.recovery_code import (
    make_recovery_codes,
    use_recovery_code,
)


@pytest.fixture
def user(board):
    return board.user()


@pytest.fixture
def use(board):
    def use(user, code: str) -> bool:
        with board.transaction() as session:
            return use_recovery_code(session, user.id, code)

    return use


def test_ten_different_ones_of_120_bits(board, user):
    codes = add_recovery_codes(board, user)
    assert len(set(codes)) == 10
    for code in codes:
        assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){5}", code)


def test_each_works_once(board, user, use):
    first, second, *_ = add_recovery_codes(board, user)
    assert use(user, first)
    assert not use(user, first)
    # Small letters, and no hyphens, as people type.
    assert use(user, second.lower().replace("-", ""))
    assert len(board.facts()["recovery_codes"]) == 8


def test_those_of_another_user_do_not_work(board, user, use):
    other = board.user()
    add_recovery_codes(board, user)
    code, *_ = add_recovery_codes(board, other)
    assert not use(user, code)
    assert use(other, code)


def test_new_ones_end_the_old_ones(board, user, use):
    old, *_ = add_recovery_codes(board, user)
    with board.transaction() as session:
        new, *_ = make_recovery_codes(session, user.id)
    assert not use(user, old)
    assert use(user, new)


@pytest.mark.parametrize("code", ["", "-", "ABCD", "한글", "\ud800", "x" * 10_000])
def test_anything_else_does_not_work(board, user, use, code):
    add_recovery_codes(board, user)
    assert not use(user, code)


def test_the_database_holds_their_hashes_only(board, user):
    codes = add_recovery_codes(board, user)
    held = repr(board.facts()["recovery_codes"])
    assert not any(code in held or code.replace("-", "") in held for code in codes)
