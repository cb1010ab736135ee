"""Who is alive: each server holds a lock on a file of its own, and so does the worker for each run that it writes in.

The system drops a lock when its process ends. So a run that a killed server has left behind can be told from one that
another server is painting right now, or that a worker without a server is still saving. And one of several at a time:
`alone`.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from styletransfer.errors import StyleTransferError
from styletransfer.studio.failure_text import TAKEN

FOLDER = ".servers"
"""Folder of the locks, in that of the runs."""
_PATIENCE = 5.0
"""Seconds that a lock is waited for which somebody may just be looking at."""


@contextmanager
def alone(runs: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, is inside for the same folder of runs; for moments only.

    Raises OSError if nothing can be written there.
    """
    with FileLock(runs / FOLDER / "taking"):
        yield


@contextmanager
def writing(run: Path) -> Iterator[None]:
    """Inside, the run's folder is this process's to write in, and `ServerLock.alive` of the run's id tells so.

    Raises StyleTransferError if another process writes in it, or OSError.
    """
    lock = FileLock(run.parent / FOLDER / f"{run.name}.lock", thread_local=False)
    try:
        with alone(run.parent):  # nobody clears the file away while it is taken
            lock.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise StyleTransferError(TAKEN) from error
    try:
        yield
    finally:
        _drop(lock)


class ServerLock:
    """This server's sign of life, from creation to `close`. Raises OSError if nothing can be written in `runs`."""

    def __init__(self, runs: Path) -> None:
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = runs / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self._folder / f"{self.name}.lock", thread_local=False)
        with alone(runs):
            self._clear_away_the_dead()
            self._lock.acquire(blocking=False)

    def alive(self, name: str) -> bool:
        """Whether the server of that name lives, or a worker writes in the run of that id."""
        if name == self.name:
            return self._lock.is_locked
        path = self._folder / f"{Path(name).name}.lock"
        if not path.is_file():
            return False
        try:
            with FileLock(path, blocking=False):
                return False
        except (Timeout, OSError):
            return True

    def close(self) -> None:
        """Take the sign down."""
        if self._lock.is_locked:
            _drop(self._lock)

    def _clear_away_the_dead(self) -> None:
        for path in self._folder.glob("*.lock"):
            if not self.alive(path.stem):
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def _drop(lock: FileLock) -> None:
    """Let go of a lock and leave no file behind."""
    path = Path(lock.lock_file)
    if os.name != "nt":  # while it is held, so that nobody else's is taken away; Windows removes no open file
        path.unlink(missing_ok=True)
    lock.release()
    if os.name == "nt":
        with suppress(OSError):
            path.unlink(missing_ok=True)
