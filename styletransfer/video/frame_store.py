"""The painted frames of a film that is not finished: a folder beside it, from which it can be gone on with.

A frame is a PNG, whole or not there, safe from a power cut once it is. All that the next one depends on is the last one
and the film, so that there is no other state. While a command paints, it holds a lock on the folder. Knows nothing of
torch.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.support.files import replacing

_ORDER, _LOCK, _FRAMES = "film.json", "lock", "[0-9]*.png"


class FrameStore:
    """The frames painted so far.

    Attributes:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, index: int) -> Path:
        """The file of a frame, counted from 0."""
        return self.folder / f"{index + 1:06d}.png"

    def has(self, index: int) -> bool:
        """Whether a frame is painted."""
        return self.path(index).is_file()

    @property
    def painted(self) -> int:
        """How many frames are painted."""
        return sum(1 for _path in self.folder.glob(_FRAMES))

    @property
    def occupied(self) -> int:
        """What they take on the disk."""
        return sum(path.stat().st_size for path in self.folder.glob(_FRAMES))

    def load(self, index: int) -> Image.Image:
        """A painted frame, RGB.

        Raises:
            StyleTransferError: It is damaged; it is taken away, so that the next command paints it anew.
        """
        try:
            return open_image(self.path(index), painted=True).convert("RGB")
        except StyleTransferError as error:
            with suppress(OSError):
                self.path(index).unlink()
            raise StyleTransferError(
                "Painted frame {number} was damaged and has been taken away; go on, and it is painted anew.",
                number=index + 1,
            ) from error

    def save(self, index: int, image: Image.Image) -> None:
        """Keep a painted frame.

        Raises:
            StyleTransferError: The disk is full, or something else keeps it from being written.
        """
        with replacing(self.path(index), settled=True) as temporary:
            image.save(temporary, "PNG")

    def keep(self, index: int, png: bytes) -> None:
        """Keep a painted frame that is a PNG file already. Raises as `save`."""
        with replacing(self.path(index), settled=True) as temporary:
            temporary.write_bytes(png)

    def remove(self) -> None:
        """Take everything away, the film being made. What is not of this program stays."""
        for pattern in (_FRAMES, ".*.part.*"):  # and what a killed command was just writing
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)
        (self.folder / _ORDER).unlink(missing_ok=True)


def folder_of(film: Path) -> Path:
    """Where the frames of a film are kept while it is painted: beside it."""
    real = Path(os.path.realpath(film))
    return real.with_name(f"{real.name}.frames")


@contextmanager
def opened(film: Path, order: Mapping[str, Any]) -> Iterator[FrameStore]:
    """The frames of a film that is to be painted, for this process alone.

    Args:
        film: The file that it is to become.
        order: What it is painted from and how, as JSON; frames that were painted otherwise are of no use.

    Raises:
        StyleTransferError: Somebody else paints it right now, the frames are of another order, or nothing can be
            written there.
    """
    folder = folder_of(film)
    lock = FileLock(folder / _LOCK, blocking=False, thread_local=False)
    try:
        folder.mkdir(exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise StyleTransferError(
            "{film} is being painted by another command right now; wait for that, or choose another name.", film=film
        ) from error
    except OSError as error:
        raise StyleTransferError(
            "{folder} cannot be written ({reason}); free some space or write somewhere else.",
            folder=folder,
            reason=error.strerror or type(error).__name__,
        ) from error
    try:
        _check_order(folder, json.loads(json.dumps(order)))
        yield FrameStore(folder)
    finally:
        _let_go(lock, folder)


def _check_order(folder: Path, order: Mapping[str, Any]) -> None:
    path = folder / _ORDER
    try:
        before = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if any(folder.glob(_FRAMES)):
            raise StyleTransferError(
                "{folder} holds pictures that are not of this program; choose another name for the film.", folder=folder
            ) from None
        before = None
    except (OSError, ValueError):
        before = {}
    if before is None:
        with replacing(path, settled=True) as temporary:
            temporary.write_text(json.dumps(order, indent=1), "utf-8")
        return
    if before != order:
        names = [name for name in order if not isinstance(before, dict) or before.get(name) != order[name]]
        raise StyleTransferError(
            "{folder} holds frames that were painted otherwise ({names}); give the same again to go on, or remove that "
            "folder to paint anew.",
            folder=folder,
            names=", ".join(names),
        )


def _let_go(lock: FileLock, folder: Path) -> None:
    """Let go of the folder; take it away if there is no frame in it."""
    if not any(folder.glob(_FRAMES)):
        (folder / _ORDER).unlink(missing_ok=True)
    done = not (folder / _ORDER).exists()
    if done and os.name != "nt":  # while it is held, so that nobody else's is taken away
        (folder / _LOCK).unlink(missing_ok=True)
    lock.release()
    if done:
        with suppress(OSError):
            (folder / _LOCK).unlink(missing_ok=True)
            folder.rmdir()
