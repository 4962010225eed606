"""The identity of a login, and the principals that it has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from second_factors import Device, add_passkey
from sqlalchemy import update

from qaboard.models import Role, UserSession, utc_now
from qaboard.security.identity import Restriction, load_identity, note_use
from qaboard.security.tokens import hash_token

NOW = utc_now()
DAY = timedelta(days=1)


def principals(identity) -> set[str]:
    return set(identity.principals) - {"system.Everyone", "system.Authenticated"}


def test_a_login_stands_for_its_user(people, read_identity):
    user = people.user("minji", locale="en")
    identity = read_identity(user)
    assert (identity.user_id, identity.username, identity.locale) == (user.id, "minji", "en")
    assert (identity.restriction, identity.has_drafts) == (None, False)
    assert identity.principals[:2] == ["system.Everyone", "system.Authenticated"]


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        (Role.MEMBER, {"role:member"}),
        (Role.MODERATOR, {"role:moderator"}),
        (Role.ADMIN, {"role:admin", "role:moderator"}),
    ],
)
def test_an_admin_may_do_what_a_moderator_may(people, read_identity, role, roles):
    user = people.user(role=role)
    assert principals(read_identity(user)) == {f"user:{user.id}", *roles}


@pytest.mark.parametrize(
    "columns",
    [
        {"closed_at": NOW, "email": None},
        {"closing_at": NOW - timedelta(seconds=1)},
    ],
)
def test_an_account_that_is_gone_has_no_identity(people, read_identity, columns):
    assert read_identity(people.user(**columns)) is None


def test_an_account_that_can_still_be_kept_has_one_until_then(people, read_identity):
    due = NOW + timedelta(hours=1)
    identity = read_identity(people.user(closing_at=due))
    assert (identity.closing_at, identity.right_until) == (due, due)


def test_a_suspended_user_is_read_only_and_has_no_role(people, read_identity):
    until = NOW + timedelta(hours=1)
    user = people.user(role=Role.ADMIN, suspended_until=until, suspension_reason="x")
    identity = read_identity(user)
    assert identity.restriction is Restriction.SUSPENDED
    assert principals(identity) == {f"user:{user.id}", "status:read_only"}
    assert identity.right_until == until


def test_a_suspension_that_is_over_restricts_nobody(people, read_identity):
    assert read_identity(people.user(suspended_until=NOW - DAY)).restriction is None


@pytest.mark.parametrize(
    ("require_verified", "restriction"), [(True, Restriction.UNVERIFIED), (False, None)]
)
def test_an_address_must_be_confirmed_where_the_board_asks_for_it(
    people, read_identity, require_verified, restriction
):
    user = people.user(email_verified_at=None)
    assert read_identity(user, require_verified=require_verified).restriction is restriction
    assert read_identity(people.user(), require_verified=True).restriction is None


def test_the_rights_of_a_role_wait_for_a_second_factor_where_the_board_asks_for_it(
    people, read_identity
):
    user = people.user(role=Role.MODERATOR)
    assert principals(read_identity(user, staff_second_factor=True)) == {
        f"user:{user.id}",
        "role:member",
    }
    assert "role:moderator" in principals(read_identity(user, staff_second_factor=False))
    add_passkey(people, Device(), user)
    assert "role:moderator" in principals(read_identity(user, staff_second_factor=True))


def test_whoever_was_purged_has_the_principal_of_that_moment(people, read_identity):
    user = people.user(purged_at=NOW)
    assert f"purged:{NOW.isoformat()}" in principals(read_identity(user))


@pytest.mark.parametrize(
    "columns",
    [
        {"expires_at": NOW - timedelta(seconds=1)},
        {"last_used_at": NOW - 15 * DAY},
        # Used before the clock was set back.
        {"last_used_at": NOW + DAY},
        {"is_pending": True},
    ],
)
def test_a_login_that_is_over_or_not_complete_stands_for_nobody(people, session, settings, columns):
    token = people.token(people.user())
    session.execute(update(UserSession).values(**columns))
    assert load_identity(session, hash_token(token), settings.accounts) is None


def test_another_token_stands_for_nobody(people, session, settings):
    people.token(people.user())
    assert load_identity(session, hash_token("nonsense"), settings.accounts) is None


def test_a_use_is_noted_for_one_login(people, session, settings):
    user = people.user()
    first, second = people.token(user), people.token(user)
    session.execute(update(UserSession).values(last_used_at=NOW - DAY))

    def read():
        return [
            load_identity(session, hash_token(each), settings.accounts) for each in (first, second)
        ]

    found = read()
    note_use(session, found[0].session_id)
    again = read()
    assert again[0].last_used_at > NOW - timedelta(minutes=1)
    assert again[1].last_used_at == NOW - DAY
