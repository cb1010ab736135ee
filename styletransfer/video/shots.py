"""Where one shot of a film ends and the next one begins. Knows nothing of torch."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from styletransfer.video.flow import Motion

LOST = 0.25
"""Share of a frame that must be found again in the next one; with less, nothing is left to be held to."""
DOUBTFUL = 0.6
"""Where less than this share is found again, other colours make it a cut."""
OTHER_COLORS = 0.35
"""Distance between the colours of two frames, 0 to 1, from which on they are others."""
_BINS = 6


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
