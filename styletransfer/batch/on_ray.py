"""A batch on a Ray cluster: each picture is a task, and only this process writes.

Ray decides which node paints a picture, and paints it anew elsewhere when that one dies. What travels are the files'
bytes, and the network once for each node.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

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
    here,
)
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import StyleTransferError
from styletransfer.support.version import __version__


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
    watch = NodeWatch(ray, threads, batch.tell)
    paint = ray.remote(_paint)
    stored = ray.put(weights)
    running: dict[Any, Item] = {}
    to_paint = batch.to_paint()
    coming = next(to_paint, None)
    while not asked():
        while coming is not None and len(running) < WAITING * watch.nodes.slots(coming[1].recipe.settings):
            item, order = coming
            coming = next(to_paint, None)
            nodes, settings = watch.nodes, order.recipe.settings
            try:
                options = nodes.options(USUAL_PHOTO, settings)
            except StyleTransferError as error:
                batch.failed(item, error)
                continue
            order = replace(order, recipe=replace(order.recipe, settings=nodes.settled(settings)))
            # In a list, a reference is not fetched before a process needs what it stands for.
            task = paint.options(**options, max_retries=RETRIES).remote([stored], order, nodes.threads, __version__)
            running[task] = item
        if not running and coming is None:
            return True
        for task in finished(ray, list(running)):
            _take(batch, ray, running.pop(task), task)
        watch.look()
    return False


def _take(batch: Batch, ray: Any, item: Item, task: Any) -> None:
    """Save what came of a task. Raises StyleTransferError where none of the others can come to more."""
    try:
        result: Painted | Failure = fetched(ray, task)
    except BrokenError as error:
        batch.failed(item, error.__cause__ if isinstance(error.__cause__, Exception) else error)
    except DiedError as error:
        batch.failed(item, error)
    else:
        if isinstance(result, Failure):
            batch.failed(item, StyleTransferError(result.reason), result.where)
        else:
            batch.painted(item, result)


def _paint(stored: list[Any], order: Order, threads: int, version: str) -> Painted | Failure:
    """The task: paint one picture in a process of a node."""
    try:
        check_version(version)
        torch.set_num_threads(threads)
        painter = _painter(stored[0])
        *_, last = painter.frames(order)
        return painter.finished(order, last, here())
    except (StyleTransferError, MemoryError, RuntimeError) as error:
        return failure(error)


@cache
def _painter(stored: Any) -> Painter:
    """The painter of this process, with the network that the batch paints with."""
    import ray

    return Painter(ray.get(stored))
