"""Limits of stored and imported values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.commands.export_format.limits import ROW_LIMITS, WrongValue, accept_stored, limit_of
from qaboard.models import Passkey, Post, SecurityEvent, User, UserSession, Vote, utc_now

USERS, POSTS = User.__table__, Post.__table__
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"


def accepts(column, value) -> bool:
    try:
        limit_of(column).accept(value)
    except WrongValue:
        return False
    return True


@pytest.mark.parametrize(
    ("column", "right", "wrong"),
    [
        (USERS.c.username, ["minji", "deleted user"], ["a b", "x", "<b>"]),
        (USERS.c.role, ["member", "admin"], ["owner", ""]),
        (USERS.c.password_hash, ["", HASH],
         ["x", HASH.replace("argon2id", "argon2i"), HASH.replace("m=19456", "m=99999999")]),
        (USERS.c.created_at, [utc_now()], [utc_now() + timedelta(days=1)]),
        (USERS.c.closing_at, [utc_now() + timedelta(days=1)], [utc_now().replace(year=1960)]),
        (POSTS.c.body, ["x", ""], ["x" * 30_001, "x\x00"]),
        (POSTS.c.version, [1, 10**9], [0, 10**9 + 1]),
        (POSTS.c.id, [1, 2**53 - 1], [0, 2**53]),
        (Vote.__table__.c.value, [1, -1], [0, 2]),
        (Passkey.__table__.c.credential_id, [b"x"], [b"", b"x" * 1024]),
        (Passkey.__table__.c.public_key, [], [b"nonsense"]),
        (UserSession.__table__.c.user_agent, ["Firefox"], ["a\nb", "é"]),
        (SecurityEvent.__table__.c.details, [{}, {"posts": 3, "reason": "Links"}],
         [{"posts": "3"}, {"X": 1}, {"until": "soon"}, {"x": "a\x00"}, {"x": []}]),
    ],
)  # fmt: skip
def test_a_column_takes_what_the_board_writes_and_nothing_else(column, right, wrong):
    assert [accepts(column, value) for value in right] == [True] * len(right)
    assert [accepts(column, value) for value in wrong] == [False] * len(wrong)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"username": "minji", "email": "a@x.com", "password_hash": "h", "closed_at": None}, True),
        ({"username": "minji", "email": None, "password_hash": "h", "closed_at": None}, False),
        ({"username": "deleted user", "email": None, "password_hash": "", "closed_at": 1}, True),
        ({"username": "deleted user", "email": None, "password_hash": "h", "closed_at": 1}, False),
        ({"username": "minji", "email": None, "password_hash": "", "closed_at": 1}, False),
    ],
)
def test_a_closed_account_and_no_other_has_nothing_personal(row, expected):
    assert all(limit.holds(row) for limit in ROW_LIMITS[USERS]) is expected


@pytest.mark.parametrize("value", ["[]", "{", None, '{"X": 1}'])
def test_stored_json_is_an_object_that_the_board_writes(value):
    with pytest.raises(WrongValue):
        accept_stored(SecurityEvent.__table__.c.details, value)
    accept_stored(SecurityEvent.__table__.c.details, '{"posts": 1}')
