"""What is noted about a page while it is made, for whether and how long it may be kept."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.request import Request

from qaboard.page_cache.relative_times import next_change

_NOTES = "qaboard.page_notes"


@dataclass(slots=True)
class PageNotes:
    """What is known before the page is made, and what is noted meanwhile.

    ``state`` is that of the database and ``now`` the time, in seconds since the epoch, both of
    before the page began to read; with the state ``None`` no parts are kept.
    ``is_same_for_visitors`` is what `keep_page` says; ``right_until``, in seconds since the epoch,
    the first of the times that were noted.
    ``has_holes`` says that a part is being made for several readers (`holes.py`).
    """

    now: float
    state: Hashable | None = None
    is_same_for_visitors: bool = False
    right_until: float = math.inf
    has_holes: bool = False


def take_notes(
    environ: dict[str, Any], now: float, state_for_parts: Hashable | None = None
) -> PageNotes:
    """Have views and templates note what they know about the page that is being made."""
    environ[_NOTES] = notes = PageNotes(now, state_for_parts)
    return notes


def notes_of(request: Request) -> PageNotes | None:
    """The notes about the page of a request, if there are any."""
    return request.environ.get(_NOTES)


def keep_page(request: Request) -> None:
    """Say that the page which is being made is the same for every visitor.

    It may depend on the database, the time (which templates note), the address with its query, the
    language and the theme. A page that counts its requests, such as a search, is none.
    """
    notes = notes_of(request)
    if notes is not None:
        notes.is_same_for_visitors = True


def note_moment(request: Request, moment: datetime) -> None:
    """Note a moment of which a page tells how long ago it was."""
    notes = notes_of(request)
    if notes is not None:
        notes.right_until = min(notes.right_until, next_change(moment, notes.now))


def note_end(request: Request, moment: datetime) -> None:
    """Note a moment at which what is made becomes something else."""
    notes = notes_of(request)
    if notes is not None:
        notes.right_until = min(notes.right_until, moment.timestamp())
