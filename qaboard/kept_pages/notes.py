"""What is noted about a page while it is made, for whether and how long it may be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyramid.request import Request

_NOTES = "qaboard.page_notes"


@dataclass(slots=True)
class PageNotes:
    """``is_same_for_visitors`` is what `keep_page` says; ``moments`` are those of `note_moment`."""

    is_same_for_visitors: bool = False
    moments: list[datetime] = field(default_factory=list)


def take_notes(environ: dict[str, Any]) -> PageNotes:
    """Have views and templates note what they know about the page that is being made."""
    environ[_NOTES] = notes = PageNotes()
    return notes


def keep_page(request: Request) -> None:
    """Say that the page which is being made is the same for every visitor.

    It may depend on the database, the time (which templates note), the address with its query, and
    the language. A page that counts its requests, such as a search, is none.
    """
    notes = request.environ.get(_NOTES)
    if notes is not None:
        notes.is_same_for_visitors = True


def note_moment(request: Request, moment: datetime) -> None:
    """Note a moment of which a page tells how long ago it was."""
    notes = request.environ.get(_NOTES)
    if notes is not None:
        notes.moments.append(moment)
