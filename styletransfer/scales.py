"""The sizes that a picture is painted at, from coarse to fine, and how the epochs are shared out among them.

Knows nothing of torch, so that an estimate of time and memory can be made anywhere.
"""

from styletransfer.errors import StyleTransferError
from styletransfer.images import scaled_shape
from styletransfer.settings import SMALLEST_SIDE, Settings


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
            f"At this size the picture would be only {min(final)} pixels on its short side, and the network needs "
            f"{SMALLEST_SIDE}: choose a size of at least {needed}, or a photo that is less narrow."
        )
    shapes = [final]
    while len(shapes) < settings.scales:
        height, width = (round(side / 2 ** len(shapes)) for side in final)
        if min(height, width) < 2 * SMALLEST_SIDE:
            break
        shapes.insert(0, (height, width))
    return shapes


def split_epochs(epochs: int, scales: int) -> list[int]:
    """How many of the epochs each scale gets, smallest scale first; every scale gets its turn if there are enough."""
    share = epochs // scales
    return [*([share] * (scales - 1)), epochs - share * (scales - 1)]
