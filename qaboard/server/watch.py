"""Notice a PostgreSQL server that hangs, and end the waiting of all who have asked it.

A server whose processes are frozen, or whose disk is, keeps its connections open and answers
nothing; neither keepalives nor timeouts of the server end the wait. So while connections are in
use the server is asked for its state each second. When it does not answer, the sockets of all its
connections are shut down, which ends every wait with an error; and until it answers again nobody
else connects to it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import weakref

from sqlalchemy import Engine, event

from qaboard.database.change_counter import DatabaseState

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0


class ServerWatch:
    """Watches the server of an engine, from the first connection until the engine is disposed of.

    :param engine: of a PostgreSQL server.
    :param state: asks it.
    """

    def __init__(self, engine: Engine, state: DatabaseState) -> None:
        self.engine = engine
        self.state = state
        self.sockets: dict[int, socket.socket] = {}
        self.lock = threading.RLock()
        self.thread: threading.Thread | None = None
        self.is_over = threading.Event()
        state.on_silence = self._cut
        event.listen(engine, "do_connect", self._refuse_while_silent)
        event.listen(engine, "connect", self._note_connection)
        event.listen(engine, "engine_disposed", self._end)

    def _refuse_while_silent(self, dialect, *_arguments) -> None:
        if self.state.is_silent and threading.current_thread() is not self.thread:
            raise dialect.loaded_dbapi.OperationalError("the database server does not answer")

    def _note_connection(self, connection, _record) -> None:
        # A descriptor of its own: nobody else can have been given the number meanwhile.
        with self.lock:
            # Without a descriptor to be had, it is not watched.
            with contextlib.suppress(OSError):
                self.sockets[id(connection)] = socket.socket(fileno=os.dup(connection.fileno()))
                weakref.finalize(connection, self._forget_connection, id(connection))
            if self.thread is None or self.is_over.is_set():
                self.is_over = threading.Event()
                self.thread = threading.Thread(
                    target=self._run, args=(self.is_over,), name="server watch", daemon=True
                )
                self.thread.start()

    def _forget_connection(self, number: int) -> None:
        with self.lock:
            self.sockets.pop(number).close()

    def _end(self, _engine: Engine) -> None:
        with self.lock:
            self.is_over.set()

    def _run(self, is_over: threading.Event) -> None:
        while not is_over.wait(INTERVAL_SECONDS):
            if self.state.is_silent:
                self.state.probe()
                if not self.state.is_silent:
                    log.warning("the database server at %s answers again", self._place())
            elif self.engine.pool.checkedout():
                self.state.probe()

    def _cut(self) -> None:
        with self.lock:
            sockets = list(self.sockets.values())
        log.error(
            "the database server at %s does not answer: %s connections are given up",
            self._place(),
            len(sockets),
        )
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _place(self) -> str:
        url = self.engine.url
        return f"{url.host or url.query.get('host', 'localhost')}:{url.port or 5432}"


def includeme(config) -> None:
    registry = config.registry
    engine, replica = registry["engine"], registry["replica"]
    if engine.dialect.name == "postgresql":
        registry["server_watches"] = [ServerWatch(engine, registry["database_state"])]
        if replica is not None:
            registry["server_watches"].append(ServerWatch(replica.engine, replica.state))
