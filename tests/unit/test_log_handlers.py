"""Entries are written in batches: none is lost, and what matters does not wait."""

from __future__ import annotations

import logging
import threading

import pytest
from waiting import wait_until

from qaboard import log_handlers
from qaboard.log_handlers import BatchedFileHandler

MAY_WAIT = {"may_wait": True}


@pytest.fixture
def make_log(tmp_path):
    """Makes a log that is written into a file."""
    handlers = []

    def make(**options):
        handler = BatchedFileHandler(tmp_path / "log", encoding="utf-8", **options)
        handlers.append(handler)
        log = logging.Logger("log")
        log.addHandler(handler)
        return log, handler, tmp_path / "log"

    yield make
    for handler in handlers:
        handler.close()


def test_an_entry_waits_a_moment_for_others(make_log, monkeypatch):
    log, _handler, path = make_log()
    log.info("one", extra=MAY_WAIT)
    log.info("둘", extra=MAY_WAIT)
    wait_until(lambda: path.read_text("utf-8") == "one\n둘\n", "the entries are not written")
    log.info("three", extra=MAY_WAIT)
    wait_until(lambda: path.read_text("utf-8").endswith("three\n"), "nothing more is written")


def test_any_other_is_written_at_once_and_with_what_came_before(make_log, monkeypatch):
    monkeypatch.setattr(log_handlers, "BATCH_SECONDS", 1000)
    log, _handler, path = make_log()
    log.info("one", extra=MAY_WAIT)
    assert path.read_text() == ""
    log.info("two")
    assert path.read_text() == "one\ntwo\n"


def test_the_end_of_the_process_writes_what_waits(make_log, monkeypatch):
    monkeypatch.setattr(log_handlers, "BATCH_SECONDS", 1000)
    log, handler, path = make_log()
    log.info("one", extra=MAY_WAIT)
    handler.close()
    assert path.read_text() == "one\n"


def test_a_file_is_rotated_before_it_is_too_large(make_log, tmp_path):
    log, handler, path = make_log(maxBytes=100, backupCount=3)
    for number in range(6):
        log.info("%s", str(number) * 40)
        handler.flush()
    files = sorted(tmp_path.glob("log*"))
    assert [each.name for each in files] == ["log", "log.1", "log.2"]
    assert all(each.stat().st_size <= 100 for each in files)
    assert "5" * 40 in path.read_text()


def test_threads_lose_nothing(make_log):
    log, handler, path = make_log()

    def write(name: int) -> None:
        for number in range(500):
            log.info("%s %s", name, number, extra=MAY_WAIT)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handler.flush()
    assert sorted(path.read_text().split("\n")[:-1]) == sorted(
        f"{name} {number}" for name in range(4) for number in range(500)
    )


def test_what_cannot_be_formatted_stops_nobody(make_log, capsys):
    log, handler, path = make_log()
    log.info("%d", "no number")
    log.info("next", extra=MAY_WAIT)
    handler.flush()
    assert path.read_text() == "next\n"
    assert "no number" in capsys.readouterr().err
