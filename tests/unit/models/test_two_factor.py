"""The condition for a second factor."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from qaboard.models import Passkey, RecoveryCode, TOTPFactor, User, second_factor_exists, utc_now

KEY = {"credential_id": b"x", "public_key": b"y", "sign_count": 0, "name": "z"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], False),
        ([TOTPFactor(encrypted_secret="x", confirmed_at=utc_now())], True),
        ([TOTPFactor(encrypted_secret="x")], False),
        ([Passkey(**KEY)], True),
        ([RecoveryCode(code_hash=b"x")], False),
    ],
)
def test_a_user_has_one_by_a_confirmed_app_or_a_passkey(people, session, rows, expected):
    user = people.user()
    people.user()
    for row in rows:
        row.user_id = user.id
        session.add(row)
    found = session.scalars(select(User.id).where(second_factor_exists())).all()
    assert found == ([user.id] if expected else [])
    session.rollback()
    for row in rows:
        row.user_id = None
