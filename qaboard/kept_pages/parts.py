"""Parts of the pages of members that are the same for several readers, kept as pages are.

They are in the same store, under the same limit. A part that shows a time, or is made with another
one that does, is kept until the time is told by other words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import TypeVar

from pyramid.request import Request

from qaboard.kept_pages.notes import notes_of
from qaboard.kept_pages.shown_times import KEPT_SECONDS, next_change
from qaboard.kept_pages.store import KeptPart, PartKey
from qaboard.models.base import Base

Value = TypeVar("Value")

OBJECT_BYTES = 256
"""What an object takes that is neither a text nor a tuple of others, measured: a small one."""

ROW_BYTES = 2048
"""What a row takes beside its texts, measured."""


def keeps_parts(request: Request) -> bool:
    """Whether parts are kept of the page that is being made."""
    notes = notes_of(request)
    return notes is not None and notes.state is not None


def keep_part(
    request: Request,
    name: str,
    values: tuple[Hashable, ...],
    make: Callable[[], Value],
    *,
    has_holes: bool = False,
) -> Value:
    """A part of a page: the kept one if it is right, or else one that is made now, and kept.

    :param name: what the part is.
    :param values: all that it depends on beside the database, the time, the language and the
        path below which the board is served.
    :param make: makes the part: a text, a row that is in no session, a small object, or a tuple or
        dictionary of them, which nobody changes. It makes no other parts.
    :param has_holes: whether what depends on the reader is left out (`holes.py`).
    """
    notes = notes_of(request)
    if notes is None or notes.state is None:
        return make()
    store = request.registry["kept_pages"]
    key = PartKey(name, (*values, request.locale_name, request.script_name))
    part = store.get(key)
    if part is not None and part.is_right(notes.state, notes.now):
        return part.value
    notes.moments, notes.has_holes = [], has_holes
    try:
        value = make()
    finally:
        notes.has_holes = False
    right_until = min(next_change(notes.moments, notes.now), notes.now + KEPT_SECONDS)
    store.put(key, KeptPart(value, value_bytes(value), notes.state, notes.now, right_until))
    return value


def value_bytes(value: object) -> int:
    """How many bytes a part takes, about."""
    if isinstance(value, str):
        return sys.getsizeof(value)
    if isinstance(value, Base):
        columns = vars(value).values()
        return ROW_BYTES + sum(
            value_bytes(each) for each in columns if isinstance(each, str | Base)
        )
    if isinstance(value, dict):
        return sys.getsizeof(value) + sum(map(value_bytes, value.values()))
    if isinstance(value, tuple | frozenset):
        return sys.getsizeof(value) + sum(map(value_bytes, value))
    return OBJECT_BYTES
