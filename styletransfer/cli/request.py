"""What is asked of the command line: from which files, into which, and how; checked before anything is painted."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import film, images
from styletransfer.imaging.recipe import Part
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings, Weighting
from styletransfer.support import files

FILM_HOLD = 2.0
"""Seconds that a film rests on the finished picture."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be painted, from which files and into which.

    Attributes:
        inputs: The file of each picture.
        out: The file of the result; its ending decides on the format.
        settings: How to paint.
        save_every: Epochs between two pictures that are kept beside the result, or None to keep none.
        losses: CSV file for the losses of every epoch, or None.
        film: File of a film of the painting (.mp4, .webp or .gif), or None.
        film_seconds: Its length in seconds, from the first picture to the last.
        photo_colors: How much of the photo's own colours the result gets back, from 0 to 1.
        steered: (epoch, weights from it on) of each change of the weights on the way.
        state: File that the state of the painting is kept in, and gone on with where it is there already; or None.
        bits: Of each channel of the pictures that are kept; the film has 8.
        parts: As in `Recipe`, where a painting that was not painted in one go is to be painted again; else empty.
    """

    inputs: Inputs[Path]
    out: Path
    settings: Settings
    save_every: int | None = None
    losses: Path | None = None
    film: Path | None = None
    film_seconds: float = 6.0
    photo_colors: float = 0.0
    steered: tuple[tuple[int, Weighting], ...] = ()
    state: Path | None = None
    parts: tuple[Part, ...] = ()
    bits: Literal[8, 16] = 8

    def snapshot(self, epoch: int) -> Path:
        """Where the picture after `epoch` is kept: out-0010.png for out.png."""
        digits = max(4, len(str(self.settings.epochs)))
        return self.out.with_stem(f"{self.out.stem}-{epoch:0{digits}}")

    def check(self) -> None:
        """Make sure that everything can be written, and that nothing is written over what is read.

        Raises:
            StyleTransferError: It is not so.
        """
        if self.save_every is not None and self.save_every < 1:
            raise StyleTransferError(
                "--save-every must be a whole number of at least 1, not {value}.", value=self.save_every
            )
        if not 0 <= self.photo_colors <= 1:
            raise StyleTransferError(
                "--photo-colors must be a number from 0 to 1, not {value}.", value=self.photo_colors
            )
        if self.film is not None:
            self._check_film(self.film)
        images.check_writable(self.out, bits=self.bits)
        outputs = [self.out]
        for path in (self.losses, self.film, self.state):
            if path is not None:
                files.check_writable(path, stream=path == self.losses)
                outputs.append(path)
        if len({os.path.realpath(path) for path in outputs}) < len(outputs):
            raise StyleTransferError("The picture and what is kept besides need different names.")
        if self.save_every is not None:
            outputs += map(self.snapshot, range(self.save_every, self.settings.epochs + 1, self.save_every))
        inputs = (*self.inputs, self.settings.weights)
        read = {os.path.realpath(path) for path in inputs if path is not None}
        for path in outputs:
            if os.path.realpath(path) in read:
                raise StyleTransferError(
                    "{path} would be written over, but it is needed; choose another name.", path=path
                )

    def _check_film(self, path: Path) -> None:
        film_format(path)
        longest = film.LONGEST_FILM - FILM_HOLD
        if not 0 < self.film_seconds <= longest:
            raise StyleTransferError("--film-seconds must be above 0 and at most {longest}.", longest=float(longest))


def film_format(path: Path) -> film.FilmFormat:
    """The kind of film that the ending of a file's name stands for.

    Raises:
        StyleTransferError: The ending is unknown.
    """
    ending = path.suffix.lower().removeprefix(".")
    for kind in get_args(film.FilmFormat):
        if kind == ending:
            return cast("film.FilmFormat", kind)
    raise StyleTransferError("{path} does not end in .mp4, .webp or .gif; choose one of these for the film.", path=path)
