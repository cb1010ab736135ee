"""What the command line knows of a painting before it is begun: whether it fits into memory, and how long it takes."""

import os
from collections.abc import Callable, Iterator

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError
from styletransfer.machine import cost
from styletransfer.machine.free_memory import bytes_for
from styletransfer.machine.speed import RunSpeed, Speed, measure_speed
from styletransfer.machine.speed_store import SpeedStore
from styletransfer.settings import Settings
from styletransfer.support import units
from styletransfer.texts import Text, _


def check_memory(photo_size: tuple[int, int], settings: Settings, device: str, *, bfloat16: bool) -> None:
    """Make sure that a painting fits into the memory that is free.

    Args:
        photo_size: (width, height) of the photo.
        settings: How it is painted.
        device: Kind of device that it is painted on: "cpu", "cuda" or "mps".
        bfloat16: Whether the network reckons in bfloat16 there.

    Raises:
        StyleTransferError: It does not; the sentence names the largest size that does.
    """
    # Other devices have memory of their own.
    free = bytes_for(os.getpid()) if device == "cpu" else None
    needed = cost.memory(photo_size, settings, bfloat16=bfloat16)
    if free is None or needed <= free:
        return
    largest = cost.largest_size(photo_size, settings, free, bfloat16=bfloat16)
    remedy = (
        Text("close other programs first")
        if largest is None
        else Text("choose a --size of at most {largest}", largest=largest)
    )
    raise StyleTransferError(
        "This takes about {needed} of memory, and there is {free}: {remedy}.",
        needed=units.storage(needed),
        free=units.storage(free),
        remedy=remedy,
    )


class Estimate:
    """The time and memory that one painting will take on this machine, whose speed it learns on the way.

    Args:
        photo_size: (width, height) of the photo.
        settings: How it is painted.
        device: Kind of device that it is painted on: "cpu", "cuda" or "mps".
        bfloat16: Whether the network reckons in bfloat16 there.
    """

    def __init__(self, photo_size: tuple[int, int], settings: Settings, device: str, *, bfloat16: bool) -> None:
        self._photo_size = photo_size
        self._settings = settings
        self._device = device
        self._bfloat16 = bfloat16
        self._speeds = SpeedStore()
        self._run_speed = RunSpeed(settings, photo_size)

    def sentence(
        self,
        network: str,
        paintings: int,
        done: int,
        last: int,
        paint: Callable[[Image.Image, Settings], Iterator[Frame]],
    ) -> str:
        """The expected time and, where it is the processor's, memory: "About 50 s, 1.1 GB of memory.".

        Args:
            network: What is painted with.
            paintings: How many paintings are looked at.
            done: Epochs that are done already.
            last: Epoch after which it ends.
            paint: Paints a picture in its own manner; called only where this machine's speed is not yet known.
        """
        speed = self._speeds.find(network, self._device, self._settings.precision)
        if speed is None:
            speed = measure_speed(paint, self._settings)
            self._learn(speed, rough=True)
        work = cost.work(self._photo_size, self._settings, paintings, first=done, last=last)
        time = units.duration(speed.seconds_per_megapixel * work)
        if self._device != "cpu":
            return _("About {time}.", time=time)
        memory = units.storage(cost.memory(self._photo_size, self._settings, bfloat16=self._bfloat16))
        return _("About {time}, {memory} of memory.", time=time, memory=memory)

    def add(self, frame: Frame) -> None:
        """Take in how long the next epoch took."""
        self._run_speed.add(frame.seconds, frame.epoch, frame.scale)
        speed = self._run_speed.of_machine(frame.network, frame.device, bfloat16=frame.bfloat16)
        if frame.epoch == frame.epochs and speed is not None:
            self._learn(speed, rough=False)

    def _learn(self, speed: Speed, *, rough: bool) -> None:
        self._speeds.learn(speed, rough=rough, automatic=self._settings.device == "auto")
