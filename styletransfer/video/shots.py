"""Where one shot of a film ends and the next one begins: what each frame goes on from. Knows nothing of torch."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from styletransfer.video.flow import Motion, OpticalFlow
from styletransfer.video.source import SourceFrame

LOST = 0.25
"""Share of a frame that must be found again in the next one; with less, nothing is left to be held to."""
DOUBTFUL = 0.6
"""Where less than this share is found again, other colours make it a cut."""
OTHER_COLORS = 0.35
"""Distance between the colours of two frames, 0 to 1, from which on they are others."""
_BINS = 6


@dataclass(frozen=True)
class Unpainted:
    """A frame of a film that is to be painted.

    Attributes:
        index: Its number, counted from 0.
        photo: The frame, RGB.
        before: The frame before, or None if this one begins a shot.
        motion: How things moved since then, or None if this one begins a shot.
        shot: The shot's first frame, if that is known.
    """

    index: int
    photo: Image.Image
    before: Image.Image | None
    motion: Motion | None
    shot: Image.Image | None


def unpainted(
    frames: Iterable[SourceFrame], size: tuple[int, int], is_painted: Callable[[int], bool], *, every_shot: bool
) -> Iterator[Unpainted]:
    """The frames that are not painted, in their order.

    Args:
        frames: All frames.
        size: (width, height) that they are painted at.
        is_painted: Tells it of a frame by its number.
        every_shot: Whether each frame's shot must be known, which takes a look at those that are painted, too.
    """
    flow = OpticalFlow()
    last: SourceFrame | None = None
    before: Image.Image | None = None
    shot: Image.Image | None = None
    for index, frame in enumerate(frames):
        photo, motion, wanted = None, None, not is_painted(index)
        if wanted or every_shot:
            photo = frame.image(size)
            if last is not None:
                before = before or last.image(size)
                motion = flow.between(before, photo)
                motion = None if is_cut(motion, before, photo) else motion
            shot = photo if motion is None else shot if every_shot else None
            if wanted:
                yield Unpainted(index, photo, None if motion is None else before, motion, shot)
        last, before = frame, photo


def is_cut(motion: Motion, last: Image.Image, current: Image.Image) -> bool:
    """Whether `current` begins a new shot after `last` (RGB, of one size), given the motion between them."""
    if motion.share < LOST:
        return True
    return motion.share < DOUBTFUL and color_distance(last, current) > OTHER_COLORS


def color_distance(one: Image.Image, other: Image.Image) -> float:
    """How much of one picture's colours, wherever they are, the other one lacks: 0 none, 1 all of them."""
    return 1 - float(np.minimum(_histogram(one), _histogram(other)).sum())


def _histogram(image: Image.Image) -> NDArray[np.float32]:
    """The share of each colour, with soft borders between them, so that a little more light changes it little."""
    counts = cv2.calcHist([np.asarray(image)], [0, 1, 2], None, [_BINS] * 3, [0, 256] * 3)
    return np.asarray(counts / counts.sum(), np.float32)
