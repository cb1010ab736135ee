"""How much memory is free. Knows nothing of torch."""

from pathlib import Path

import psutil

RESERVE = 150_000_000
"""Bytes that should stay free for everything else."""

_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int | None:
    """Bytes of memory that are free for painting, or None where the system does not tell."""
    free = _free()
    left = _left_in_container()
    least = left if free is None else free if left is None else min(free, left)
    return None if least is None else max(0, least - RESERVE)


def bytes_for(pid: int | None) -> int | None:
    """Bytes that a process can have in all, with those that it has already; None where the system does not tell."""
    free = available_bytes()
    return free if free is None or pid is None else free + resident_bytes(pid)


def resident_bytes(pid: int) -> int:
    """Bytes of memory that a process takes; 0 where the system does not tell."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, OSError):
        return 0


def _free() -> int | None:
    try:
        return int(psutil.virtual_memory().available)
    except (psutil.Error, OSError, RuntimeError, ValueError):  # a system that hides it, as some containers do
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
