"""Counted and slow statements."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from qaboard.http.request_context import RequestRecord, current_record
from qaboard.monitoring import statements
from qaboard.monitoring.statements import watch_statements


@pytest.fixture
def engine(own_engine):
    return own_engine


@pytest.fixture
def record():
    token = current_record.set(record := RequestRecord("abc"))
    yield record
    current_record.reset(token)


def test_the_statements_of_a_request_are_counted_without_the_beginning(engine, record):
    watch_statements(engine, slow_milliseconds=0)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("SELECT 1"))
        connection.execute(text("SELECT 2"))
    assert record.queries == 2


def test_outside_of_a_request_nothing_is_counted(engine):
    watch_statements(engine, slow_milliseconds=0)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


class SlowClock:
    """Each look at it is a second later."""

    def __init__(self) -> None:
        self.now = time.perf_counter()

    def perf_counter(self) -> float:
        self.now += 1
        return self.now


@pytest.mark.parametrize(("limit", "is_told"), [(500, True), (5000, False), (0, False)])
def test_a_slow_statement_is_told_without_its_values(engine, monkeypatch, caplog, limit, is_told):
    monkeypatch.setattr(statements, "time", SlowClock())
    watch_statements(engine, slow_milliseconds=limit)
    with engine.connect() as connection:
        connection.execute(text("SELECT\n  :name"), {"name": "my secret"})
    assert ("ms=1000.0 SELECT ?" in caplog.text) is is_told
    assert "my secret" not in caplog.text
