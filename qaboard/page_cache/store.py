"""Least recently used cache of pages, limited in bytes."""

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
class CachedPage:
    """A response with status 200, and how long it is fresh.

    ``headers`` are all there are, ``not_modified_headers`` those of an answer 304. ``etag`` has
    its quotes. The page is that of ``state`` of the database, and of the time between ``made_at``
    and ``expires_at``, in seconds since the epoch. ``view`` is the name of what made it.
    """

    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    not_modified_headers: tuple[tuple[str, str], ...]
    etag: str
    state: Hashable
    made_at: float
    expires_at: float
    view: str = ""

    def size_bytes(self, key: PageKey) -> int:
        """How many bytes it takes, about; a key that is not ASCII takes up to four a character."""
        return OVERHEAD_BYTES + len(self.body) + sum(4 * len(part) for part in key)

    def is_fresh(self, state: Hashable, now: float) -> bool:
        """Whether it would look the same if it were made now.

        :param state: of the database, as `ChangeCounter.read` returns it.
        :param now: seconds since the epoch.
        """
        # A clock that was put back makes it older than it is.
        return self.state == state and self.made_at <= now < self.expires_at


class PageCache:
    """Pages by their keys; the least recently used are evicted first.

    :param limit_bytes: size of the cache; 0 disables it.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self.pages: OrderedDict[PageKey, CachedPage] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: PageKey) -> CachedPage | None:
        """Look a page up, fresh or not."""
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: PageKey, page: CachedPage) -> None:
        """Store a page under a key, unless it is too large."""
        size = page.size_bytes(key)
        with self.lock:
            self._remove(key)
            if size > min(PAGE_MAX_BYTES, self.limit_bytes):
                return
            self.pages[key] = page
            self.size_bytes += size
            while self.size_bytes > self.limit_bytes:
                self._remove(next(iter(self.pages)))

    def _remove(self, key: PageKey) -> None:
        page = self.pages.pop(key, None)
        if page is not None:
            self.size_bytes -= page.size_bytes(key)
