"""What a frame of a film starts from and is held to: the last painted one, moved, and the photo where that is not sure.

Knows nothing of torch.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from styletransfer.video.flow import Motion, Pixels

_FEWEST = 64
"""Sure pixels from which on they tell how the film's colours are painted."""


def start_picture(moved: Image.Image, photo: Image.Image, motion: Motion) -> Image.Image:
    """The moved painted frame (RGB) where the last one shows it; elsewhere the photo in the painting's colours.

    A bare photo would stay paler than what is painted around it, and colours taken from nearby would often be those of
    whatever has just moved away: either is a trail behind it.
    """
    seen = motion.seen[..., None]
    painted, plain = np.asarray(moved, np.float32), np.asarray(photo, np.float32)
    mixed = seen * painted + (1 - seen) * _colored(plain, painted, motion.sure)
    return Image.fromarray(np.rint(mixed).clip(0, 255).astype(np.uint8))


def _colored(photo: Pixels, painted: Pixels, sure: NDArray[np.float32]) -> Pixels:
    """The photo in the colours that the painting has for its colours: an affine map, by least squares."""
    weight = sure.reshape(-1, 1)
    if weight.sum() < _FEWEST:
        return photo
    colors = np.concatenate([photo.reshape(-1, 3) / 255, np.ones((weight.size, 1), np.float32)], axis=1)
    products = (colors * weight).T @ colors + 1e-3 * np.eye(4) * weight.sum()  # plain frames have one colour
    matrix = np.linalg.solve(products, (colors * weight).T @ painted.reshape(-1, 3))
    return np.asarray((colors @ matrix).reshape(photo.shape), np.float32)


def flicker(painted: Image.Image, moved: Image.Image, motion: Motion) -> float:
    """The mean difference, 0 to 255, of a painted frame and the last one, moved, where the flow is sure."""
    sure = motion.sure > 0.99
    difference = np.abs(np.asarray(painted, np.float32) - np.asarray(moved, np.float32)).mean(2)
    return float(difference[sure].mean()) if sure.any() else 0.0
