"""Keeping freed memory in the process, so that the next step of the optimizer need not ask the system for it again.

By default glibc hands every large block back to the system as soon as it is freed, and the system clears each page
anew when it is next asked for. A step allocates and frees the same gigabyte or so every time.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The parameters' numbers and defaults, from glibc's malloc.h and mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_DEFAULT_THRESHOLD = 128 * 1024
KEEP = 2**30
"""Bytes of freed memory to keep, and of a block that is kept, at most."""
_OLD_LIMIT = 32 * 2**20  # the most that glibc before 2.35 takes as the mmap threshold on 64-bit systems


@contextmanager
def kept_memory(largest: int = KEEP) -> Iterator[None]:
    """Inside, freed memory stays with the process; at the end it goes back to the system. No effect without glibc.

    Args:
        largest: Keep only blocks up to so many bytes. Large blocks of many sizes leave gaps when they are kept, which
            for a large picture add up to as much memory as is in use.
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    if not libc.mallopt(_M_MMAP_THRESHOLD, largest):
        libc.mallopt(_M_MMAP_THRESHOLD, _OLD_LIMIT)
    libc.mallopt(_M_TRIM_THRESHOLD, KEEP)
    try:
        yield
    finally:
        libc.mallopt(_M_MMAP_THRESHOLD, _DEFAULT_THRESHOLD)
        libc.mallopt(_M_TRIM_THRESHOLD, _DEFAULT_THRESHOLD)
        libc.malloc_trim(0)


def give_back() -> None:
    """Give what is free at the moment back to the system, gaps between blocks included. No effect without glibc."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def available() -> bool:
    """Whether this system's C library takes such wishes."""
    return _glibc() is not None


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    # Other C libraries on Linux, such as musl, have no such call.
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
