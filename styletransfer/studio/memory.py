"""How much memory painting takes, and how much is free. Knows nothing of torch."""

import os
from pathlib import Path

BYTES_PER_PIXEL = 3_000
"""Memory that the worker needs for each pixel of the picture: measured from 256 to 512 pixels square, L-BFGS, on a
processor (1094 and 1667 MB at the peak)."""
RESERVE = 400_000_000
"""Bytes that are needed whatever the size, or that should stay free."""

_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int | None:
    """Bytes of memory that are free for painting, or None where the system does not tell."""
    free = _free()
    left = _left_in_container()
    return left if free is None else free if left is None else min(free, left)


def largest_pixels(available: int) -> int:
    """Pixels of the largest picture that can be painted with so many bytes."""
    return max(0, available - RESERVE) // BYTES_PER_PIXEL


def _free() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:  # not Linux: all the memory there is, as what is free cannot be told without another library
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _left_in_container() -> int | None:
    """What the limit of this container leaves (cgroup v2); None without a limit."""
    try:
        limit = (_CGROUP / "memory.max").read_text("ascii").strip()
        used = int((_CGROUP / "memory.current").read_text("ascii"))
        cached = next(
            int(line.split()[1])
            for line in (_CGROUP / "memory.stat").read_text("ascii").splitlines()
            if line.startswith("inactive_file ")
        )
    except (OSError, ValueError, StopIteration):
        return None
    return None if limit == "max" else int(limit) - used + cached
