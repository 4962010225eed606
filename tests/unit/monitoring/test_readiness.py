"""A look at a part takes a bounded time, whatever the part does, and is not repeated at will."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from qaboard.monitoring import readiness
from qaboard.monitoring.readiness import OK, Finding, Readiness, State, check_disk


@pytest.fixture
def not_kept(monkeypatch):
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)


def test_what_is_raised_is_why_it_fails():
    def fail():
        raise ConnectionRefusedError("nobody listens\nhere")

    findings = Readiness({"mail": fail, "disk": lambda: OK}).findings()
    assert findings == {
        "mail": Finding(State.FAILING, "ConnectionRefusedError: nobody listens"),
        "disk": OK,
    }


def numbered(may_end: threading.Event | None = None) -> Callable[[], Finding]:
    """A check that finds another number each time, when it may end."""
    numbers = itertools.count(1)

    def look() -> Finding:
        number = next(numbers)
        if may_end is not None:
            may_end.wait(60)
        return Finding(State.OK, f"look {number}")

    return look


FIRST, SECOND = Finding(State.OK, "look 1"), Finding(State.OK, "look 2")


def test_a_part_that_hangs_is_said_to_and_looked_at_once(monkeypatch, not_kept):
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 0.05)
    may_end = threading.Event()

    parts = Readiness({"database": numbered(may_end), "mail": lambda: OK})
    for _ in range(5):
        findings = parts.findings()
        assert findings["database"] == Finding(State.FAILING, "no answer within 0.05 s")
        assert findings["mail"] == OK
    may_end.set()
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 60)
    assert parts.findings()["database"] == FIRST


def test_it_is_looked_at_again_after_a_while_only(monkeypatch):
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 60)
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 3600)
    parts = Readiness({"mail": numbered()})
    for _ in range(20):
        assert parts.findings() == {"mail": FIRST}
    parts.parts[0].known_until = 0.0
    assert parts.findings() == {"mail": SECOND}


def test_many_at_once_look_once(monkeypatch):
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 60)
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 3600)
    may_end, found = threading.Event(), []
    parts = Readiness({"mail": numbered(may_end)})
    threads = [threading.Thread(target=lambda: found.append(parts.findings())) for _ in range(10)]
    for thread in threads:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert found == [{"mail": FIRST}] * 10


def test_the_fullest_disk_counts_and_folders_that_are_not_there_do_not(tmp_path):
    folders = [tmp_path, Path("/nonexistent/folder")]
    assert check_disk(folders, 0).state is State.OK
    found = check_disk(folders, 10**9)
    assert found.state is State.FAILING
    assert "MiB are free" in found.detail
