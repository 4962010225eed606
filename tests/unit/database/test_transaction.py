"""Transactions outside of requests, and their retries."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from qaboard.database import transaction
from qaboard.database.transaction import (
    TRANSACTION_ATTEMPTS,
    make_session,
    make_snapshot_session,
    run_transaction,
)
from qaboard.models import User


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(transaction, "RETRY_MAX_SECONDS", 0)


@pytest.fixture
def rename(people):
    """Renames a user by a function that meets others in its way for a number of times."""
    user = people.user("minji")

    def make(failures: int, error: Exception):
        left = iter([error] * failures)

        def act(session):
            session.get_one(User, user.id).username = "sumin"
            session.flush()
            for each in left:
                raise each
            return "done"

        return act

    return make


@pytest.mark.parametrize("error", [StaleDataError(), IntegrityError("x", {}, Exception())])
def test_what_met_another_one_is_done_again(people, engine, rename, error):
    assert run_transaction(engine, rename(TRANSACTION_ATTEMPTS - 1, error)) == "done"
    assert [user.username for user in people.users()] == ["sumin"]


@pytest.mark.parametrize(
    ("failures", "error"),
    [(TRANSACTION_ATTEMPTS, StaleDataError()), (1, OperationalError("x", {}, Exception()))],
)
def test_what_does_not_get_through_writes_nothing(people, engine, rename, failures, error):
    with pytest.raises(type(error)):
        run_transaction(engine, rename(failures, error))
    assert [user.username for user in people.users()] == ["minji"]


def test_a_reader_does_not_wait_for_a_writer_and_sees_one_state(people, engine):
    with make_snapshot_session(engine) as reader:
        assert reader.scalars(select(User.id)).all() == []
        people.user()
        assert reader.scalars(select(User.id)).all() == []
    with make_session(engine, writes=False) as reader:
        assert len(reader.scalars(select(User.id)).all()) == 1
