"""Films as the page handles them: checked once, shown by a still, kept as the file they came as. No Streamlit."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.studio.pictures import DISPLAY_SIZE, Picture, read_picture
from styletransfer.video.defaults import EPOCHS
from styletransfer.video.source import MOST_FRAMES, SourceFilm, TooLongError

FILM_ENDINGS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".3gp")
"""Of the names of films; what one is, its content tells."""
LONGEST = 30 * 24 * 3600.0
"""Seconds of the longest film that anything is said about."""


def film_ending(name: str) -> str:
    """The ending that a film's file of that name is kept with."""
    ending = Path(name).suffix.lower()
    return ending if ending in FILM_ENDINGS else ".film"


@dataclass(frozen=True, kw_only=True)
class FilmPart:
    """What of a film is painted, and for how long.

    Attributes:
        begin, end: Seconds between which it is painted; to its end if `end` is None.
        every: Of how many frames one is painted.
        epochs: Of each frame that is held to the one before.
    """

    begin: float = 0.0
    end: float | None = None
    every: int = 1
    epochs: int = EPOCHS

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "FilmPart":
        """From what stands on disk. Raises KeyError, TypeError or ValueError if that is damaged or forged."""
        begin, end, every, epochs = (values[name] for name in ("begin", "end", "every", "epochs"))
        for seconds in (begin, *([] if end is None else [end])):
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST:
                raise ValueError("no time")
        for number in (every, epochs):
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MOST_FRAMES:
                raise ValueError("no number")
        return cls(begin=begin, end=end, every=every, epochs=epochs)


WHOLE = FilmPart()


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmFile:
    """A film that can be painted.

    Attributes:
        name: File name as the user knows it.
        path: The file. It goes with whoever keeps it; see `Films.drop`.
        size: (height, width) in pixels, upright.
        seconds: How long it is, or None where it does not tell.
        rate: Frames a second, on average.
        sound: Whether it has any.
        frames: How many, as far as the file tells.
        high_range: Whether it has a high dynamic range, which is brought to the usual one.
    """

    name: str
    path: Path
    size: tuple[int, int]
    seconds: float | None
    rate: float
    sound: bool
    frames: int
    high_range: bool = False

    def count(self, part: FilmPart) -> int:
        """About how many frames a part of it has, at least 1."""
        if part == WHOLE or self.seconds is None:
            return max(1, -(-self.frames // part.every))
        end = self.seconds if part.end is None else min(part.end, self.seconds)
        return max(1, round((end - part.begin) * self.rate / part.every))


def read_film(path: Path, name: str) -> FilmFile:
    """Check a film's file.

    Raises:
        StyleTransferError: It cannot be painted; the sentence says why.
    """
    try:
        film = SourceFilm(path, name=name)
    except TooLongError as error:
        raise StyleTransferError(
            "{name} has more than the {most} frames that are painted at once, two hours of them; cut it into parts "
            "first.",
            name=name,
            most=MOST_FRAMES,
        ) from error
    width, height = film.size
    return FilmFile(
        name=name,
        path=path,
        size=(height, width),
        seconds=film.seconds,
        rate=float(film.rate),
        sound=film.sound,
        frames=film.count,
        high_range=film.colors.high_range,
    )


def check_part(path: Path, name: str, part: FilmPart) -> None:
    """Make sure that there is something to paint in a part of a film.

    Raises:
        StyleTransferError: The film is gone or damaged, or no frame begins in that part of it.
    """
    source = SourceFilm(path, begin=part.begin, end=part.end, every=part.every, name=name)
    with closing(source.frames()) as frames:
        next(frames)  # it says itself if there is none


@lru_cache(maxsize=16)
def still(path: Path, name: str, begin: float = 0.0) -> Picture:
    """The frame of a film that is shown so many seconds from its beginning, at most `DISPLAY_SIZE` pixels.

    Args:
        path: Its file.
        name: File name as the user knows it.
        begin: Seconds.

    Raises:
        StyleTransferError: The film is gone, damaged, or ends before that.
    """
    source = SourceFilm(path, begin=begin, every=MOST_FRAMES, name=name)
    with closing(source.frames()) as frames:
        frame = next(frames)  # it says itself if there is none
        height, width = images.scaled_shape(*source.size, min(DISPLAY_SIZE, max(source.size)))
        image = frame.image((width, height))
    return read_picture(images.encode(image, "jpeg", quality=95), name)
