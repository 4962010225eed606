"""The last administrator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qaboard.models import Role, User, utc_now
from qaboard.services.accounts.administrators import (
    check_not_last_admin,
    has_rights,
    lock_accounts,
)
from qaboard.services.errors import Refusal

TOMORROW = utc_now() + timedelta(days=1)
YESTERDAY = utc_now() - timedelta(days=1)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, True),
        ({"suspended_until": TOMORROW}, False),
        ({"suspended_until": YESTERDAY}, True),
        ({"closed_at": YESTERDAY}, False),
    ],
)
def test_a_user_has_the_rights_of_the_role_unless_suspended_or_gone(columns, expected):
    assert has_rights(User(role=Role.ADMIN, **columns)) is expected


@pytest.mark.parametrize(
    "columns",
    [
        None,
        {"role": Role.MODERATOR},
        {"role": Role.ADMIN, "suspended_until": TOMORROW},
        {"role": Role.ADMIN, "closing_at": TOMORROW},
    ],
)
def test_an_admin_is_the_last_one_where_no_other_can_act(people, session, columns):
    admin = people.user(role=Role.ADMIN)
    if columns:
        people.user(**columns)
    with pytest.raises(Refusal):
        check_not_last_admin(session, lock_accounts(session, [admin.id])[admin.id])


def test_another_admin_who_can_act_is_enough(people, session):
    admin = people.user(role=Role.ADMIN)
    people.user(role=Role.ADMIN)
    check_not_last_admin(session, lock_accounts(session, [admin.id])[admin.id])


def test_the_accounts_that_are_asked_for_come_with_all_admins(people, session):
    member, admin = people.user(), people.user(role=Role.ADMIN)
    people.user()
    assert set(lock_accounts(session, [member.id])) == {member.id, admin.id}
