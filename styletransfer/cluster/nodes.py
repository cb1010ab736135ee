"""The nodes of a Ray cluster: what they have, and what of it one that paints is given."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from styletransfer.engine.vgg.precision import settled_precision
from styletransfer.errors import StyleTransferError
from styletransfer.machine import cost
from styletransfer.settings import Settings
from styletransfer.support import units
from styletransfer.support.throttle import Throttle
from styletransfer.texts import _

WAITING = 2
"""Tasks that are handed to Ray for each one that can be worked on at a time, so that no node is ever idle, and yet no
thousand photos lie in memory."""


@dataclass(frozen=True)
class Nodes:
    """What the nodes of a cluster have that are alive.

    Attributes:
        count: How many nodes there are.
        processors: How many tasks they can work on at a time without graphics cards.
        threads: Of the processor for each; no more than the smallest node has, so that any node can do any task.
        gpus: Graphics cards, and so tasks at a time with one.
        most_gpus: Those that a single node has.
        memory: Bytes that the largest node has for tasks.
    """

    count: int
    processors: int
    threads: int
    gpus: int
    most_gpus: int
    memory: float

    @classmethod
    def alive(cls, ray: Any, threads: int) -> "Nodes":
        """Those of the cluster that is connected, for so many threads a task, if a node has as many."""
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        cores = [int(node.get("CPU", 0)) for node in nodes if node.get("CPU", 0) >= 1]
        threads = min([threads, *cores])
        gpus = [int(node.get("GPU", 0)) for node in nodes]
        processors = sum(core // threads for core in cores)
        memory = max((node.get("memory", 0.0) for node in nodes), default=0.0)
        return cls(len(nodes), processors, threads, sum(gpus), max(gpus, default=0), memory)

    def on_gpu(self, settings: Settings) -> bool:
        """Whether what has these settings is painted on a graphics card."""
        return self.gpus > 0 and settings.device in ("auto", "cuda")

    def slots(self, settings: Settings) -> int:
        """How many tasks with these settings can be worked on at a time."""
        return self.gpus if self.on_gpu(settings) else self.processors

    def remote(self, ray: Any, function: Callable[..., Any]) -> Any:
        """What has a function done as a task of this cluster.

        A process stays with the graphics card that it has found first. Where a node has several, it does one task only,
        as Ray might set aside another card for the next.
        """
        return ray.remote(max_calls=1)(function) if self.most_gpus > 1 else ray.remote(function)

    def options(self, photo_size: tuple[int, int], settings: Settings) -> dict[str, Any]:
        """What Ray is to set aside for a picture of a photo of (width, height).

        Raises:
            StyleTransferError: No node has it.
        """
        if self.on_gpu(settings):
            return {"num_gpus": 1, "num_cpus": 1}
        try:
            memory = cost.memory(photo_size, settings, bfloat16=self.settled(settings).precision == "half")
        except StyleTransferError:  # whoever paints it says so of the real photo
            memory = 0
        if self.memory and memory > self.memory:
            raise StyleTransferError(
                "This takes about {needed} of memory, and the largest node has {free}: choose a smaller --size.",
                needed=units.storage(memory),
                free=units.storage(int(self.memory)),
            )
        return {"num_cpus": self.threads, "memory": memory}

    def settled(self, settings: Settings) -> Settings:
        """The settings with the precision that this machine takes, so that it does not depend on who paints.

        On a graphics card it is the card's own.
        """
        if self.on_gpu(settings) or settings.device == "mps":
            return settings
        return replace(settings, precision=settled_precision(torch.device("cpu"), settings.precision))


class NodeWatch:
    """Looks now and then which nodes are alive.

    Args:
        ray: The module, connected to a cluster.
        threads: Of the processor that a task is to have.
        tell: Is told when a node has died.

    Attributes:
        nodes: Those that were alive when it was looked last.
    """

    def __init__(self, ray: Any, threads: int, tell: Callable[[str], None]) -> None:
        self._ray, self._tell = ray, tell
        self._throttle = Throttle(share=0.02, least=1.0)
        self.nodes = Nodes.alive(ray, threads)

    def look(self) -> None:
        """Look again, unless it was just looked."""
        if not self._throttle.due():
            return
        with self._throttle.timed():
            now = Nodes.alive(self._ray, self.nodes.threads)  # one may have come or gone
        if now.count < self.nodes.count:
            self._tell(_("A node of the cluster has died: what it was painting is painted elsewhere."))
        self.nodes = now
