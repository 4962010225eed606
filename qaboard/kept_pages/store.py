"""The pages that a process keeps, up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

PAGE_MAX_BYTES = 512 * 1024
"""Larger pages are not kept: one of them would take the place of thirty others."""

OVERHEAD_BYTES = 4 * 1024
"""What a page takes beside its body: its headers and its key, measured."""

PageKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer 200, and when it is right.

    ``headers`` are all there are, ``not_modified_headers`` those of an answer 304. ``etag`` has
    its quotes. The page is that of ``state`` of the database, and of the time between ``made_at``
    and ``right_until``, in seconds since the epoch.
    """

    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    not_modified_headers: tuple[tuple[str, str], ...]
    etag: str
    state: Hashable
    made_at: float
    right_until: float

    def is_right(self, state: Hashable, now: float) -> bool:
        """Whether it would look the same if it were made now."""
        # A clock that was put back makes it older than it is.
        return self.state == state and self.made_at <= now < self.right_until


class PageStore:
    """Keeps pages by what was asked for; those that nobody asked for lately go first.

    :param limit_bytes: how much may be kept; 0 for nothing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self.pages: OrderedDict[PageKey, KeptPage] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: PageKey) -> KeptPage | None:
        """The page, right or not."""
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: PageKey, page: KeptPage) -> None:
        """Keep a page instead of the one that was kept for the same key."""
        size = page_size(key, page)
        with self.lock:
            self._forget(key)
            if size > min(PAGE_MAX_BYTES, self.limit_bytes):
                return
            self.pages[key] = page
            self.size_bytes += size
            while self.size_bytes > self.limit_bytes:
                self._forget(next(iter(self.pages)))

    def _forget(self, key: PageKey) -> None:
        page = self.pages.pop(key, None)
        if page is not None:
            self.size_bytes -= page_size(key, page)


def page_size(key: PageKey, page: KeptPage) -> int:
    """How many bytes a page takes, about; a key that is not ASCII takes up to four a character."""
    return OVERHEAD_BYTES + len(page.body) + sum(4 * len(part) for part in key)
