"""A batch on a Ray cluster: each picture is a task, and only this process writes.

Ray decides which node paints a picture. What travels are the files' bytes, the network once for each node, and now and
then a checkpoint, from which the picture goes on elsewhere when its node dies, or with the next batch.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch

from styletransfer.batch.painter import Order, Painted, Painter
from styletransfer.batch.plan import USUAL_PHOTO, Item
from styletransfer.batch.run import Batch
from styletransfer.cluster.nodes import WAITING, NodeWatch
from styletransfer.cluster.tasks import (
    RETRIES,
    BrokenError,
    DiedError,
    Failure,
    check_version,
    failure,
    fetched,
    finished,
    this_node,
)
from styletransfer.engine.checkpoint import Checkpoint, load_checkpoint
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.imaging.recipe import installed_versions
from styletransfer.support.files import replacing
from styletransfer.support.version import __version__

_LEAST = 30.0
"""Seconds of painting between two checkpoints of a picture, at least."""
_PAUSE = 2.0
"""Seconds between two checkpoints of any pictures: each has tens of megabytes, and the driver takes them all."""


class Begun(NamedTuple):
    """A checkpoint, as a file's bytes, and the seconds of painting up to it."""

    checkpoint: bytes
    seconds: float


@dataclass(frozen=True)
class _Task:
    """What a node is painting.

    Attributes:
        item: The picture.
        order: What it is painted from.
        checkpoint: The file of its checkpoint.
        deaths: How often something has died under it.
    """

    item: Item
    order: Order
    checkpoint: Path
    deaths: int = 0


def paint_on_ray(batch: Batch, ray: Any, weights: Weights, threads: int, asked: Callable[[], bool]) -> bool:
    """Paint what is not there yet.

    Args:
        batch: What is to be painted.
        ray: The module, connected to a cluster.
        weights: Of the network.
        threads: Of the processor, for each picture that is painted on one.
        asked: Whether the user has asked to stop.

    Returns:
        Whether it came to the end.

    Raises:
        DiskFullError: There is no room for more pictures.
    """
    return _Driver(batch, ray, weights, threads).run(asked)


class _Driver:
    def __init__(self, batch: Batch, ray: Any, weights: Weights, threads: int) -> None:
        self._batch, self._ray = batch, ray
        self._watch = NodeWatch(ray, threads, batch.tell)
        self._paint = self._watch.nodes.remote(ray, _paint)
        self._stored = ray.put(weights)
        self._running: dict[Any, _Task] = {}

    def run(self, asked: Callable[[], bool]) -> bool:
        """Whether it came to the end."""
        to_paint = self._batch.to_paint()
        coming = next(to_paint, None)
        while not asked():
            while coming is not None and len(self._running) < WAITING * self._slots(coming[1]):
                self._begin(*coming)
                coming = next(to_paint, None)
            if not self._running and coming is None:
                return True
            for task in finished(self._ray, list(self._running)):
                self._take(task)
            self._watch.look()
        return False

    def _slots(self, order: Order) -> int:
        return self._watch.nodes.slots(order.recipe.settings)

    def _begin(self, item: Item, order: Order) -> None:
        settings = self._watch.nodes.settled(order.recipe.settings)
        order = replace(order, recipe=replace(order.recipe, settings=settings))
        recipe = replace(order.recipe, versions=installed_versions())  # as a batch without Ray keeps it
        self._hand_out(_Task(item, order, self._batch.folder.checkpoint(recipe)))

    def _hand_out(self, task: _Task) -> None:
        nodes = self._watch.nodes
        try:
            options = nodes.options(USUAL_PHOTO, task.order.recipe.settings)
        except StyleTransferError as error:
            self._batch.failed(task.item, error)
            return
        begun = None
        with suppress(OSError):
            begun = task.checkpoint.read_bytes()
        every = max(_LEAST, _PAUSE * self._slots(task.order))
        # In a list, a reference is not fetched before a process needs what it stands for.
        reference = self._paint.options(**options, max_retries=0, num_returns="streaming").remote(
            [self._stored], task.order, begun, every, nodes.threads, __version__
        )
        self._running[reference] = task

    def _take(self, reference: Any) -> None:
        """Save what has come of a task. Raises StyleTransferError where none of the others can come to more."""
        task = self._running[reference]
        try:
            result: Begun | Painted | Failure = fetched(self._ray, next(reference))
        except DiedError as error:
            del self._running[reference]
            if task.deaths < RETRIES:
                self._hand_out(replace(task, deaths=task.deaths + 1))
            else:
                self._batch.failed(task.item, error)
            return
        except BrokenError as error:
            del self._running[reference]
            self._batch.failed(task.item, error.__cause__ if isinstance(error.__cause__, Exception) else error)
            return
        if isinstance(result, Begun):
            self._keep(task, result)
            return
        del self._running[reference]
        if isinstance(result, Failure):
            self._batch.failed(task.item, StyleTransferError(result.reason), result.where)
            return
        self._batch.painted(task.item, result)
        with suppress(OSError):
            task.checkpoint.unlink(missing_ok=True)

    def _keep(self, task: _Task, begun: Begun) -> None:
        """Keep a checkpoint; without one the picture is painted all the same."""
        with suppress(StyleTransferError):
            with replacing(task.checkpoint, settled=True) as temporary:
                temporary.write_bytes(begun.checkpoint)
            self._batch.begun(task.item, begun.seconds)


def _paint(
    stored: list[Any], order: Order, begun: bytes | None, every: float, threads: int, version: str
) -> Iterator[Begun | Painted | Failure]:
    """The task: paint one picture in a process of a node."""
    try:
        check_version(version)
        torch.set_num_threads(threads)
        for step in painted(_painter(stored[0]), order, begun, every):
            yield replace(step, where=this_node()) if isinstance(step, Painted) else step
    except (StyleTransferError, MemoryError, RuntimeError) as error:
        yield failure(error)


def painted(painter: Painter, order: Order, begun: bytes | None, every: float) -> Iterator[Begun | Painted]:
    """A picture, and before it, after every so many seconds, a checkpoint.

    Args:
        painter: Paints it.
        order: What it is painted from.
        begun: The checkpoint to go on from, if there is one; a damaged one is as good as none.
        every: Seconds between two checkpoints.
    """
    try:
        yield from _steps(painter, order, _opened(begun), every)
    except DamagedStateError:
        yield from _steps(painter, order, None, every)


def _steps(painter: Painter, order: Order, resume: Checkpoint | None, every: float) -> Iterator[Begun | Painted]:
    kept = time.monotonic()
    for frame in painter.frames(order, resume):
        if frame.epoch == frame.epochs:
            yield painter.finished(order, frame)
        elif time.monotonic() - kept >= every and isinstance(frame.checkpoint, Checkpoint):
            yield Begun(_bytes(frame.checkpoint), frame.seconds)
            kept = time.monotonic()


def _opened(begun: bytes | None) -> Checkpoint | None:
    if begun is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        path.write_bytes(begun)
        try:
            return load_checkpoint(path)
        except StyleTransferError:
            return None


def _bytes(checkpoint: Checkpoint) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        checkpoint.save(path, settled=False)
        return path.read_bytes()


@cache
def _painter(stored: Any) -> Painter:
    """The painter of this process, with the network that the batch paints with."""
    import ray

    return Painter(ray.get(stored))
