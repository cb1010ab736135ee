"""How much memory is free. Knows nothing of torch."""

import os
from pathlib import Path

RESERVE = 150_000_000
"""Bytes that should stay free for everything else."""

_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int | None:
    """Bytes of memory that are free for painting, or None where the system does not tell."""
    free = _free()
    left = _left_in_container()
    least = left if free is None else free if left is None else min(free, left)
    return None if least is None else max(0, least - RESERVE)


def resident_bytes(pid: int) -> int:
    """Bytes of memory that a process takes; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, IndexError, OSError, ValueError):
        return 0


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
