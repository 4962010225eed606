"""The memory of the process: what is free is given back to the system.

The C library of most Linux systems keeps free memory in two ways that cost a board more than all
its pages. Each thread has a heap of its own, although Python lets one of them work at a time. And
a block as large as the 19 MiB of a password's hash is given back the first time only: from then on
blocks of that size lie in the heap of their thread, which keeps them.
"""

from __future__ import annotations

import ctypes
import platform

# From malloc.h.
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8

LARGE_BLOCK_BYTES = 1024 * 1024
"""Blocks from this size on are given back at once. Few pages are as large."""


def includeme(_config) -> None:
    # Other C libraries, that of Alpine or of macOS, have no such settings and need none.
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 1)
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
