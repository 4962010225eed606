"""Single-use tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from qaboard.database.transaction import make_session
from qaboard.models import SingleUseToken, TokenPurpose, utc_now
from qaboard.services.accounts.single_use_token import (
    end_tokens,
    find_token,
    issue_token,
    use_token,
)

RESET, VERIFY = TokenPurpose.RESET_PASSWORD, TokenPurpose.VERIFY_EMAIL
HOUR = timedelta(hours=1)


@pytest.fixture
def user_id(people) -> int:
    return people.user().id


def issue(session, user_id, purpose=RESET) -> str:
    return issue_token(session, purpose, lifetime=HOUR, user_id=user_id)


def test_a_token_is_found_as_often_as_it_is_looked_for_and_used_once(session, user_id):
    token = issue(session, user_id)
    for _ in range(2):
        row = find_token(session, RESET, token)
        assert row.user_id == user_id
    assert use_token(session, row)
    assert find_token(session, RESET, token) is None


def test_of_two_who_found_a_token_the_second_uses_nothing(session, engine, user_id):
    token = issue(session, user_id)
    session.commit()
    row = find_token(session, RESET, token)
    with make_session(engine, writes=False) as other:
        seen_by_other = find_token(other, RESET, token)
        other.expunge(seen_by_other)
    assert use_token(session, row)
    session.add(seen_by_other)
    assert not use_token(session, seen_by_other)


def test_a_token_is_for_one_purpose(session, user_id):
    assert find_token(session, VERIFY, issue(session, user_id)) is None


def test_a_newer_token_of_the_purpose_ends_the_older_one(session, user_id):
    older, other = issue(session, user_id), issue(session, user_id, VERIFY)
    newer = issue(session, user_id)
    assert find_token(session, RESET, older) is None
    assert find_token(session, RESET, newer) is not None
    assert find_token(session, VERIFY, other) is not None


@pytest.mark.parametrize(
    "columns",
    [
        {"expires_at": utc_now() - timedelta(seconds=1)},
        # Issued before the clock was set back.
        {"created_at": utc_now() + HOUR, "expires_at": utc_now() + 2 * HOUR},
    ],
)
def test_a_token_out_of_its_time_does_not_work(session, user_id, columns):
    token = issue(session, user_id)
    session.execute(update(SingleUseToken).values(**columns))
    assert find_token(session, RESET, token) is None


def test_the_database_holds_no_token(session, user_id):
    token = issue(session, user_id)
    stored = session.scalar(select(SingleUseToken.token_hash))
    assert token.encode() not in stored
    assert find_token(session, RESET, "") is None


def test_tokens_end_by_purpose_or_all_of_them(session, user_id):
    tokens = {purpose: issue(session, user_id, purpose) for purpose in (RESET, VERIFY)}
    end_tokens(session, user_id, RESET)
    assert find_token(session, RESET, tokens[RESET]) is None
    assert find_token(session, VERIFY, tokens[VERIFY]) is not None
    end_tokens(session, user_id)
    assert find_token(session, VERIFY, tokens[VERIFY]) is None
