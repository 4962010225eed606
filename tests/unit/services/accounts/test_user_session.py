"""Logins: opened, found, renewed and ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD, PASSWORD_SETTINGS
from sqlalchemy import select, update

from qaboard.http.client import Client
from qaboard.models import SecurityEvent, UserSession, utc_now
from qaboard.security.passwords import PasswordHashing
from qaboard.security.tokens import hash_token
from qaboard.services.accounts.user_session import (
    SESSIONS_MAX_COUNT,
    Credentials,
    WrongPassword,
    authenticate,
    close_session,
    end_session,
    end_sessions,
    find_authenticated,
    find_login,
    find_pending_session,
    list_sessions,
    open_session,
    record_login_failure,
    renew_session,
)

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def passwords() -> PasswordHashing:
    return PasswordHashing(PASSWORD_SETTINGS)


def tokens_of(session, user) -> set[bytes]:
    return set(session.scalars(select(UserSession.token_hash).filter_by(user_id=user.id)))


def begin(session, user, **values) -> str:
    return open_session(session, user.id, lifetime=DAY, **values)


@pytest.mark.parametrize(
    "typed", ["Minji", "ｍｉｎｊｉ", "minji@example.com", "MINJI＠example.com"]
)
def test_an_account_is_found_by_its_name_or_confirmed_address(people, engine, typed):
    user = people.user("minji")
    attempt = find_login(engine, typed)
    assert (attempt.user_id, attempt.account) == (user.id, f"user {user.id}")


@pytest.mark.parametrize("typed", ["minji", "minji@example.com"])
@pytest.mark.parametrize(
    "columns",
    [
        {"username": "other", "email": "other@example.com"},
        {"username": "other", "email_verified_at": None},
        {"closing_at": utc_now() - DAY},
        {"username": "other", "email": None, "closed_at": utc_now()},
    ],
)
def test_no_account_is_found_otherwise(people, engine, typed, columns):
    people.user(**{"username": "minji", "email": "minji@example.com"} | columns)
    attempt = find_login(engine, typed)
    assert (attempt.user_id, attempt.account) == (None, f"nobody {typed}")


def test_a_right_password_gives_the_credentials_of_the_account(people, engine, passwords):
    user = people.user("minji")
    found = authenticate(passwords, find_login(engine, "minji"), PASSWORD, is_blocked=False)
    assert (found.user_id, found.new_hash) == (user.id, None)


@pytest.mark.parametrize(
    ("name", "password", "is_blocked"),
    [("minji", "wrong", False), ("minji", PASSWORD, True), ("nobody", PASSWORD, False)],
)
def test_wrong_unknown_and_blocked_are_one_refusal(
    people, engine, passwords, name, password, is_blocked
):
    people.user("minji")
    with pytest.raises(WrongPassword):
        authenticate(passwords, find_login(engine, name), password, is_blocked=is_blocked)


def test_credentials_end_when_the_password_changes_in_between(people, session):
    user = people.user()
    credentials = Credentials(user.id, user.password_hash, "newer parameters")
    assert find_authenticated(session, credentials).password_hash == "newer parameters"
    session.flush()
    with pytest.raises(WrongPassword):
        find_authenticated(session, credentials)


def test_the_oldest_logins_end_when_there_are_too_many(people, session):
    user = people.user()
    first = begin(session, user)
    pending = begin(session, user, is_pending=True)
    session.execute(update(UserSession).values(last_used_at=utc_now() - timedelta(hours=1)))
    for _ in range(SESSIONS_MAX_COUNT):
        begin(session, user)
    tokens = tokens_of(session, user)
    assert len(tokens) == SESSIONS_MAX_COUNT + 1
    assert hash_token(first) not in tokens
    assert hash_token(pending) in tokens


def test_a_pending_login_is_found_by_its_token_until_it_is_complete(people, session):
    user = people.user()
    token = begin(session, user, is_pending=True)
    assert find_pending_session(session, token, locked=True).user_id == user.id
    assert find_pending_session(session, begin(session, user)) is None
    for other in (None, "", "nonsense"):
        assert find_pending_session(session, other) is None


@pytest.mark.parametrize(
    "columns", [{"expires_at": utc_now() - DAY}, {"created_at": utc_now() + DAY}]
)
def test_a_pending_login_out_of_its_time_is_not_found(people, session, columns):
    token = begin(session, people.user(), is_pending=True)
    session.execute(update(UserSession).values(**columns))
    assert find_pending_session(session, token) is None


def test_a_renewed_login_has_another_token(people, session):
    user = people.user()
    old = begin(session, user)
    session.execute(update(UserSession).values(authenticated_at=utc_now() - DAY))
    row = session.scalar(select(UserSession))
    new = renew_session(session, row.id)
    session.refresh(row)
    assert row.token_hash == hash_token(new) != hash_token(old)
    assert row.authenticated_at < utc_now() - timedelta(hours=23)
    renew_session(session, row.id, authenticated=True)
    session.refresh(row)
    assert row.authenticated_at > utc_now() - timedelta(hours=1)


def test_nobody_ends_the_login_of_another_user(people, session):
    user, other = people.user(), people.user()
    begin(session, user)
    login = session.scalar(select(UserSession.id))
    assert not end_session(session, other.id, login)
    assert end_session(session, user.id, login)
    assert not end_session(session, user.id, login)


def test_all_logins_of_a_user_end_but_one(people, session):
    user, other = people.user(), people.user()
    tokens = [begin(session, each) for each in (user, user, other)]
    kept = session.scalar(select(UserSession.id).filter_by(token_hash=hash_token(tokens[0])))
    end_sessions(session, user.id, keep=kept)
    assert tokens_of(session, user) == {hash_token(tokens[0])}
    close_session(session, kept)
    assert tokens_of(session, user) == set()
    assert len(tokens_of(session, other)) == 1


def test_logins_that_are_over_unused_or_pending_are_not_listed(people, session):
    user = people.user()
    for columns in (
        {"expires_at": utc_now() - DAY},
        {"last_used_at": utc_now() - 15 * DAY},
        {},
        {"last_used_at": utc_now() - timedelta(hours=1)},
    ):
        begin(session, user, client=Client(user_agent=str(sorted(columns))))
        newest = select(UserSession.id).order_by(UserSession.id.desc()).limit(1)
        if columns:
            session.execute(
                update(UserSession)
                .where(UserSession.id == newest.scalar_subquery())
                .values(**columns)
            )
    begin(session, user, is_pending=True)
    listed = list_sessions(session, user.id, idle=14 * DAY)
    assert [login.user_agent for login in listed] == ["[]", "['last_used_at']"]


def test_a_wrong_password_is_written_down_for_an_account_and_logged_for_nobody(
    people, engine, session, caplog
):
    user = people.user()
    with caplog.at_level("INFO"):
        record_login_failure(engine, user.id, Client("192.0.2.7"))
        record_login_failure(engine, None, Client("192.0.2.8"))
    assert [event.user_id for event in session.scalars(select(SecurityEvent))] == [user.id]
    assert "login_failure user=None actor=None address=192.0.2.8" in caplog.text
