"""Count SQL statements per request and log slow ones."""

from __future__ import annotations

import logging
import time

from sqlalchemy import Engine, event

from qaboard.http.request_context import current_record

log = logging.getLogger("qaboard.slow_queries")

STATEMENT_MAX_CHARACTERS = 2000


def watch_statements(engine: Engine, *, slow_milliseconds: int) -> None:
    """Count the statements of each request, and log the slow ones without their values.

    The beginning of a transaction is not counted, but can be slow: on SQLite it may wait for
    others who write.

    :param slow_milliseconds: what is slow; 0 logs none.
    """

    def begin(_connection, _cursor, statement, _parameters, context, _many) -> None:
        record = current_record.get()
        if record is not None and not statement.startswith("BEGIN"):
            record.queries += 1
        context.qaboard_started = time.perf_counter()

    def end(_connection, _cursor, statement, _parameters, context, _many) -> None:
        tell_if_slow(statement, context)

    def fail(context) -> None:
        # One that was cancelled because it took too long is among those looked for.
        if context.statement is not None:
            tell_if_slow(context.statement, context.execution_context)

    def tell_if_slow(statement: str, context) -> None:
        started = getattr(context, "qaboard_started", None)
        if started is None:
            return
        milliseconds = (time.perf_counter() - started) * 1000
        if milliseconds < slow_milliseconds:
            return
        told = " ".join(statement.split())[:STATEMENT_MAX_CHARACTERS]
        log.warning(
            "ms=%.1f %s",
            milliseconds,
            told,
            extra={"milliseconds": round(milliseconds, 1), "statement": told},
        )

    event.listen(engine, "before_cursor_execute", begin)
    if slow_milliseconds:
        event.listen(engine, "after_cursor_execute", end)
        event.listen(engine, "handle_error", fail)
