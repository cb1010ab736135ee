"""How much work and memory a painting will take, reckoned before it is begun. Knows nothing of torch.

The figures were measured on a processor with VGG-16 and L-BFGS; see the constants.
"""

import math
from dataclasses import replace
from itertools import accumulate

from styletransfer.engine.memory_bounds import history_length, is_large
from styletransfer.engine.scales import scale_shapes, seen_shape, split_epochs
from styletransfer.imaging.images import scaled_shape
from styletransfer.settings import LARGEST_SIZE, SMALLEST_SIZE, Settings

_OVERHEAD = {"gram": 0.007, "wasserstein": 0.025}
"""Work of an epoch that does not grow with the picture, in million pixels: for the second style loss, the eigenvalues
of the layers' covariances."""
_USUAL = Settings()
_STRIPED = 1.3
"""How many times as long a pixel takes where the network's first blocks are worked through in stripes: some features
are computed twice, and more memory is taken from the system anew. In bfloat16 it is less."""
_LOOK = 0.45
"""Epochs that a look at a picture of the same size takes, by which the photo and the paintings are seen."""

_FLOAT32_WHOLE, _FLOAT32_STRIPED = (260_000_000, 1_650), (180_000_000, 570)
_BFLOAT16_WHOLE, _BFLOAT16_STRIPED = (110_000_000, 800), (100_000_000, 540)
"""Bytes at the peak, and for each pixel, above `_IMPORTS` and without L-BFGS's history."""
_FLOAT32_LOOK_WHOLE, _FLOAT32_LOOK_STRIPED = (100_000_000, 330), (100_000_000, 165)
_BFLOAT16_LOOK_WHOLE, _BFLOAT16_LOOK_STRIPED = (700_000_000, 140), (100_000_000, 190)
"""The same for a look at a painting, by what the picture is; measured beside pictures of 8:1, where it takes most."""
_MOST_LOOK = 550
"""Bytes for each pixel that a look takes at most."""
_IMPORTS = 700_000_000
"""Bytes that a process holds before it paints anything: torch, mostly."""


def epoch_work(shape: tuple[int, int], settings: Settings = _USUAL) -> float:
    """What an epoch at (height, width) takes, in the time of a million pixels of a picture of middling size."""
    whole = math.prod(seen_shape(shape, settings)) / 1e6 + _OVERHEAD[settings.style_loss]
    return _STRIPED * whole if is_large(shape) else whole


def work(
    photo_size: tuple[int, int], settings: Settings, paintings: int = 1, first: int = 0, last: int | None = None
) -> float:
    """What a run, or part of it, takes, in the unit of `epoch_work`.

    Args:
        photo_size: (width, height) of the photo.
        settings: How it is painted.
        paintings: How many paintings are looked at.
        first: Epochs that are already done.
        last: Epochs after which to stop reckoning; all if None.

    Raises:
        StyleTransferError: The result would be too small for the network.
    """
    shapes = scale_shapes(photo_size, settings)
    ends = list(accumulate(split_epochs(settings.epochs, len(shapes))))
    total = 0.0
    for shape, begin, end in zip(shapes, [0, *ends], ends, strict=False):
        epochs = min(end, settings.epochs if last is None else last) - max(begin, first)
        if epochs > 0:
            looks = _LOOK * (1 + paintings * settings.stroke_size**2 * _square(shape, settings) / math.prod(shape))
            total += (epochs + looks) * epoch_work(shape, settings)
    return total


def memory(photo_size: tuple[int, int], settings: Settings, *, bfloat16: bool) -> int:
    """Bytes that a process that paints on a processor takes at its peak, in all.

    Args:
        photo_size: (width, height) of the photo.
        settings: How it is painted.
        bfloat16: Whether the network reckons in bfloat16 on this machine; see `precision`.
    """
    return _bytes(settings.shape or scaled_shape(*photo_size, settings.size), settings, bfloat16)


def largest_size(photo_size: tuple[int, int], settings: Settings, free: int, *, bfloat16: bool) -> int | None:
    """The largest `size`, in steps of 32 pixels, that can be painted with so many free bytes; None if none can."""
    for size in range(LARGEST_SIZE, SMALLEST_SIZE - 1, -32):
        if memory(photo_size, replace(settings, size=size, shape=None), bfloat16=bfloat16) <= free:
            return size
    return None


def _bytes(shape: tuple[int, int], settings: Settings, bfloat16: bool) -> int:
    pixels = shape[0] * shape[1]
    whole, striped = (_BFLOAT16_WHOLE, _BFLOAT16_STRIPED) if bfloat16 else (_FLOAT32_WHOLE, _FLOAT32_STRIPED)
    constant, per_pixel = striped if is_large(shape) else whole
    seen = math.prod(seen_shape(shape, settings))
    history = 0
    if settings.optimizer == "lbfgs":
        variables = round(3 * pixels * sum(0.25**level for level in range(settings.pyramid)))
        history = 8 * variables * history_length(variables)
    return _IMPORTS + max(constant + per_pixel * seen + history, _look_bytes(shape, settings, bfloat16))


def _look_bytes(shape: tuple[int, int], settings: Settings, bfloat16: bool) -> int:
    whole, striped = (
        (_BFLOAT16_LOOK_WHOLE, _BFLOAT16_LOOK_STRIPED) if bfloat16 else (_FLOAT32_LOOK_WHOLE, _FLOAT32_LOOK_STRIPED)
    )
    constant, per_pixel = striped if is_large(shape) else whole
    # Broader strokes need more of the painting's pixels, but in parts no longer than the picture.
    pixels = round(min(settings.stroke_size, 1) ** 2 * _square(shape, settings))
    return min(constant + per_pixel * pixels, _MOST_LOOK * pixels)


def _square(shape: tuple[int, int], settings: Settings) -> int:
    """Pixels that a painting is looked at with beside a picture of (height, width): at most those of a square.

    It is scaled to the picture's long side, so that beside a picture of 8:1 it may have eight times its pixels.
    """
    return math.prod(shape) if settings.shape else max(shape) ** 2
