"""Frames of a film to test with: a camera that moves over a sample photo, and somebody in front."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from styletransfer.imaging.images import fit, open_image
from styletransfer.support.paths import assets_dir

Frame = NDArray[np.uint8]


def photo(name: str, size: int) -> Frame:
    """One of the sample photos, its long side `size`; (h, w, 3)."""
    return np.asarray(fit(open_image(assets_dir() / "photos" / f"{name}.jpg"), size).convert("RGB"))


def scene(
    background: str, somebody: str | None, size: tuple[int, int], count: int, *, speed: float = 1.0
) -> Iterator[Frame]:
    """A slow pan with a zoom over one photo, and a disc cut out of another that crosses it the other way.

    Args:
        background: The name of a sample photo.
        somebody: That of another, or None.
        size: (width, height).
        count: Frames.
        speed: Pixels that the camera moves each frame, for every 360 of the width.
    """
    width, height = size
    ground = photo(background, round(1.6 * max(size)))
    step = speed * width / 360
    disc = None if somebody is None else _disc(somebody, round(0.5 * height))
    for index in range(count):
        zoom = 1 + 0.001 * index
        left, top = 0.05 * width + index * step, 0.05 * height + 0.3 * index * step
        matrix = np.array([[zoom, 0, -left], [0, zoom, -top]])
        frame = cv2.warpAffine(
            ground, matrix, size, flags=cv2.INTER_AREA | cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        if disc is not None:
            x = 0.1 * width + 1.7 * index * step
            y = 0.35 * height + 0.06 * height * math.sin(index / 9)
            place = np.array([[1, 0, x], [0, 1, y]])
            front = cv2.warpAffine(disc, place, size, flags=cv2.INTER_LINEAR)
            alpha = front[..., 3:].astype(np.float32) / 255
            frame = np.rint(alpha * front[..., :3] + (1 - alpha) * frame)
        yield np.asarray(frame, np.uint8)


def _disc(name: str, size: int) -> Frame:
    """A round piece of a photo, (size, size, 4)."""
    image = photo(name, 4 * size)
    top, left = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    piece = cv2.resize(
        image[top - size // 2 : top + 3 * size // 2, left - size // 2 : left + 3 * size // 2], (size,) * 2
    )
    y, x = np.indices((size, size)) - (size - 1) / 2
    alpha = np.clip(size / 2 - 1 - np.hypot(x, y), 0, 1) * 255
    return np.dstack([piece, alpha.astype(np.uint8)])
