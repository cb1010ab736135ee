"""A film that is asked for, with all that it takes to paint it: device, network, and the frames that are there."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from styletransfer.engine.device import find_device
from styletransfer.engine.frame_painter import FramePainter
from styletransfer.engine.vgg.precision import settled_precision
from styletransfer.engine.vgg.weights import Weights, load_weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.settings import Settings
from styletransfer.video import frame_store
from styletransfer.video.frame_store import FrameStore
from styletransfer.video.painting import FilmPainting, FilmWork
from styletransfer.video.progress import Progress
from styletransfer.video.request import FilmRequest, check_disk, sized
from styletransfer.video.source import SourceFilm


class FilmJob:
    """One film to be painted.

    Args:
        request: What is asked for.
        film: Its film, opened.
        paintings: Its paintings, opened.

    Attributes:
        request, film, paintings: As given.
        size: (width, height) of the painted frames.
        settings: How a shot's first frame is painted, which give that size, with the precision that it is painted in.

    Raises:
        StyleTransferError: There is no such device.
    """

    def __init__(self, request: FilmRequest, film: SourceFilm, paintings: Sequence[Image.Image]) -> None:
        self.request, self.film, self.paintings = request, film, paintings
        self.size, self.settings = sized(film.size, request.settings)
        self.settings = self.settled()

    def settled(self) -> Settings:
        """The settings with the precision that this machine takes."""
        settings = self.settings
        return replace(settings, precision=settled_precision(find_device(settings.device), settings.precision))

    @property
    def device(self) -> str:
        """Kind of device of this machine that paints: "cpu", "cuda" or "mps"."""
        return find_device(self.settings.device).type

    @property
    def bfloat16(self) -> bool:
        """Whether the network reckons in bfloat16."""
        return self.settings.precision == "half"

    @cached_property
    def weights(self) -> Weights:
        """The network's. Raises StyleTransferError if they cannot be had."""
        return load_weights(self.settings.network, self.settings.weights)

    @property
    def order(self) -> dict[str, Any]:
        """What it is painted from and how; see `frame_store.opened`."""
        return self.request.order(self.size, self.settings, self.weights.checksum(), bfloat16=self.bfloat16)

    def check_disk(self, store: FrameStore) -> None:
        """Make sure that the frames will fit on the disk, as far as can be told. Raises StyleTransferError."""
        check_disk(self.size, self.film.count, store.folder, there=store.occupied)

    def painting(self, store: FrameStore, *, seen: bool = False) -> FilmWork:
        """It, ready to be painted.

        Args:
            store: Keeps the frames.
            seen: Whether somebody wants to see the first frame of each shot on its way.
        """
        epochs, paintings = self.request.epochs, self.paintings
        painter = FramePainter(paintings, self.settings, self.weights, epochs=epochs, seen=seen)
        return FilmPainting(
            self.film, self.size, self.settings, painter, store, epochs=epochs, paintings=len(paintings)
        )


def paint_film(request: FilmRequest, *, part: Path | None = None) -> Generator[Progress, None, None]:
    """Paint a film, or go on with it, and save it.

    Args:
        request: What is asked for.
        part: Where to put what is painted so far together, instead of painting what is missing; the frames are kept.

    Yields:
        How far it is: after each frame, and after each epoch of a shot's first one. Closing the generator stops it;
        what is painted is kept.

    Raises:
        StyleTransferError: The request, a file or the disk does not allow it, or another process paints the same film.
    """
    request.check()
    job = FilmJob(request, request.source(), [open_image(path) for path in request.paintings])
    with frame_store.opened(request.out, job.order) as store:
        painting = job.painting(store, seen=True)
        if part is None:
            job.check_disk(store)
            yield from painting.run()
            painting.save(request.out)
            store.remove()
        elif painting.gather():
            painting.save(part)
        else:
            raise StyleTransferError("Not one frame is painted yet; go on first.")
