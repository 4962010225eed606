"""Log handlers that write in a thread of their own, so no request waits for a disk or fails by it.

An entry is formatted where it is logged, since there the request is known, and queued; the thread
of the standard library's `QueueListener` writes it. What cannot be written is told on standard
error, now and then, and in ``/readyz``.
"""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import queue
import sys
import time
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import TextIO

QUEUE_MAX_LENGTH = 10_000
"""More entries than this do not wait for a disk that hangs: they are dropped."""

BATCH_SECONDS = 0.05
"""How long the thread lets entries gather: to be woken for each costs a busy process more than all
the writing."""

PAUSE_SECONDS = 60
"""How long a rotation that failed is not tried again, and a trouble is not told again."""

# What an operator has to put right before the start, unlike a disk that is full for now.
_MISCONFIGURED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EROFS})


class _Complaining:
    """Tells on standard error what keeps a handler from writing, at most once in `PAUSE_SECONDS`.

    ``error`` is what the last entry failed by, if it did.
    """

    error: BaseException | None = None
    has_failed = False
    told_at: float | None = None

    def handleError(self, _record: logging.LogRecord | None = None) -> None:  # noqa: N802  # that of logging
        self.error = sys.exc_info()[1]
        self.has_failed = True
        now = time.monotonic()
        if self.told_at is None or now >= self.told_at + PAUSE_SECONDS:
            self.told_at = now
            # Standard error may be on the same disk, or closed.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(f"qaboard: the log cannot be written: {self.error}\n")
                sys.stderr.flush()

    def emit(self, record: logging.LogRecord) -> None:
        # The error stays until an entry was written: /readyz may look meanwhile.
        self.has_failed = False
        super().emit(record)
        if not self.has_failed:
            self.error = self.told_at = None


class LogStream(_Complaining, logging.StreamHandler):
    """Writes to a stream, such as standard output."""


class LogFile(_Complaining, RotatingFileHandler):
    """Writes to a file, rotates it, and opens it again when it was moved, removed or unwritable."""

    rotates_from = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream is not None and not self._is_in_place():
            self._drop_stream()
        super().emit(record)
        if self.error is not None:
            # Its buffer holds what could not be written; the next entry begins on a new line.
            self._drop_stream()

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  # that of logging
        return time.monotonic() >= self.rotates_from and super().shouldRollover(record)

    def doRollover(self) -> None:  # noqa: N802  # that of logging
        """Rotate the files; where that is refused, the file grows meanwhile."""
        try:
            super().doRollover()
        except OSError:
            self.rotates_from = time.monotonic() + PAUSE_SECONDS
            self.handleError()

    def _open(self) -> TextIO:
        stream = super()._open()
        with contextlib.suppress(OSError), open(self.baseFilename, "rb") as file:
            file.seek(-1, io.SEEK_END)
            if file.read(1) != b"\n":
                stream.write("\n")
        return stream

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.baseFilename), os.fstat(self.stream.fileno()))
        except OSError:
            return False

    def _drop_stream(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


class _Listener(QueueListener):
    """Lets entries gather before it takes them."""

    def dequeue(self, block: bool) -> logging.LogRecord:
        if self.queue.empty():
            record = self.queue.get(block)
            time.sleep(BATCH_SECONDS)
            return record
        return self.queue.get(block)


class QueuedHandler(QueueHandler):
    """Queues entries for a handler that writes them.

    :param target: writes them.
    """

    def __init__(self, target: logging.Handler) -> None:
        super().__init__(queue.SimpleQueue())
        self.target = target
        self.listener = _Listener(self.queue, target)
        self.listener.start()

    @property
    def error(self) -> BaseException | None:
        """The error that keeps entries from being written at the moment, if there is one."""
        return self.target.error

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.queue.qsize() < QUEUE_MAX_LENGTH:
            self.queue.put(record)

    def close(self) -> None:
        """Write what waits, and end."""
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.stop()
            self.target.close()
        super().close()


class QueuedStreamHandler(QueuedHandler):
    """Has entries written to a stream, such as standard output."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(LogStream(stream))


class QueuedFileHandler(QueuedHandler):
    """Has entries written to a file, which is rotated.

    :param maximum_bytes: the size at which it is.
    :param count: of the older files that are kept.
    :raises SystemExit: with a sentence, when there is no such folder, or no right to write there.
    """

    def __init__(self, path: str, maximum_bytes: int, count: int) -> None:
        target = LogFile(path, "a", maximum_bytes, count, encoding="utf-8", delay=True)
        self.path = Path(target.baseFilename)
        try:
            target.stream = target._open()
        except OSError as error:
            if error.errno in _MISCONFIGURED:
                raise SystemExit(
                    f"qaboard: The log cannot be written to {path}: {error.strerror}. Its folder "
                    "must exist, and the account that runs the board must be able to write to it."
                ) from None
        super().__init__(target)


# Names from before: the ini file of an installed board serves the release before, too.
BatchedStreamHandler = QueuedStreamHandler
BatchedFileHandler = QueuedFileHandler
