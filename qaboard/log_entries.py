"""Entries of the log: whatever is in one, it begins no other."""

from __future__ import annotations

import logging

CONTINUATION = "    "


class EntryFormatter(logging.Formatter):
    """Indents all lines of an entry but the first.

    Errors quote what was sent, and a line in it could look like an entry of its own.
    """

    def format(self, record: logging.LogRecord) -> str:
        # All that a reader of the file might take for the end of a line, not "\n" alone.
        return f"\n{CONTINUATION}".join(super().format(record).splitlines())
