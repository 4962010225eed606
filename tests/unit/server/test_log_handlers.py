"""Entries are written in order, and whatever a disk does stops nobody who logs."""

from __future__ import annotations

import errno
import io
import logging
import os
import resource
import threading
from logging.config import BaseConfigurator

import pytest
from waiting import wait_until

from qaboard.server import log_handlers
from qaboard.server.log_handlers import QueuedFileHandler, QueuedStreamHandler


@pytest.fixture
def make_log(tmp_path):
    """Makes a log that is written into a file."""
    handlers = []

    def make(maximum_bytes: int = 0, count: int = 3, path=tmp_path / "log"):
        handler = QueuedFileHandler(str(path), maximum_bytes, count)
        handlers.append(handler)
        log = logging.Logger("log")
        log.addHandler(handler)
        return log, handler, path

    yield make
    for handler in handlers:
        handler.close()


@pytest.fixture
def at_once(monkeypatch):
    """Entries do not gather."""
    monkeypatch.setattr(log_handlers, "BATCH_SECONDS", 0)


def write(log: logging.Logger, path, text: str) -> None:
    """Log something, and wait until it is written."""
    log.info("%s", text)
    wait_until(lambda: path.exists() and text in path.read_text("utf-8"), f"no {text}")


def fail(log: logging.Logger, handler) -> OSError:
    """Log until the handler has failed."""

    def has_failed() -> bool:
        log.info("lost")
        return handler.error is not None

    wait_until(has_failed, "all is written")
    return handler.error


def test_entries_are_written_soon_and_all_at_the_end(make_log):
    log, handler, path = make_log()
    write(log, path, "하나")
    for number in range(3):
        log.info("%s", number)
    handler.close()
    assert path.read_text("utf-8") == "하나\n0\n1\n2\n"


def test_a_file_is_rotated_before_it_is_too_large(make_log, tmp_path):
    log, handler, path = make_log(100)
    for number in range(6):
        log.info("%s", str(number) * 40)
    handler.close()
    files = sorted(tmp_path.glob("log*"))
    assert [each.name for each in files] == ["log", "log.1", "log.2"]
    assert all(each.stat().st_size <= 100 for each in files)
    assert "5" * 40 in path.read_text()


def test_threads_lose_nothing(make_log):
    log, handler, path = make_log()

    def write_many(name: int) -> None:
        for number in range(500):
            log.info("%s %s", name, number)

    threads = [threading.Thread(target=write_many, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handler.close()
    assert sorted(path.read_text().split("\n")[:-1]) == sorted(
        f"{name} {number}" for name in range(4) for number in range(500)
    )


def test_what_cannot_be_formatted_stops_nobody(make_log, capsys):
    log, handler, path = make_log()
    log.info("%d", "no number")
    log.info("next")
    handler.close()
    assert path.read_text() == "next\n"
    assert "no number" in capsys.readouterr().err


def test_a_file_that_was_moved_or_removed_is_opened_again(make_log, tmp_path, at_once):
    log, _handler, path = make_log()
    write(log, path, "one")
    path.rename(tmp_path / "moved")
    write(log, path, "two")
    path.unlink()
    write(log, path, "three")
    assert (tmp_path / "moved").read_text() == "one\n"
    assert path.read_text() == "three\n"


def test_a_folder_that_is_moved_away_and_back(make_log, tmp_path, at_once, capfd):
    folder = tmp_path / "folder"
    folder.mkdir()
    log, handler, path = make_log(path=folder / "log")
    write(log, path, "one")
    folder.rename(tmp_path / "elsewhere")
    assert fail(log, handler).errno == errno.ENOENT
    (tmp_path / "elsewhere").rename(folder)
    write(log, path, "two")
    assert handler.error is None
    assert set(path.read_text().splitlines()) <= {"one", "lost", "two"}
    assert capfd.readouterr().err.count("qaboard: the log cannot be written: ") == 1


def test_a_disk_without_room(at_once, capfd):
    # As an ini file for journals has it, on a device that is always full.
    with open("/dev/full", "w") as full:
        handler = QueuedStreamHandler(full)
        log = logging.Logger("log")
        log.addHandler(handler)
        assert fail(log, handler).errno == errno.ENOSPC
        # It is told once, and not for each.
        for _ in range(3):
            fail(log, handler)
        handler.close()
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
    assert capfd.readouterr().err.count("No space left on device") == 1


def test_a_file_that_is_as_large_as_the_system_lets_it_be(make_log, at_once):
    log, handler, path = make_log()
    write(log, path, "one")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 2, limits[1]))
    try:
        assert fail(log, handler).errno == errno.EFBIG
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    write(log, path, "two")
    # What was written of an entry is no beginning of the next one.
    assert path.read_text().splitlines()[-1] == "two"


class BrokenDisk(io.StringIO):
    """A file on a disk that has broken."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_a_disk_that_has_broken(make_log, at_once):
    log, handler, path = make_log()
    write(log, path, "one")
    handler.target.stream.close()
    handler.target.stream = BrokenDisk()
    handler.target._is_in_place = lambda: True
    assert fail(log, handler).errno == errno.EIO
    # The file is opened again.
    write(log, path, "two")


def test_a_rotation_that_is_refused_loses_nothing(make_log, at_once, monkeypatch, capfd):
    log, handler, path = make_log(100)

    def refuse(*_names) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(handler.target, "rotate", refuse)
        for number in range(6):
            write(log, path, str(number) * 40)
    assert path.read_text().split() == [str(number) * 40 for number in range(6)]
    assert "Permission denied" in capfd.readouterr().err
    handler.target.rotates_from = 0
    write(log, path, "after")
    assert path.read_text() == "after\n"


def test_a_disk_that_hangs_holds_nobody_up(make_log, at_once, monkeypatch):
    monkeypatch.setattr(log_handlers, "QUEUE_MAX_LENGTH", 10)
    log, handler, path = make_log()
    # As the thread that writes has it while it waits for the disk.
    with handler.target.lock:
        for number in range(50):
            log.info("%s", number)
    wait_until(handler.queue.empty, "they still wait")
    write(log, path, "after")
    assert 10 <= len(path.read_text().split()) <= 13


@pytest.mark.parametrize("place", ["missing/log", "file/log"])
def test_a_folder_that_cannot_be_is_one_sentence(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match=r"qaboard: The log cannot be written to .+ must exist"):
        QueuedFileHandler(str(tmp_path / place), 0, 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("qaboard.server.log_handlers.BatchedFileHandler", log_handlers.QueuedHandler),
        ("qaboard.server.log_handlers.QueuedStreamHandler", log_handlers.QueuedHandler),
        ("qaboard.server.log_formatters.EntryFormatter", logging.Formatter),
        ("qaboard.server.log_formatters.JSONFormatter", logging.Formatter),
    ],
)
def test_the_log_classes_of_a_kept_ini_file_are_found(name, kind):
    # As logging.config reads them from an ini file.
    assert issubclass(BaseConfigurator({}).resolve(name), kind)
