"""The pages, and the parts of pages, that a process keeps, up to a number of bytes."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

PAGE_MAX_BYTES = 512 * 1024
"""Larger pages are not kept: one of them would take the place of thirty others."""

OVERHEAD_BYTES = 4 * 1024
"""What a page takes beside its body: its headers and its key, measured."""

PART_OVERHEAD_BYTES = 1024
"""The same of a part, which has no headers."""

PageKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartKey:
    """What a part is of, and all that it depends on beside the database and the time."""

    name: str
    values: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer 200, and when it is right.

    ``headers`` are all there are, ``not_modified_headers`` those of an answer 304. ``etag`` has
    its quotes. The page is that of ``state`` of the database, and of the time between ``made_at``
    and ``right_until``, in seconds since the epoch. ``view`` is the name of what made it.
    """

    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    not_modified_headers: tuple[tuple[str, str], ...]
    etag: str
    state: Hashable
    made_at: float
    right_until: float
    view: str = ""

    def size_bytes(self, key: PageKey) -> int:
        """How many bytes it takes, about; a key that is not ASCII takes up to four a character."""
        return OVERHEAD_BYTES + len(self.body) + sum(4 * len(part) for part in key)

    def is_right(self, state: Hashable, now: float) -> bool:
        """Whether it would look the same if it were made now."""
        # A clock that was put back makes it older than it is.
        return self.state == state and self.made_at <= now < self.right_until


@dataclass(frozen=True, slots=True)
class KeptPart:
    """What a page was made with, for the same state and time as a `KeptPage`.

    ``value_bytes`` is what ``value`` takes, about.
    """

    value: Any = field(repr=False)
    value_bytes: int
    state: Hashable
    made_at: float
    right_until: float

    def size_bytes(self, key: PartKey) -> int:
        """How many bytes it takes, about."""
        return PART_OVERHEAD_BYTES + self.value_bytes + sum(map(sys.getsizeof, key.values))

    def is_right(self, state: Hashable, now: float) -> bool:
        """Whether it would be the same if it were made now."""
        return self.state == state and self.made_at <= now < self.right_until


class PageStore:
    """Keeps pages and parts by what was asked for; those nobody asked for lately go first.

    :param limit_bytes: how much may be kept; 0 for nothing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self.pages: OrderedDict[PageKey | PartKey, KeptPage | KeptPart] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: PageKey | PartKey) -> Any:
        """The page, or the part, right or not."""
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: PageKey | PartKey, page: KeptPage | KeptPart) -> None:
        """Keep a page or a part instead of the one that was kept for the same key."""
        size = page.size_bytes(key)
        with self.lock:
            self._forget(key)
            if size > min(PAGE_MAX_BYTES, self.limit_bytes):
                return
            self.pages[key] = page
            self.size_bytes += size
            while self.size_bytes > self.limit_bytes:
                self._forget(next(iter(self.pages)))

    def _forget(self, key: PageKey | PartKey) -> None:
        page = self.pages.pop(key, None)
        if page is not None:
            self.size_bytes -= page.size_bytes(key)
