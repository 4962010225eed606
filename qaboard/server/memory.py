"""The memory of the process: what is free is given back to the system.

The C library of most Linux systems keeps free memory in two ways that cost a board more than all
its pages. Each thread has a heap of its own, although Python lets one of them work at a time. And
a block as large as the 19 MiB of a password's hash is given back the first time only: from then on
blocks of that size lie in the heap of their thread, which keeps them.

What the start has read for itself is given back at its end.
"""

from __future__ import annotations

import ctypes
import gc
import linecache
import platform

from pyramid.events import ApplicationCreated

# From malloc.h.
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8

LARGE_BLOCK_BYTES = 1024 * 1024
"""Blocks from this size on are given back at once. Few pages are as large."""


# Other C libraries, that of Alpine or of macOS, have no such settings and need none.
IS_GLIBC = platform.libc_ver()[0] == "glibc"


def tidy(_event) -> None:
    """Give back what only the start needed."""
    # The lines of each module that configures something, which Pyramid quotes in conflicts.
    linecache.clearcache()
    gc.collect()
    if IS_GLIBC:
        ctypes.CDLL(None).malloc_trim(0)


def includeme(config) -> None:
    config.add_subscriber(tidy, ApplicationCreated)
    if IS_GLIBC:
        library = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 1)
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
