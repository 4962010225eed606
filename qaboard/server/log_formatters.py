"""Entries of the log: each has the id of its request, and none can begin another one."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from qaboard.http.request_context import request_id

CONTINUATION = "    "


class EntryFormatter(logging.Formatter):
    """Indents all lines of an entry but the first; ``%(request_id)s`` is the id of the request.

    Errors quote what was sent, and a line in it could look like an entry of its own.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id()
        # All that a reader of the file might take for the end of a line, not "\n" alone.
        return f"\n{CONTINUATION}".join(super().format(record).splitlines())


class JSONFormatter(logging.Formatter):
    """Makes each entry one line with one JSON object, for programs that collect logs.

    An entry that was logged with ``extra={"fields": {...}}`` has these beside what all have. The
    line is ASCII, so nothing in it can be taken for the end of a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        entry = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "request_id": request_id(),
            "message": record.getMessage(),
        }
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            entry["stack"] = self.formatStack(record.stack_info)
        return json.dumps(entry, default=str)
