"""The sizes that a picture is painted at, from coarse to fine, and how the epochs are shared out among them.

Knows nothing of torch, so that an estimate of time and memory can be made anywhere.
"""

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import scaled_shape
from styletransfer.settings import SMALLEST_SIDE, Settings

SMALLEST_SCALE = 80
"""Long side in pixels of the smallest picture to begin with: there, what a deep layer sees at once is the whole."""
MARGIN = 16
"""Pixels beyond each border of a picture, see `styletransfer.engine.picture_margin`, where `Settings.padding` is
"reflect". A multiple of the deepest layer's stride, so that it ends between two positions in every layer, and what an
odd pooling drops lies within it."""
GROWTH = 1.25
"""How many epochs a scale gets for each of the next smaller one's. Few suffice to decide on the composition; contours,
faces and calm areas come with those of the last scale."""


def scale_shapes(photo_size: tuple[int, int], settings: Settings) -> list[tuple[int, int]]:
    """(height, width) of every scale that is painted, smallest first; the last is the result's.

    Args:
        photo_size: (width, height) of the photo.
        settings: Give the final size and the number of scales.

    Raises:
        StyleTransferError: The short side would be smaller than the network can look at.
    """
    final = settings.shape or scaled_shape(*photo_size, settings.size)
    if min(final) < SMALLEST_SIDE:
        needed = -(-SMALLEST_SIDE * max(photo_size) // min(photo_size))
        raise StyleTransferError(
            "At this size the picture would be only {short} pixels on its short side, and the network needs "
            "{least}: choose a size of at least {needed}, or a photo that is less narrow.",
            short=min(final),
            least=SMALLEST_SIDE,
            needed=needed,
        )
    shapes = [final]
    while len(shapes) < settings.scales:
        height, width = (round(side / 2 ** len(shapes)) for side in final)
        if min(height, width) < SMALLEST_SIDE or max(height, width) < SMALLEST_SCALE:
            break
        shapes.insert(0, (height, width))
    return shapes


def seen_shape(shape: tuple[int, int], settings: Settings) -> tuple[int, int]:
    """(height, width) of what the network looks at where the picture is `shape`."""
    margin = MARGIN if settings.padding == "reflect" else 0
    return shape[0] + 2 * margin, shape[1] + 2 * margin


def split_epochs(epochs: int, scales: int) -> list[int]:
    """How many of the epochs each scale gets, smallest scale first.

    A scale's first epoch only looks at what it begins with, so that one that would get fewer than two is left out.
    """
    shares = [GROWTH**scale for scale in range(scales)]
    counts = [round(epochs * share / sum(shares)) for share in shares[:-1]]
    counts = [count if count > 1 else 0 for count in counts]
    last = epochs - sum(counts)
    return [*counts, last] if last > 1 or scales == 1 else [0] * (scales - 1) + [epochs]
