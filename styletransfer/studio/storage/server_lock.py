"""Which servers are alive: each holds a lock on a file of its own, which the system drops when the process ends.

So a run that a killed server has left behind can be told from one that another server is painting right now. And one
of several servers at a time: `alone`.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, is inside with the same file; inside for moments only.

    Raises OSError if the file, which is made if needed, cannot be written.
    """
    with FileLock(path):
        yield


class ServerLock:
    """This server's sign of life, from creation to `close`. Raises OSError if `folder` cannot be written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = folder
        for path in folder.glob("*.lock"):
            self.alive(path.stem)  # clears away the dead
        self._lock = FileLock(folder / f"{self.name}.lock", thread_local=False)
        self._lock.acquire(blocking=False)

    def alive(self, name: str) -> bool:
        """Whether the server of that name lives; one that does not leaves no file behind."""
        if name == self.name:
            return self._lock.is_locked
        path = self._folder / f"{Path(name).name}.lock"
        if not path.is_file():
            return False
        try:
            with FileLock(path, blocking=False):
                pass
        except (Timeout, OSError):
            return True
        with suppress(OSError):
            path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Take the sign down."""
        if self._lock.is_locked:
            self._lock.release()
            with suppress(OSError):
                (self._folder / f"{self.name}.lock").unlink(missing_ok=True)
