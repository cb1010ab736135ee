"""A film on a Ray cluster: its shots are tasks, and only this process writes.

A task hands out each frame as soon as it is painted. When a node or a process dies, what its task has not painted yet
is handed out anew.
"""

import io
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import torch
from PIL import Image

from styletransfer.cluster.nodes import WAITING, Nodes, NodeWatch
from styletransfer.cluster.tasks import (
    RETRIES,
    TICK,
    DiedError,
    Failure,
    check_version,
    failure,
    fetched,
    finished,
)
from styletransfer.engine.device import find_device
from styletransfer.engine.frame_painter import FramePainter
from styletransfer.engine.vgg.precision import settled_precision
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Precision, Settings
from styletransfer.support.version import __version__
from styletransfer.video.defaults import TEMPORAL_WEIGHT
from styletransfer.video.flow import OpticalFlow
from styletransfer.video.frame_store import FrameStore
from styletransfer.video.job import FilmJob
from styletransfer.video.painting import FilmWork, paint_held
from styletransfer.video.progress import Progress
from styletransfer.video.request import FilmRequest
from styletransfer.video.source import SourceFilm
from styletransfer.video.stretches import Stretch, stretches

_BEHIND = 8
"""Stretches of long shots that may lie in memory and wait for those before them, so that the shots behind are found."""


@dataclass(frozen=True)
class Manner:
    """How all frames of a film are painted.

    Attributes:
        paintings: RGB or RGBA, one to four.
        settings: How a shot's first frame is painted; `settled`, so that all nodes do the same.
        weights: Of the network.
        epochs: Of each later frame.
        weight: See `TEMPORAL_WEIGHT`.
    """

    paintings: tuple[Image.Image, ...]
    settings: Settings
    weights: Weights
    epochs: int
    weight: float = TEMPORAL_WEIGHT


@dataclass
class _Task:
    """What a node is painting.

    Attributes:
        stretch: The frames.
        next: The number of the frame that it gives next.
        deaths: How often something has died under that frame.
    """

    stretch: Stretch
    next: int = field(init=False)
    deaths: int = 0

    def __post_init__(self) -> None:
        self.next = self.stretch.first


class RayPainting(FilmWork):
    """Paints one film on a cluster; else as `FilmPainting`.

    Args:
        film: What to paint.
        size: (width, height) of the painted frames, both even; the settings give the same.
        manner: How.
        store: Keeps the painted frames.
        ray: The module, connected to a cluster.
        watch: Knows its nodes.
    """

    def __init__(
        self,
        film: SourceFilm,
        size: tuple[int, int],
        manner: Manner,
        store: FrameStore,
        ray: Any,
        watch: NodeWatch,
    ) -> None:
        super().__init__(film, size, manner.settings, store, epochs=manner.epochs, paintings=len(manner.paintings))
        self._manner, self._ray, self._watch = manner, ray, watch
        self._paint = watch.nodes.remote(ray, _paint)
        self._stored = ray.put(manner)
        self._running: dict[Any, _Task] = {}
        self._painted, self._shots, self._done = store.painted, 0, 0.0

    def run(self) -> Generator[Progress, None, None]:
        """See `FilmWork.run`; tells how far it is whether or not a frame has come."""
        coming, all_found = stretches(self.unpainted()), False
        waiting: list[Stretch] = []
        while True:
            slots = WAITING * self._watch.nodes.slots(self._manner.settings)
            search = not all_found and len(waiting) + len(self._running) < slots + _BEHIND
            if search:
                try:
                    found = next(coming)
                except StopIteration:
                    all_found = True
                else:
                    waiting += [] if found is None else [found]
            ready = [stretch for stretch in waiting if self._can_begin(stretch)]
            for stretch in ready[: max(0, slots - len(self._running))]:
                waiting.remove(stretch)
                self._hand_out(stretch)
            if all_found and not waiting and not self._running:
                return
            for task in finished(self._ray, list(self._running), patience=0 if search else TICK):
                self._take(task)
            self._watch.look()
            yield self._progress()

    def _can_begin(self, stretch: Stretch) -> bool:
        return stretch.before is None or self._store.has(stretch.first - 1)

    def _hand_out(self, stretch: Stretch, deaths: int = 0) -> None:
        if stretch.before is not None:
            stretch = replace(stretch, painted=self._store.load(stretch.first - 1))
        nodes = self._watch.nodes
        options = nodes.options(self._size, self._manner.settings)
        # In a list, a reference is not fetched before a process needs what it stands for.
        task = self._paint.options(**options, max_retries=0, num_returns="streaming").remote(
            [self._stored], stretch, nodes.threads, __version__
        )
        self._running[task] = _Task(stretch, deaths=deaths)

    def _take(self, task: Any) -> None:
        """Keep the next frame of a task; if it has died, hand out what is left of it."""
        running = self._running[task]
        try:
            frame: bytes | Failure = fetched(self._ray, next(task))
        except StopIteration:
            del self._running[task]
            return
        except DiedError:
            del self._running[task]
            if running.deaths == RETRIES:
                raise
            self._hand_out(running.stretch.rest(running.next), running.deaths + 1)
            return
        if isinstance(frame, Failure):
            raise StyleTransferError(frame.reason)
        begins = running.next == running.stretch.first and running.stretch.before is None
        self._store.keep(running.next, frame)
        running.next, running.deaths = running.next + 1, 0
        self._painted += 1
        self._shots += begins
        self._done += self.first_work if begins else self.later_work

    def _progress(self) -> Progress:
        frames = max(self._painted, self.count)
        return Progress(self._painted, frames, self._done, (frames - self._painted) * self.later_work, self._shots)


class RayFilmJob(FilmJob):
    """One film to be painted on a cluster; else as `FilmJob`.

    Args:
        request, film, paintings: See there.
        ray: The module, connected to the cluster.
        threads: Of the processor, for each frame that is painted on one.
        tell: Is told when a node has died.

    Raises:
        StyleTransferError: The nodes cannot paint so.
    """

    def __init__(
        self,
        request: FilmRequest,
        film: SourceFilm,
        paintings: Sequence[Image.Image],
        ray: Any,
        threads: int,
        tell: Callable[[str], None],
    ) -> None:
        self._ray, self._watch = ray, NodeWatch(ray, threads, tell)
        super().__init__(request, film, paintings)
        self._watch.nodes.options(self.size, self.settings)  # that there is a node for it

    def settled(self) -> Settings:
        """The settings with the device and the precision that all nodes paint with."""
        return settled(self._ray, self._watch.nodes, self.settings)

    def painting(self, store: FrameStore, *, seen: bool = False) -> FilmWork:
        """It, ready to be painted on the cluster, where nobody sees a frame before it is done."""
        del seen
        manner = Manner(tuple(self.paintings), self.settings, self.weights, self.request.epochs)
        return RayPainting(self.film, self.size, manner, store, self._ray, self._watch)


def settled(ray: Any, nodes: Nodes, settings: Settings) -> Settings:
    """The settings with the device and the precision that all nodes paint with.

    Args:
        ray: The module, connected to a cluster.
        nodes: Those of the cluster.
        settings: As they are asked for.

    Raises:
        StyleTransferError: The nodes cannot paint so.
    """
    if not nodes.on_gpu(settings):
        return replace(nodes.settled(settings), device="cpu" if settings.device == "auto" else settings.device)
    on_card = replace(settings, device="cuda")
    task = ray.remote(_precision).options(num_gpus=1, num_cpus=1).remote(on_card, __version__)
    answer: Precision | Failure = fetched(ray, task)
    if isinstance(answer, Failure):
        raise StyleTransferError(answer.reason)
    return replace(on_card, precision=answer)


def _precision(settings: Settings, version: str) -> Precision | Failure:
    """A task: the precision that this node's graphics card takes."""
    try:
        check_version(version)
        return settled_precision(find_device(settings.device), settings.precision)
    except StyleTransferError as error:
        return failure(error)


def _paint(stored: list[Any], stretch: Stretch, threads: int, version: str) -> Iterator[bytes | Failure]:
    """The task: paint a stretch in a process of a node, frame by frame, each a PNG file."""
    try:
        check_version(version)
        torch.set_num_threads(threads)
        for image in _painted(stretch, *_painter(stored[0])):
            yield _png(image)
    except (StyleTransferError, MemoryError, RuntimeError) as error:
        yield failure(error)


def _painted(stretch: Stretch, painter: FramePainter, weight: float) -> Iterator[Image.Image]:
    flow = OpticalFlow()
    before, painted = stretch.before, stretch.painted
    for photo in stretch.photos:
        if before is None or painted is None:
            *_, last = painter.first(photo)
            painted = last.image
            assert painted is not None  # noqa: S101 - the last one has its picture
        else:
            motion = flow.between(before, photo)
            painted = paint_held(painter, photo, painted, motion, weight, stretch.shot)[0].image
        yield painted
        before = photo


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@cache
def _painter(stored: Any) -> tuple[FramePainter, float]:
    """The painter of this process, and how much a frame is held to the one before."""
    import ray

    manner: Manner = ray.get(stored)
    painter = FramePainter(manner.paintings, manner.settings, manner.weights, epochs=manner.epochs)
    return painter, manner.weight
