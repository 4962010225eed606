"""A database server that hangs."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy.exc import OperationalError

from qaboard.database.change_counter import DatabaseState
from qaboard.server.watch import ServerWatch


@pytest.fixture
def engine(own_engine):
    return own_engine


@pytest.fixture
def state(engine) -> DatabaseState:
    return DatabaseState(engine)


@pytest.fixture
def watch(engine, state) -> ServerWatch:
    return ServerWatch(engine, state)


def test_nobody_connects_to_a_server_that_hangs(engine, state, watch):
    state.is_silent = True
    with pytest.raises(OperationalError, match="does not answer"):
        engine.connect()


def test_all_who_wait_for_it_are_cut_off_with_an_error(engine, state, watch, caplog):
    here, server = socket.socketpair()
    with here, server:
        here.settimeout(5)
        watch._note_connection(here, None)
        state.on_silence()
        assert here.recv(1) == b""
    assert "1 connections are given up" in caplog.text
    engine.dispose()
