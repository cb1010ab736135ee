"""Which servers are alive: each holds a lock on a file of its own, which the system drops when the process ends.

So a run that a killed server has left behind can be told from one that another server is painting right now. And one
of several servers at a time: `alone`.
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # waits for ten seconds
else:
    import fcntl

    def _try_lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, is inside with the same file; inside for moments only.

    Raises OSError if the file, which is made if needed, cannot be written.
    """
    with path.open("ab") as file:  # closing it gives it free
        _lock(file)
        yield


class ServerLock:
    """This server's sign of life, from creation to `close`. Raises OSError if `folder` cannot be written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = folder
        for path in folder.glob("*.lock"):
            self.alive(path.stem)  # clears away the dead
        self._file: BinaryIO | None = (folder / f"{self.name}.lock").open("ab")
        _try_lock(self._file)

    def alive(self, name: str) -> bool:
        """Whether the server of that name lives; one that does not leaves no file behind."""
        if name == self.name:
            return self._file is not None
        path = self._folder / f"{Path(name).name}.lock"
        try:
            with path.open("r+b") as file:
                _try_lock(file)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # locked
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Take the sign down."""
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                (self._folder / f"{self.name}.lock").unlink(missing_ok=True)
