"""The server: descriptors that run out, and the service manager."""

from __future__ import annotations

import errno
import socket

import pytest

from qaboard.server import serving
from qaboard.server.serving import accept_or_pause, reopen_log, tell_service_manager


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_without_descriptors_nobody_is_accepted_and_the_log_says_so_once(
    monkeypatch, caplog, number
):
    monkeypatch.setattr(serving, "EXHAUSTED_PAUSE_SECONDS", 0)

    def accept():
        raise OSError(number, "too many open files")

    accept_if_possible = accept_or_pause(accept)
    assert [accept_if_possible() for _ in range(3)] == [None] * 3
    assert caplog.text.count("no connection can be accepted") == 1


def test_another_error_is_raised_and_a_connection_handed_on():
    def accept():
        raise OSError(errno.EBADF, "bad")

    with pytest.raises(OSError, match="bad"):
        accept_or_pause(accept)()
    assert accept_or_pause(lambda: "connection")() == "connection"


@pytest.mark.parametrize("is_abstract", [True, False])
def test_the_service_manager_is_told_that_the_service_has_started(
    tmp_path, monkeypatch, is_abstract
):
    name = f"qaboard-{tmp_path.name}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}" if is_abstract else name)
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if is_abstract else name)
        tell_service_manager()
        assert manager.recv(100) == b"READY=1"


def test_without_a_service_manager_nobody_is_told(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell_service_manager()


def test_a_moved_log_gets_an_entry_that_opens_it_again(caplog):
    with caplog.at_level("INFO"):
        reopen_log()
    assert "the log goes on" in caplog.text
