"""The state of a database, to be compared."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from qaboard.database.change_counter import DatabaseState, NoAnswerError, is_silence
from qaboard.database.engine import make_engine


@pytest.fixture
def engine(own_engine):
    return own_engine


@pytest.fixture
def state(engine) -> DatabaseState:
    return DatabaseState(engine)


def test_a_state_stays_until_somebody_commits(people, state):
    before = state.read()
    assert state.read() == before is not None
    people.user()
    assert state.read() != before


def test_what_is_rolled_back_is_no_change(people, state, session):
    user = people.user()
    before = state.read()
    session.delete(session.get_one(type(user), user.id))
    session.flush()
    session.rollback()
    assert state.read() == before


def test_after_the_connection_was_closed_the_state_is_another_one(state):
    before = state.read()
    state.close()
    assert state.read() not in (None, before)


def test_a_database_that_cannot_be_asked_has_no_state(tmp_path):
    engine = make_engine(make_url(f"sqlite:///{tmp_path}/missing/board.sqlite"))
    assert DatabaseState(engine).read() is None


def test_a_server_that_hangs_is_told_once_and_not_asked_again(state):
    told = []
    state.on_silence = lambda: told.append("silent")

    def hang(_connection):
        raise NoAnswerError

    state.ask = hang
    assert [state.read() for _ in range(3)] == [None] * 3
    state.probe()
    assert (told, state.is_silent) == (["silent"], True)


@pytest.mark.parametrize(
    ("error", "expected"), [(NoAnswerError(), True), (ConnectionError(), False)]
)
def test_silence_is_told_from_other_errors(error, expected):
    assert is_silence(error) is expected
