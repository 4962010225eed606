"""Per-request context for logging and metrics."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

MONITORING_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What balancers and monitoring ask, without a name of the site and without a login."""

NO_REQUEST = "-"
"""What stands in the log for the id of a request where there is none."""


@dataclass(slots=True)
class RequestRecord:
    """What is noted about a request while it is answered.

    ``view`` is the name of the view that answers it, ``queries`` the number of statements that it
    has sent to the database, and ``user_id`` who is logged in, where anybody has asked that.
    """

    id: str
    view: str = ""
    queries: int = 0
    user_id: int | None = None


current_record: ContextVar[RequestRecord | None] = ContextVar("request_record", default=None)
"""That of the request which this thread answers, or which has left the job that it does."""


def request_id() -> str:
    """The id of the request; outside of one, `NO_REQUEST`."""
    record = current_record.get()
    return NO_REQUEST if record is None else record.id


def note_view(name: str) -> None:
    """Note which view answers the request."""
    record = current_record.get()
    if record is not None:
        record.view = name


def note_user(user_id: int) -> None:
    """Note who is logged in."""
    record = current_record.get()
    if record is not None:
        record.user_id = user_id
