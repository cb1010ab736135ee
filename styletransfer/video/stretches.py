"""A film in stretches: frames of one shot that follow each other, as many as one task on another machine paints.

The frames of a shot go on from each other, so that what can be shared out are its shots. A long one is cut into
stretches all the same, each of which waits for the one before, as all of its frames lie in memory at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from PIL import Image

from styletransfer.video.shots import Unpainted

MOST_BYTES = 32 * 2**20
"""Of the frames of a stretch, so that many of them fit into memory."""


@dataclass(frozen=True)
class Stretch:
    """Frames that follow each other and are to be painted one after another.

    Attributes:
        first: The number of the first of them.
        photos: The frames, RGB.
        before: The frame before, or None if they begin a shot.
        shot: The shot's first frame, if that is known.
        painted: The frame before, painted, once it is.
    """

    first: int
    photos: tuple[Image.Image, ...]
    before: Image.Image | None
    shot: Image.Image | None
    painted: Image.Image | None = None

    @property
    def end(self) -> int:
        """The number of the frame after the last of them."""
        return self.first + len(self.photos)

    def rest(self, index: int) -> Self:
        """What is left of it once all before frame `index` are painted."""
        done = index - self.first
        if not done:
            return self
        return replace(self, first=index, photos=self.photos[done:], before=self.photos[done - 1], painted=None)


def stretches(frames: Iterable[Unpainted], most_bytes: int = MOST_BYTES) -> Iterator[Stretch | None]:
    """The stretches of a film in their order; None after each frame that ends none, so that others can do their work.

    Args:
        frames: Those that are to be painted.
        most_bytes: Of the frames of a stretch, unless a single one has more.
    """
    begun: list[Unpainted] = []
    taken = 0
    for frame in frames:
        size = 3 * frame.photo.width * frame.photo.height
        ended = None
        if begun and (frame.motion is None or frame.index > begun[-1].index + 1 or taken + size > most_bytes):
            ended = _stretch(begun)
            begun, taken = [], 0
        begun.append(frame)
        taken += size
        yield ended
    if begun:
        yield _stretch(begun)


def _stretch(frames: list[Unpainted]) -> Stretch:
    first = frames[0]
    return Stretch(first.index, tuple(frame.photo for frame in frames), first.before, first.shot)
