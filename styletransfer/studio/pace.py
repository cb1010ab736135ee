"""How fast a run goes at present, and how long it will still take."""

import math
from collections import deque

from styletransfer.settings import Settings

WINDOW = 6.0
"""Seconds of painting that count as the present."""
FEWEST_PIXELS = 20_000
"""Pixels of a picture under which an epoch's time says little about larger ones."""


class Pace:
    """Learns from each epoch of one run.

    Args:
        settings: Of the run; its final size tells how much of the run is painted at smaller scales.
    """

    def __init__(self, settings: Settings) -> None:
        self._final = max(settings.shape) if settings.shape else settings.size
        self._epochs = settings.epochs
        self._scales = 0  # of the whole run; not known before its first epoch
        self._scale: tuple[int, int] | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=256)

    def add(self, seconds: float, epoch: int, scale: tuple[int, int]) -> None:
        """Tell that `epoch` was done after so many seconds of painting, at `scale`, (height, width) in pixels."""
        if scale != self._scale:
            self._scale = scale
            self._marks.clear()
            self._scales = self._scales or self._scales_to_come + 1
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
        """Seconds of an epoch for every million pixels, or None while too little is known for a good measurement."""
        speed = self.epochs_per_second
        if speed is None or self._scale is None or len(self._marks) < 6:
            return None
        pixels = self._scale[0] * self._scale[1]
        return None if pixels < FEWEST_PIXELS else 1e6 / (speed * pixels)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end of the run, or None while too little is known."""
        speed = self.epochs_per_second
        return None if speed is None else self._work_left() / speed

    @property
    def _scales_to_come(self) -> int:
        """Each scale has half the sides of the next."""
        return 0 if self._scale is None else max(0, round(math.log2(self._final / max(self._scale))))

    def _work_left(self) -> float:
        """What is left to do, in epochs of the present scale: an epoch of the next scale is as much as four.

        The epochs are shared out equally among the scales; the last one takes what remains.
        """
        epoch = self._marks[-1][1]
        share = self._epochs // self._scales
        present = self._scales - 1 - self._scales_to_come
        ends = [*(share * (place + 1) for place in range(present, self._scales - 1)), self._epochs]
        work = 0.0
        for ahead, end in enumerate(ends):
            work += max(0, end - epoch) * 4.0**ahead
            epoch = max(epoch, end)
        return work
