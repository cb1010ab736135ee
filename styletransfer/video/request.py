"""What film is asked for, and what that comes to: its size, its work, its space on the disk. Knows nothing of torch."""

import hashlib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import scaled_shape
from styletransfer.imaging.recipe import sha256_of
from styletransfer.machine import cost
from styletransfer.settings import Settings
from styletransfer.support import files, units
from styletransfer.video.defaults import EPOCHS
from styletransfer.video.source import SourceFilm

_BYTES_PER_PIXEL = 2.2
"""Of a painted frame on disk; strokes leave little to be packed."""
_HEAD = 4 * 2**20
"""Bytes from both ends of a film's file by which it is known again."""


@dataclass(frozen=True, kw_only=True)
class FilmRequest:
    """What film is to be painted, from which files and into which.

    Attributes:
        film: The film.
        paintings: Each painting, one to four.
        out: The file of the result.
        settings: How the first frame of each shot is painted; its size is that of the result.
        epochs: Of every other frame.
        begin, end: Seconds between which it is painted; to its end if `end` is None.
        every: Of how many frames one is painted.
    """

    film: Path
    paintings: tuple[Path, ...]
    out: Path
    settings: Settings
    epochs: int = EPOCHS
    begin: float = 0.0
    end: float | None = None
    every: int = 1

    def check(self) -> None:
        """Make sure that the result can be written, and over nothing that is read. Raises StyleTransferError."""
        if self.out.suffix.lower() != ".mp4":
            raise StyleTransferError("{path} does not end in .mp4; choose such a name for the film.", path=self.out)
        files.check_writable(self.out)
        read = {os.path.realpath(path) for path in (self.film, *self.paintings, self.settings.weights) if path}
        if os.path.realpath(self.out) in read:
            raise StyleTransferError(
                "{path} would be written over, but it is needed; choose another name.", path=self.out
            )

    def source(self) -> SourceFilm:
        """The film, opened. Raises StyleTransferError."""
        return SourceFilm(self.film, begin=self.begin, end=self.end, every=self.every)

    def order(self, size: tuple[int, int], settings: Settings, checksum: int, *, bfloat16: bool) -> dict[str, Any]:
        """What the film is painted from and how: frames that were painted otherwise do not go with it.

        Args:
            size: (width, height) of the frames.
            settings: Those that give it; see `sized`.
            checksum: Of the network's weights.
            bfloat16: Whether the network reckons in bfloat16.
        """
        free = ("device", "network", "weights", "preview_every", "precision")
        return {
            "film": _identity(self.film),
            "part": [self.begin, self.end, self.every],
            "paintings": [sha256_of(path) for path in self.paintings],
            "size": list(size),
            "settings": {name: value for name, value in settings.to_dict().items() if name not in free},
            "epochs": self.epochs,
            "network": checksum,
            "precision": "half" if bfloat16 else "full",
        }


def sized(film_size: tuple[int, int], settings: Settings) -> tuple[tuple[int, int], Settings]:
    """(width, height) of the painted film, and settings that give the same.

    Both sides are even, since an MP4's colours are kept for blocks of two by two.
    """
    height, width = (max(2, side // 2 * 2) for side in settings.shape or scaled_shape(*film_size, settings.size))
    if settings.shape is not None:
        return (width, height), replace(settings, shape=(height, width))
    return (width, height), replace(settings, size=max(width, height))


def frame_work(size: tuple[int, int], settings: Settings, epochs: int, paintings: int) -> tuple[float, float]:
    """What the first frame of a shot takes, and any other one, in the unit of `cost.work`.

    Args:
        size: (width, height) of the frames.
        settings: How a first one is painted.
        epochs: Of any other.
        paintings: How many there are.
    """
    return cost.work(size, settings, paintings), cost.work(size, replace(settings, epochs=epochs, scales=1), 0)


def check_disk(size: tuple[int, int], frames: int, folder: Path, *, there: int = 0) -> None:
    """Make sure that the painted frames will fit on the disk, as far as can be told.

    Args:
        size: (width, height) of each.
        frames: How many there will be.
        folder: Where.
        there: Bytes of those that are painted.

    Raises:
        StyleTransferError: They will not.
    """
    needed = round(_BYTES_PER_PIXEL * size[0] * size[1] * frames) - there
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StyleTransferError(
            "The painted frames take about {needed} until the film is done, and {free} are free; free some space, or "
            "choose a smaller size or a part of the film.",
            needed=units.storage(needed),
            free=units.storage(free),
        )


def _identity(path: Path) -> str:
    """What a film's file is known by: its length and a hash of both its ends, as the whole may be many gigabytes."""
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        seen = hashlib.sha256(file.read(_HEAD))
        file.seek(max(0, length - _HEAD))
        seen.update(file.read(_HEAD))
    return f"{length} {seen.hexdigest()}"
