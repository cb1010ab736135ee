"""How fast this machine paints, as a short trial or a run shows, and how long the run will still take.

Knows nothing of torch: what paints is handed in.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.engine.scales import scale_shapes, split_epochs
from styletransfer.machine.cost import epoch_work
from styletransfer.settings import Precision, Settings

TRIAL_SIZE, TRIAL_EPOCHS = 160, 4
"""Enough to know the speed by, and done in a second or two."""
WINDOW = 6.0
"""Seconds of painting that count as the present."""
FEWEST_PIXELS = 20_000
"""Pixels of a picture under which an epoch's time says little about larger ones."""
FEWEST_EPOCHS = 6
"""Epochs that must have been done of late for a good measurement."""


@dataclass(frozen=True)
class Speed:
    """How fast this machine paints.

    Attributes:
        network: What with: "vgg16" or "vgg19".
        device: Kind of device: "cpu", "cuda" or "mps".
        seconds_per_megapixel: Seconds of an epoch for every unit of `cost.epoch_work`.
        precision: What was asked for.
        bfloat16: Whether that was bfloat16 here.
    """

    network: str
    device: str
    seconds_per_megapixel: float
    precision: Precision = "auto"
    bfloat16: bool = False


def measure_speed(paint: Callable[[Image.Image, Settings], Iterator[Frame]], settings: Settings) -> Speed:
    """Take some steps of a small picture, with the network and on the device that the settings name.

    Args:
        paint: Paints a picture in its own manner; whatever it raises is passed on.
        settings: Name the network and the device.
    """
    noise = Image.effect_noise((TRIAL_SIZE, TRIAL_SIZE), 64).convert("RGB")
    small = replace(settings, size=TRIAL_SIZE, shape=None, epochs=TRIAL_EPOCHS, scales=1, stroke_size=1.0)
    small = replace(small, style_shares=None, region_weights=None, palette="painting", init="photo", preview_every=1)
    done = [(frame, time.perf_counter()) for frame in paint(noise, small)]
    # The quickest, as much else is being started at the same time.
    seconds = min(later - earlier for (_, earlier), (_, later) in pairwise(done))
    frame = done[-1][0]
    return Speed(
        frame.network, frame.device, seconds / epoch_work(frame.scale, small), settings.precision, frame.bfloat16
    )


class RunSpeed:
    """How fast one run goes at present, and how long it will still take: learnt from each of its epochs.

    Args:
        settings: Of the run.
        photo_size: (width, height) of the photo.

    Raises:
        StyleTransferError: The result would be too small for the network.
    """

    def __init__(self, settings: Settings, photo_size: tuple[int, int]) -> None:
        shapes = scale_shapes(photo_size, settings)
        ends = accumulate(split_epochs(settings.epochs, len(shapes)))
        self._plan = list(zip((epoch_work(shape, settings) for shape in shapes), ends, strict=True))
        self._settings = settings
        self._scale: tuple[int, int] | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=256)

    def add(self, seconds: float, epoch: int, scale: tuple[int, int]) -> None:
        """Tell that `epoch` was done after so many seconds of painting, at `scale`, (height, width) in pixels."""
        if scale != self._scale:
            self._scale = scale
            self._marks.clear()
        self._marks.append((seconds, epoch))
        while len(self._marks) > 2 and seconds - self._marks[0][0] > WINDOW:
            self._marks.popleft()

    @property
    def epochs_per_second(self) -> float | None:
        """Present speed, or None while too little is known."""
        if len(self._marks) < 2:
            return None
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        return (last - first) / max(ended - began, 1e-6)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end of the run, or None while too little is known."""
        speed = self.epochs_per_second
        if speed is None or self._scale is None:
            return None
        epoch, work = self._marks[-1][1], 0.0  # to be done: an epoch's time grows with its picture
        for cost, end in self._plan:
            work += cost * max(0, end - epoch)
            epoch = max(epoch, end)
        return work / epoch_work(self._scale, self._settings) / speed

    def of_machine(self, network: str, device: str, *, bfloat16: bool) -> Speed | None:
        """The machine's speed with what the run is painted with, or None while too little is known to measure it."""
        speed = self.epochs_per_second
        if speed is None or self._scale is None or len(self._marks) < FEWEST_EPOCHS:
            return None
        if self._scale[0] * self._scale[1] < FEWEST_PIXELS:
            return None
        seconds = 1 / (speed * epoch_work(self._scale, self._settings))
        return Speed(network, device, seconds, self._settings.precision, bfloat16)
