"""The folder that a batch paints into: one batch at a time, and what it keeps there to go on with."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import Recipe
from styletransfer.support.files import check_writable

_KEPT = ".styletransfer"
"""Folder in it for what is of no interest to the user."""
_LEFTOVER = re.compile(r"\.[0-9a-f]{16}\.part(\..*)?")
"""What `files.replacing` has begun and a killed process has left."""


class Folder:
    """A folder for results, with its own place for checkpoints.

    Attributes:
        path: The folder.
        report: The report's file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.report = path / "report.csv"
        self._kept = path / _KEPT
        self._ready: set[Path] = set()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder if need be; inside, no other batch paints into it.

        Raises:
            StyleTransferError: Another batch does, or nothing can be written there.
        """
        try:
            self._kept.mkdir(parents=True, exist_ok=True)
            check_writable(self.report)
            lock = FileLock(self._kept / "lock", blocking=False, thread_local=False)
            lock.acquire()
        except Timeout as error:
            raise StyleTransferError(
                "Another batch is painting into {folder}; wait until it is done, or choose another folder.",
                folder=self.path,
            ) from error
        except (FileExistsError, NotADirectoryError) as error:
            raise StyleTransferError("{path} is a file, not a folder; choose another name.", path=self.path) from error
        except OSError as error:
            raise self._unwritable(self.path, error) from error
        try:
            self._clear(self._kept)
            yield
        finally:
            lock.release()  # its file stays: who removes it might take away the one that somebody else has just locked

    def make_room(self, picture: Path) -> None:
        """Make the folder of a picture, and clear away what a killed batch has begun there.

        Raises:
            StyleTransferError: It cannot be made.
        """
        folder = (self.path / picture).parent
        if folder in self._ready:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(folder, error) from error
        self._clear(folder)
        self._ready.add(folder)

    def checkpoint(self, recipe: Recipe) -> Path:
        """Where the checkpoint of the picture with that recipe is kept."""
        return self._kept / f"{hashlib.sha256(recipe.to_json().encode()).hexdigest()[:32]}.state"

    def forget_checkpoints(self) -> None:
        """Nothing is left to go on with."""
        with suppress(OSError):
            for path in self._kept.glob("*.state"):
                path.unlink(missing_ok=True)

    def _clear(self, folder: Path) -> None:
        with suppress(OSError):
            for path in folder.iterdir():
                if _LEFTOVER.fullmatch(path.name):
                    path.unlink(missing_ok=True)

    def _unwritable(self, path: Path, error: OSError) -> StyleTransferError:
        return StyleTransferError(
            "Nothing can be written into {folder} ({reason}); choose another folder.",
            folder=path,
            reason=error.strerror or error,
        )
