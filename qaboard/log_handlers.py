"""Handlers of the log that write several entries at once.

A line for each request is a line more often than anything else is written. To write each by itself
costs a server with threads half as much as the request: whoever writes lets another thread go on,
and then waits for its turn.
"""

from __future__ import annotations

import logging
import threading
from logging.handlers import RotatingFileHandler

BATCH_SECONDS = 0.2
"""How long an entry waits for others if its record has ``may_wait``, as those of the access log; a
process that is killed loses what waits. Any other is written at once, with all before it."""


class _Batches:
    """What makes a handler with a stream one that writes in batches."""

    def __init__(self, *arguments, **options) -> None:
        self.entries: list[str] = []
        self.timer: threading.Timer | None = None
        super().__init__(*arguments, **options)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            # Here, where the request is known.
            entry = self.format(record) + self.terminator
        except Exception:
            self.handleError(record)
            return
        self.entries.append(entry)
        if not getattr(record, "may_wait", False):
            self.flush()
        elif self.timer is None:
            self.timer = threading.Timer(BATCH_SECONDS, self.flush)
            self.timer.daemon = True
            self.timer.start()

    def flush(self) -> None:
        with self.lock:
            entries, self.entries = self.entries, []
            if self.timer is not None:
                self.timer.cancel()
                self.timer = None
            if entries:
                self.write("".join(entries))
            super().flush()

    def write(self, text: str) -> None:
        try:
            self.stream.write(text)
        except (OSError, ValueError) as error:
            # As for all errors of the log: on standard error, if at all.
            self.handleError(logging.makeLogRecord({"msg": str(error)}))


class BatchedStreamHandler(_Batches, logging.StreamHandler):
    """Writes to a stream, such as standard output."""


class BatchedFileHandler(_Batches, RotatingFileHandler):
    """Writes to a file, which is rotated when it is as large as it may be."""

    def write(self, text: str) -> None:
        if self.stream is None:
            self.stream = self._open()
        if self.maxBytes and self.stream.tell() + len(text.encode()) >= self.maxBytes:
            self.doRollover()
        super().write(text)
