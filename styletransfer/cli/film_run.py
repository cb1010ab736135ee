"""A film asked for on the command line: its files are checked, it is painted frame by frame, and put together."""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from styletransfer.cli.console import Display, Report
from styletransfer.cli.estimate import check_memory
from styletransfer.cli.interrupt import Interrupt
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image, scaled_shape
from styletransfer.imaging.recipe import sha256_of
from styletransfer.settings import Settings
from styletransfer.support import files, units
from styletransfer.texts import _, ngettext, pgettext
from styletransfer.video import frame_store
from styletransfer.video.defaults import EPOCHS
from styletransfer.video.source import SourceFilm

if TYPE_CHECKING:
    from styletransfer.engine.vgg.weights import Weights
    from styletransfer.video.on_ray import RayPainting
    from styletransfer.video.painting import FilmPainting

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
        ray: Address of the Ray cluster that paints it, "local" for one of this machine alone, or None.
        threads: Of the processor, for each frame; as many as it has if None.
    """

    film: Path
    paintings: tuple[Path, ...]
    out: Path
    settings: Settings
    epochs: int = EPOCHS
    begin: float = 0.0
    end: float | None = None
    every: int = 1
    ray: str | None = None
    threads: int | None = None

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


def paint(request: FilmRequest, display: Display) -> bool:
    """Paint a film and save it.

    Returns:
        Whether it was painted to the end; False after Ctrl-C, when the same request goes on from there.

    Raises:
        StyleTransferError: The request, a file or the disk does not allow it, or another process paints the same film.
            What has been painted is kept.
        KeyboardInterrupt: Ctrl-C came before anything was painted, or for the second time.
    """
    request.check()
    film = SourceFilm(request.film, begin=request.begin, end=request.end, every=request.every)
    paintings = [open_image(path) for path in request.paintings]
    size, settings = sized(film, request.settings)
    with display.waiting(_("Laying out the brushes")), ExitStack() as stack:
        ray = None
        if request.ray is not None:
            from styletransfer.cluster.connection import connected

            ray = stack.enter_context(connected(request.ray))
        import torch  # it takes seconds, for which no mistyped name should wait

        from styletransfer.engine.vgg.weights import load_weights

        if request.threads is not None:
            torch.set_num_threads(request.threads)
        weights = load_weights(settings.network, settings.weights)
        job = _Job(film, size, settings, paintings, weights, request.epochs)
        job, begin = _here(job) if ray is None else _on_ray(job, ray, torch.get_num_threads(), display)
        order = _order(request, size, job.settings, weights.checksum())
        ended = stack.pop_all()
    with ended, frame_store.opened(request.out, order) as store, Interrupt() as interrupt:
        _check_disk(film, size, store.folder)
        _announce(film, size, weights.source, store, display)
        painting = begin(store)
        with display.progress(pgettext("work", "Painting")) as report:
            whole = _run(painting, interrupt, report)
        if not whole:
            display.say(
                ngettext(
                    "Stopped after {count} frame; the same command goes on from there.",
                    "Stopped after {count} frames; the same command goes on from there.",
                    store.count(),
                )
            )
            return False
        interrupt.armed = False
        with display.waiting(_("Putting the film together")):
            painting.save(request.out)
        store.remove()
    display.say(
        _(
            "Painted {path} ({width} x {height} pixels, {frames} frames).",
            path=request.out,
            width=size[0],
            height=size[1],
            frames=painting.frames,
        )
    )
    return True


def sized(film: SourceFilm, settings: Settings) -> tuple[tuple[int, int], Settings]:
    """(width, height) of the painted film, and settings that give the same.

    Both sides are even, since an MP4's colours are kept for blocks of two by two.
    """
    height, width = (max(2, side // 2 * 2) for side in settings.shape or scaled_shape(*film.size, settings.size))
    if settings.shape is not None:
        return (width, height), replace(settings, shape=(height, width))
    return (width, height), replace(settings, size=max(width, height))


@dataclass(frozen=True)
class _Job:
    """What is painted, and how, whoever does it."""

    film: SourceFilm
    size: tuple[int, int]
    settings: Settings
    paintings: list[Image.Image]
    weights: "Weights"
    epochs: int


_Begin = Callable[[frame_store.FrameStore], "FilmPainting | RayPainting"]
"""Gives what paints the frames that a store lacks."""


def _here(job: _Job) -> tuple[_Job, _Begin]:
    """The job with the precision that it is painted in on this machine."""
    from styletransfer.engine.device import find_device
    from styletransfer.engine.frame_painter import FramePainter
    from styletransfer.engine.vgg.precision import network_dtype
    from styletransfer.video.painting import FilmPainting

    device = find_device(job.settings.device)
    half = network_dtype(device, job.settings.precision).itemsize == 2
    check_memory(job.size, job.settings, device.type, bfloat16=half)
    settings = replace(job.settings, precision="half" if half else "full")

    def begin(store: frame_store.FrameStore) -> FilmPainting:
        painter = FramePainter(job.paintings, settings, job.weights, epochs=job.epochs)
        return FilmPainting(
            job.film, job.size, settings, painter, store, epochs=job.epochs, paintings=len(job.paintings)
        )

    return replace(job, settings=settings), begin


def _on_ray(job: _Job, ray: Any, threads: int, display: Display) -> tuple[_Job, _Begin]:
    """The job with the device and the precision that it is painted with on a cluster."""
    from styletransfer.cluster.nodes import NodeWatch
    from styletransfer.video.on_ray import Manner, RayPainting, settled

    watch = NodeWatch(ray, threads, display.say)
    settings = settled(ray, watch.nodes, job.settings)
    watch.nodes.options(job.size, settings)  # that there is a node for it

    def begin(store: frame_store.FrameStore) -> RayPainting:
        manner = Manner(tuple(job.paintings), settings, job.weights, job.epochs)
        return RayPainting(job.film, job.size, manner, store, ray, watch)

    return replace(job, settings=settings), begin


def _run(painting: "FilmPainting | RayPainting", interrupt: Interrupt, report: Report) -> bool:
    """Paint to the end, or until Ctrl-C. Returns whether all is painted."""
    with closing(painting.run()) as steps:
        for progress in steps:
            interrupt.armed = True  # a frame is soon done, and then nothing is lost
            said = _("frame {frame} of {frames}", frame=progress.painted, frames=progress.frames)
            report(progress.done, progress.done + progress.left, said)
            if interrupt.asked:
                return False
    return True


def _announce(
    film: SourceFilm, size: tuple[int, int], network: str, store: frame_store.FrameStore, display: Display
) -> None:
    display.say(_("Network: {network}", network=network))
    if film.colors.high_range:
        display.say(_("{path} has a high dynamic range; it is painted in the usual one (BT.709).", path=film.path))
    display.say(
        ngettext(
            "{count} frame of {width} x {height} pixels.",
            "About {count} frames of {width} x {height} pixels.",
            film.count,
            width=size[0],
            height=size[1],
        )
    )
    there = store.count()
    if there:
        display.say(ngettext("{count} frame is painted already.", "{count} frames are painted already.", there))


def _check_disk(film: SourceFilm, size: tuple[int, int], folder: Path) -> None:
    """Make sure that the painted frames will fit on the disk, as far as can be told. Raises StyleTransferError."""
    there = sum(path.stat().st_size for path in folder.glob("[0-9]*.png"))
    needed = round(_BYTES_PER_PIXEL * size[0] * size[1] * film.count) - there
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StyleTransferError(
            "The painted frames take about {needed} until the film is done, and {free} are free; free some space, "
            "write somewhere else, or choose a smaller --size or a part of the film.",
            needed=units.storage(needed),
            free=units.storage(free),
        )


def _order(request: FilmRequest, size: tuple[int, int], settings: Settings, checksum: int) -> dict[str, Any]:
    """What the film is painted from and how: frames that were painted otherwise do not go with it."""
    free = ("device", "network", "weights", "preview_every", "precision")
    return {
        "film": _identity(request.film),
        "part": [request.begin, request.end, request.every],
        "paintings": [sha256_of(path) for path in request.paintings],
        "size": list(size),
        "settings": {name: value for name, value in settings.to_dict().items() if name not in free},
        "epochs": request.epochs,
        "network": checksum,
        "precision": settings.precision,
    }


def _identity(path: Path) -> str:
    """What a film's file is known by: its length and a hash of both its ends, as the whole may be many gigabytes."""
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        seen = hashlib.sha256(file.read(_HEAD))
        file.seek(max(0, length - _HEAD))
        seen.update(file.read(_HEAD))
    return f"{length} {seen.hexdigest()}"
