"""Entries of the log: each has the id of its request, and none can begin another one."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter

from qaboard.http.request_context import request_id

CONTINUATION = "    "

JSON_NAMES = {
    "asctime": "time",
    "levelname": "level",
    "name": "logger",
    "process": "process",
    "request_id": "request_id",
    "message": "message",
    "exc_info": "traceback",
    "stack_info": "stack",
}
"""What `logging` calls a part of an entry, and its name in JSON."""


class EntryFormatter(logging.Formatter):
    """Indents all lines of an entry but the first; ``%(request_id)s`` is the id of the request.

    Errors quote what was sent, and a line in it could look like an entry of its own.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id()
        # All that a reader of the file might take for the end of a line, not "\n" alone.
        return f"\n{CONTINUATION}".join(super().format(record).splitlines())


class JSONFormatter(JsonFormatter):
    """Makes each entry one line with one JSON object, for programs that collect logs.

    What an entry was logged with as ``extra`` stands beside what all have. The line is ASCII, so
    nothing in it can be taken for the end of a line.

    The arguments that `logging.config` gives to every formatter are not looked at.
    """

    def __init__(self, *_arguments: object) -> None:
        always = [name for name in JSON_NAMES if name not in ("exc_info", "stack_info")]
        super().__init__(always, rename_fields=JSON_NAMES)

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id()
        return super().format(record)

    def formatTime(  # noqa: N802  # that of logging
        self, record: logging.LogRecord, _datefmt: str | None = None
    ) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
