"""A batch on a Ray cluster: each picture is a task, and only this process writes.

Ray decides which node paints a picture, and paints it anew elsewhere when that one dies. What travels are the files'
bytes, and the network once for each node.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import torch

from styletransfer.batch.painter import Order, Painted, Painter
from styletransfer.batch.plan import USUAL_PHOTO, Item
from styletransfer.batch.run import Batch
from styletransfer.engine.vgg.precision import network_dtype
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.machine import cost
from styletransfer.settings import Precision, Settings
from styletransfer.support import units
from styletransfer.support.throttle import Throttle
from styletransfer.support.version import __version__
from styletransfer.texts import Text, _

RETRIES = 4
"""Times that a picture is painted anew as a node or a process has died under it."""
_WAITING = 2
"""Pictures that are handed to Ray for each one that it can paint at a time, so that no node is ever idle, and yet no
thousand photos lie in memory."""
_TICK = 0.5
"""Seconds after which it is looked whether Ctrl-C has come."""


class Failure(NamedTuple):
    """Why a picture was not painted; a task that raises would be wrapped up by Ray."""

    reason: str
    where: str


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
    nodes = _Nodes.alive(ray, threads)
    paint = ray.remote(_paint)
    stored = ray.put(weights)
    running: dict[Any, Item] = {}
    throttle = Throttle(share=0.02, least=1.0)
    to_paint = batch.to_paint()
    all_sent = False
    while not asked():
        while not all_sent and len(running) < _WAITING * nodes.pictures:
            item, order = next(to_paint, (None, None))
            if item is None or order is None:
                all_sent = True
                break
            try:
                options = nodes.options(order.recipe.settings)
            except StyleTransferError as error:
                batch.failed(item, error)
                continue
            # In a list, a reference is not fetched before a process needs what it stands for.
            task = paint.options(**options, max_retries=RETRIES).remote(
                [stored], nodes.settled(order), nodes.threads, __version__
            )
            running[task] = item
        if not running and all_sent:
            return True
        for task in _done(ray, list(running)):
            _take(batch, ray, running.pop(task), task)
        if throttle.due():
            with throttle.timed():
                now = _Nodes.alive(ray, nodes.threads)  # one may have come or gone
            if now.count < nodes.count:
                batch.tell(_("A node of the cluster has died: what it was painting is painted elsewhere."))
            nodes = now
    return False


def _done(ray: Any, running: list[Any]) -> list[Any]:
    """All tasks that are done, once one is; none if none is within a moment."""
    if not running:
        return []
    first, others = ray.wait(running, timeout=_TICK)
    if not first or not others:
        return list(first)
    more, _rest = ray.wait(others, num_returns=len(others), timeout=0)
    return [*first, *more]


def _take(batch: Batch, ray: Any, item: Item, task: Any) -> None:
    """Save what came of a task. Raises StyleTransferError where none of the others can come to more."""
    try:
        result: Painted | Failure = ray.get(task)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, ImportError):
            raise StyleTransferError(
                "The nodes of the Ray cluster lack this program ({reason}); install it on each of them.",
                reason=error.cause,
            ) from error
        batch.failed(item, error.cause if isinstance(error.cause, Exception) else error)
        return
    except ray.exceptions.RayError as error:
        died = StyleTransferError(
            "What painted it died again and again ({reason}); choose a smaller --size, or look at the nodes.",
            reason=type(error).__name__,
        )
        batch.failed(item, died)
        return
    if isinstance(result, Failure):
        batch.failed(item, StyleTransferError(result.reason), result.where)
    else:
        batch.painted(item, result)


@dataclass(frozen=True)
class _Nodes:
    """What the nodes of a cluster have that are alive.

    Attributes:
        count: How many nodes there are.
        pictures: How many pictures they can paint at a time.
        threads: Of the processor for each; no more than the smallest node has, so that any node can paint any picture.
        gpus: Graphics cards.
        memory: Bytes that the largest node has for tasks.
    """

    count: int
    pictures: int
    threads: int
    gpus: int
    memory: float

    @classmethod
    def alive(cls, ray: Any, threads: int) -> "_Nodes":
        """Those of the cluster that is connected, for so many threads a picture, if a node has as many."""
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        cores = [int(node.get("CPU", 0)) for node in nodes if node.get("CPU", 0) >= 1]
        threads = min([threads, *cores])
        gpus = int(sum(node.get("GPU", 0) for node in nodes))
        pictures = gpus or sum(core // threads for core in cores)
        return cls(len(nodes), pictures, threads, gpus, max((node.get("memory", 0.0) for node in nodes), default=0.0))

    def options(self, settings: Settings) -> dict[str, Any]:
        """What Ray is to set aside for a picture.

        Raises:
            StyleTransferError: No node has it.
        """
        if self._on_gpu(settings):
            return {"num_gpus": 1, "num_cpus": 1}
        try:
            memory = cost.memory(USUAL_PHOTO, settings, bfloat16=_is_bfloat16(settings))
        except StyleTransferError:
            memory = 0
        if self.memory and memory > self.memory:
            raise StyleTransferError(
                "This takes about {needed} of memory, and the largest node has {free}: choose a smaller --size.",
                needed=units.storage(memory),
                free=units.storage(int(self.memory)),
            )
        return {"num_cpus": self.threads, "memory": memory}

    def settled(self, order: Order) -> Order:
        """The order with the precision that this machine takes, so that it does not depend on who paints."""
        settings = order.recipe.settings
        if self._on_gpu(settings):
            return order
        precision: Precision = "half" if _is_bfloat16(settings) else "full"
        return replace(order, recipe=replace(order.recipe, settings=replace(settings, precision=precision)))

    def _on_gpu(self, settings: Settings) -> bool:
        return self.gpus > 0 and settings.device in ("auto", "cuda")


def _is_bfloat16(settings: Settings) -> bool:
    return network_dtype(torch.device("cpu"), settings.precision).itemsize == 2


def _paint(stored: list[Any], order: Order, threads: int, version: str) -> Painted | Failure:
    """The task: paint one picture in a process of a node."""
    import ray

    where = f"{socket.gethostname()} {ray.get_runtime_context().get_node_id()[:8]}"
    if version != __version__:
        said = Text(
            "The node has version {there} of this program, not {here}; install the same.",
            there=__version__,
            here=version,
        )
        return Failure(said, where)
    torch.set_num_threads(threads)
    try:
        painter = _painter(stored[0])
        *_, last = painter.frames(order)
        return painter.finished(order, last, where)
    except StyleTransferError as error:
        return Failure(error.text, where)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return Failure(NO_MEMORY, where)


@cache
def _painter(stored: Any) -> Painter:
    """The painter of this process, with the network that the batch paints with."""
    import ray

    return Painter(ray.get(stored))
