"""How fast a run goes at present, and how long it will still take."""

from collections import deque
from itertools import accumulate

from styletransfer.engine.scales import scale_shapes, split_epochs
from styletransfer.machine.cost import epoch_work
from styletransfer.machine.speeds import Speed
from styletransfer.settings import Settings

WINDOW = 6.0
"""Seconds of painting that count as the present."""
FEWEST_PIXELS = 20_000
"""Pixels of a picture under which an epoch's time says little about larger ones."""


class Pace:
    """Learns from each epoch of one run.

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
    def seconds_per_megapixel(self) -> float | None:
        """Seconds for every unit of `epoch_work`, or None while too little is known for a good measurement."""
        speed = self.epochs_per_second
        if speed is None or self._scale is None or len(self._marks) < 6:
            return None
        pixels = self._scale[0] * self._scale[1]
        return None if pixels < FEWEST_PIXELS else 1 / (speed * epoch_work(self._scale, self._settings))

    def speed(self, network: str, device: str, *, half: bool) -> Speed | None:
        """The same, with what it was measured on; see `Speed`."""
        seconds = self.seconds_per_megapixel
        return None if seconds is None else Speed(network, device, seconds, self._settings.precision, half)

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
