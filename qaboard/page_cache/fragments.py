"""What the pages of members are made of, kept as pages are: values, and parts of pages.

They are in the same store, under the same limit. What shows a time, or is made with something that
does, is kept until the time is told by other words.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Hashable
from typing import TypeVar

from pyramid.request import Request

from qaboard.models.base import Base
from qaboard.page_cache.cacheability import notes_of
from qaboard.page_cache.relative_times import KEPT_SECONDS
from qaboard.page_cache.store import KeptPart, PartKey

Value = TypeVar("Value")

OBJECT_BYTES = 256
"""What an object takes that is neither a text nor a tuple of others, measured: a small one."""

ROW_BYTES = 2048
"""What a row takes beside its texts, measured."""


def keeps_parts(request: Request) -> bool:
    """Whether parts are kept of the page that is being made."""
    notes = notes_of(request)
    return notes is not None and notes.state is not None


def keep_value(
    request: Request,
    name: str,
    values: tuple[Hashable, ...],
    make: Callable[[], Value],
    *,
    has_holes: bool = False,
) -> Value:
    """The kept value if it is right, or else one that is made now, and kept unless it is ``None``.

    :param name: what it is.
    :param values: all that it depends on beside the database and the time.
    :param make: makes it: a text, a row that is in no session, a small object, or a tuple or
        dictionary of them, which nobody changes.
    :param has_holes: whether what depends on the reader is left out (`holes.py`).
    """
    notes = notes_of(request)
    if notes is None or notes.state is None:
        return make()
    store = request.registry["kept_pages"]
    key = PartKey(name, values)
    part = store.get(key)
    if part is None or not part.is_right(notes.state, notes.now):
        outer = notes.right_until, notes.has_holes
        notes.right_until, notes.has_holes = math.inf, has_holes
        try:
            value = make()
            right_until = min(notes.right_until, notes.now + KEPT_SECONDS)
        finally:
            notes.right_until, notes.has_holes = outer
        part = KeptPart(value, value_bytes(value), notes.state, notes.now, right_until)
        if value is not None:
            store.put(key, part)
    # What is being made with it is right for no longer.
    notes.right_until = min(notes.right_until, part.right_until)
    return part.value


def keep_part(
    request: Request,
    name: str,
    values: tuple[Hashable, ...],
    make: Callable[[], Value],
    *,
    has_holes: bool = False,
) -> Value:
    """The same of a part of a page, which also depends on the language and on the path below which
    the board is served."""
    values = (*values, request.locale_name, request.script_name)
    return keep_value(request, name, values, make, has_holes=has_holes)


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
