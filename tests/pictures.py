"""Pictures that the tests of picture files make on the spot, and how far two of them are apart."""

import io

import numpy as np
from PIL import Image


def gradient(width: int = 48, height: int = 32) -> Image.Image:
    """Red grows to the right, green downwards; no two corners are alike."""
    red = np.tile(np.linspace(0, 255, width), (height, 1))
    green = np.tile(np.linspace(0, 255, height)[:, None], (1, width))
    return Image.fromarray(np.stack([red, green, np.full_like(red, 60)], axis=2).astype(np.uint8))


def with_alpha(image: Image.Image) -> Image.Image:
    """The left third hidden, the middle half transparent, the right opaque."""
    image = image.copy()
    alpha = np.full((image.height, image.width), 255, np.uint8)
    alpha[:, : image.width * 2 // 3] = 128
    alpha[:, : image.width // 3] = 0
    image.putalpha(Image.fromarray(alpha))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def difference(one: Image.Image, other: Image.Image) -> int:
    """Largest difference of any value, 0 to 255."""
    assert one.mode == other.mode
    assert one.size == other.size
    return int(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max())
