"""The server: waitress, which finishes what it has begun before it stops.

waitress by itself ends at once on SIGTERM, with what it was just answering, and on Ctrl+C it
cancels the requests that wait for a thread.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher

from qaboard.request_record import MONITORING_PATHS

log = logging.getLogger(__name__)

LISTEN_VARIABLE = "QABOARD_LISTEN"
"""Where this process listens: the path of a Unix socket, or an address such as 127.0.0.1:6543."""

STOP_SECONDS = 30
"""How long a process that stops goes on with requests that it has accepted."""

MONITORING_THREADS_COUNT = 2
"""/readyz may take seconds; /healthz does not wait for it."""

EXHAUSTED_PAUSE_SECONDS = 0.1
TOLD_AGAIN_SECONDS = 60
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

CONNECTING_SECONDS = 0.1
"""How long whoever has just found the file of a socket may take to be connected: an instant."""


class Threads(ThreadedTaskDispatcher):
    """The threads that answer, of which monitoring has its own: it is answered while all others
    wait for a database."""

    def __init__(self) -> None:
        super().__init__()
        self.of_monitoring = ThreadedTaskDispatcher()
        self.of_monitoring.set_thread_count(MONITORING_THREADS_COUNT)

    def add_task(self, task: HTTPChannel) -> None:
        # A message that cannot be read has no path.
        if getattr(task.requests[0], "path", "") in MONITORING_PATHS:
            self.of_monitoring.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        self.of_monitoring.shutdown(cancel_pending, timeout)
        return super().shutdown(cancel_pending, timeout)


def serve(application: Callable, _global_config: dict[str, str], **options: Any) -> int:
    """Serve until SIGTERM or Ctrl+C, then answer what has been accepted; a second one ends at once.

    PasteDeploy calls it with the section ``[server:main]``: the options of waitress.

    Who stops takes its socket's file away first, so that a proxy which goes on to the next process
    when it cannot connect loses nothing, not even a form.
    """
    options["listen"] = listen = os.environ.get(LISTEN_VARIABLE) or options["listen"]
    path = listen if listen.startswith("/") else None
    if path:
        del options["listen"]
        # Its group may write, which is connecting. waitress calls whoever does "localhost".
        options |= {"unix_socket": path, "unix_socket_perms": "660", "trusted_proxy": "localhost"}
    dispatchers: dict[int, wasyncore.dispatcher] = {}
    threads = Threads()
    server = waitress.create_server(application, map=dispatchers, _dispatcher=threads, **options)
    threads.set_thread_count(server.adj.threads)
    for listener in [one for one in dispatchers.values() if one.accepting]:
        listener.accept = accept_or_pause(listener.accept)
    is_stopping = False

    def stop(*_signal) -> None:
        nonlocal is_stopping
        is_stopping = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, reopen_log)

    timeout, use_poll = server.adj.asyncore_loop_timeout, server.adj.asyncore_use_poll

    def take_turn() -> None:
        wasyncore.loop(timeout, use_poll, dispatchers, count=1)

    # Whoever asks from here on is answered.
    where = listen if path else " ".join(f"http://{address}" for address in listen.split())
    log.info("listening on %s", where)
    tell_service_manager()
    while not is_stopping:
        take_turn()
    if path:
        Path(path).unlink(missing_ok=True)
        time.sleep(CONNECTING_SECONDS)
    stop_listening(dispatchers)
    deadline = time.monotonic() + STOP_SECONDS
    while close_idle(dispatchers) and time.monotonic() < deadline:
        take_turn()
    server.task_dispatcher.shutdown()
    return 0


def accept_or_pause(accept: Callable[[], Any]) -> Callable[[], Any]:
    """Have a listener that has no file descriptors left say so and pause, for it would be asked
    again at once and without end.

    :param accept: the method of the listener that accepts a connection.
    """
    told_at = -math.inf

    def accept_if_possible() -> Any:
        nonlocal told_at
        try:
            return accept()
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            if time.monotonic() >= told_at + TOLD_AGAIN_SECONDS:
                told_at = time.monotonic()
                log.error("no connection can be accepted: %s", error.strerror)
            time.sleep(EXHAUSTED_PAUSE_SECONDS)
            return None

    return accept_if_possible


def reopen_log(*_signal) -> None:
    """Have the files of the log opened again after somebody has moved them.

    Each entry sees to it that they are in place, so one is all there is to do.
    """
    log.info("SIGHUP: the log goes on")


def tell_service_manager() -> None:
    """Tell systemd, if it waits for that, that the service has started (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notification:
            # One that begins with @ is abstract.
            abstract = f"\0{address[1:]}" if address.startswith("@") else address
            notification.sendto(b"READY=1", abstract)


def stop_listening(dispatchers: dict[int, wasyncore.dispatcher]) -> None:
    """Accept all who are connected already, and nobody after them."""
    for listener in [one for one in dispatchers.values() if one.accepting]:
        count = -1
        while count < len(dispatchers):
            count = len(dispatchers)
            listener.handle_accept()
        # Not the listener's own method: threads still need the trigger that it would close, too.
        wasyncore.dispatcher.close(listener)


def close_idle(dispatchers: dict[int, wasyncore.dispatcher]) -> bool:
    """Close the connections that only wait for a further request.

    :return: whether there are others.
    """
    channels = [one for one in dispatchers.values() if isinstance(one, HTTPChannel)]
    for channel in channels:
        has_been_answered = channel.last_activity > channel.creation_time
        if has_been_answered and not (
            channel.requests or channel.request or channel.total_outbufs_len
        ):
            channel.will_close = True
    return bool(channels)
