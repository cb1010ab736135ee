"""How much of the disk the runs take, what may go when that is too much, and the bound that the user has set."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from styletransfer.studio.storage.run_files import write_whole

GB = 1_000_000_000
DEFAULT_LIMIT = 10 * GB
LIMITS: tuple[int | None, ...] = (1 * GB, 2 * GB, 5 * GB, 10 * GB, 20 * GB, 50 * GB, 100 * GB, None)
"""What can be chosen, in bytes; None is no limit."""
FRESH_SECONDS = 24 * 3600.0
"""Nothing that was painted in this time goes by itself, however little space there is."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """What a run weighs.

    Attributes:
        run_id: The run's id, which sorts by age.
        size: Bytes.
        written: Seconds since 1970 (UTC) at which something happened to it last.
    """

    run_id: str
    size: int
    written: float


@dataclass(frozen=True, kw_only=True)
class Use:
    """What the gallery takes of the disk.

    Attributes:
        count: Paintings that hang.
        size: Bytes, those of the deleted ones and of the sheets of variations among them.
        limit: Bytes that it may take, or None.
        deleted: Ids of those that can still be brought back, the one deleted last first.
        deleted_size: Their bytes.
        made_room: Ids of those among them that were taken down by themselves, to make room.
        spare_size: Bytes of what goes before any painting with the next clearing.
        going: Ids of those that go with the next clearing, oldest first.
        going_size: Their bytes.
        next: Id of the one that goes first when it gets a tenth more, or None.
    """

    count: int
    size: int
    limit: int | None
    deleted: tuple[str, ...]
    deleted_size: int
    made_room: tuple[str, ...]
    spare_size: int
    going: tuple[str, ...]
    going_size: int
    next: str | None


def too_many(items: Iterable[Item], limit: int | None, *, kept: Callable[[str], bool], now: float) -> list[Item]:
    """The runs that have to go, oldest first, so that all of them together take at most `limit` bytes.

    What is fresh or kept (asked only where it matters) is never among them, even if the limit is not met without.
    """
    ordered = sorted(items, key=lambda item: item.run_id)
    size = sum(item.size for item in ordered)
    going: list[Item] = []
    for item in ordered:
        if limit is None or size <= limit:
            break
        if now - item.written > FRESH_SECONDS and not kept(item.run_id):
            going.append(item)
            size -= item.size
    return going


class FolderSizes:
    """Weighs folders, and remembers what a folder weighed as long as nothing was put in or taken out. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], int]] = {}
        self._lock = threading.Lock()

    def weigh(self, folder: Path) -> int:
        """Bytes of all files in the folder; 0 if it is gone."""
        changed = _changes(folder)
        with self._lock:
            known = self._known.get(folder)
        if known is not None and known[0] == changed:
            return known[1]
        size = _size(folder)
        with self._lock:
            self._known[folder] = (changed, size)
        return size

    def forget(self, folder: Path) -> None:
        """The folder is gone."""
        with self._lock:
            self._known.pop(folder, None)


def read_limit(path: Path) -> int | None:
    """The bound that was set, in bytes; None for none. The default where nothing was set or the file is damaged."""
    try:
        limit = json.loads(path.read_text("utf-8"))["limit"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return DEFAULT_LIMIT
    return limit if limit in LIMITS else DEFAULT_LIMIT


def write_limit(path: Path, limit: int | None) -> None:
    """Set the bound. Raises StyleTransferError if it cannot be kept."""
    write_whole(path, json.dumps({"limit": limit}).encode())


def _changes(folder: Path) -> tuple[int, ...]:
    """Changes whenever a file of a run comes, goes or is replaced: all but losses.csv are written beside and moved."""
    changed = []
    for path in (folder, folder / "frames", folder / "painted"):
        try:
            changed.append(path.stat().st_mtime_ns)
        except OSError:
            changed.append(0)
    return tuple(changed)


def _size(folder: Path | str) -> int:
    size = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    size += _size(entry.path)
                else:
                    size += entry.stat(follow_symlinks=False).st_size
    except OSError:  # taken away meanwhile
        return size
    return size
