"""Superpixels: a photo cut into small patches of one colour each, along its edges; what is picked is made of them."""

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

PATCHES = 2200
"""About how many: small enough to follow a chin, few enough for a browser to search through between two frames."""


def superpixels(photo: Image.Image, patches: int = PATCHES) -> npt.NDArray[np.int32]:
    """The number of the patch that each pixel belongs to.

    Seeds on a regular grid, each where the gradient is smallest within its cell, grow by the watershed transform until
    they meet, which is at edges (Machairas et al. 2015, "Waterpixels"). About 0.1 s for a megapixel.

    Args:
        photo: RGB, upright.
        patches: How many to aim at, at least 1.

    Returns:
        (height, width), from 0 on without a gap.
    """
    lab = cv2.cvtColor(np.asarray(photo), cv2.COLOR_RGB2LAB)
    smooth = np.asarray(cv2.bilateralFilter(lab, 5, 20, 3), dtype=np.uint8)
    markers = _seeds(_gradient(smooth), patches)
    cv2.watershed(smooth, markers)
    labels = _closed(markers)
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape).astype(np.int32)


def _gradient(lab: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    across, down = (cv2.Sobel(lab, cv2.CV_32F, 1 - turn, turn) for turn in (0, 1))
    return np.asarray(np.sqrt((across**2 + down**2).sum(axis=2)), dtype=np.float32)


def _seeds(gradient: npt.NDArray[np.float32], patches: int) -> npt.NDArray[np.int32]:
    height, width = gradient.shape
    side = max(4, round((height * width / patches) ** 0.5))
    rim = side // 4  # seeds of neighbouring cells keep apart
    markers = np.zeros((height, width), np.int32)
    number = 0
    for top in range(0, height, side):
        for left in range(0, width, side):
            y, x = min(top + rim, height - 1), min(left + rim, width - 1)
            cell = gradient[y : max(y + 1, top + side - rim), x : max(x + 1, left + side - rim)]
            down, across = np.unravel_index(cell.argmin(), cell.shape)
            number += 1
            cv2.circle(markers, (int(x + across), int(y + down)), 1, number, -1)
    return markers


def _closed(markers: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Give the lines between the patches, and the picture's own border, to a patch beside them."""
    labels = np.maximum(markers, 0)
    square = np.ones((3, 3), np.uint8)
    while not labels.all():
        grown = cv2.dilate(labels.astype(np.float32), square).astype(np.int32)
        labels = np.where(labels == 0, grown, labels)
    return labels
