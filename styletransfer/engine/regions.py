"""The regions of a picture that each follow a painting of their own: from masks to what counts in every layer.

A position of a layer sees more than the pixels under it. So that what it sees is a region's own, each mask is eroded by
one position on every layer's grid: about one standard deviation of what its features depend on, in every block of VGG
(0.8, 2, 4, 9 and 19 pixels, if all of a kernel's numbers were alike). To demand that a position sees nothing but its
region (Gatys et al. 2017, section 4.1) leaves too little: the deepest layer sees 132 pixels at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from styletransfer.engine.losses.guided_moments import GuidanceChannel
from styletransfer.imaging.masks import FEWEST


@dataclass(frozen=True)
class Guidance:
    """What counts for each region in the layers of a block.

    Attributes:
        regions: Numbers of the regions that count there, from 0 on; the others are too small.
        channels: Where each of these is; None if the only one is everywhere.
        shares: Of the picture's area, each one's: theirs, and what is left out is shared out among them.
    """

    regions: tuple[int, ...]
    channels: tuple[GuidanceChannel, ...] | None
    shares: tuple[float, ...]


class Regions:
    """The regions at one scale.

    Args:
        covered: How much each painting applies to each pixel, (regions, h, w), in 0 to 1; see `imaging.masks.coverage`.
        margin: Pixels beyond each border that the network sees besides; see `picture_margin`.
        device: Where the network is.
    """

    def __init__(self, covered: NDArray[np.float32], margin: int, device: torch.device | None = None) -> None:
        self._covered = torch.from_numpy(covered)
        self._margin, self._device = margin, device
        self._areas = [float(region.mean()) for region in self._covered]
        self._everywhere = len(covered) == 1 and bool((self._covered == 1).all())

    def __len__(self) -> int:
        return len(self._covered)

    def guidance(self, block: int) -> Guidance:
        """What counts in a block of the network, counted from 0, where a position is 2^block pixels wide."""
        if self._everywhere:
            return Guidance((0,), None, (1.0,))
        grid = F.avg_pool2d(self._covered[:, None], 2**block)
        weights = [_eroded(region) for region in grid]
        counted = tuple(number for number, region in enumerate(weights) if region.sum() >= FEWEST)
        known = math.fsum(self._areas[number] for number in counted)
        return Guidance(
            counted,
            tuple(GuidanceChannel.of(weights[number].to(self._device), self._margin >> block) for number in counted),
            tuple(math.fsum(self._areas) * self._areas[number] / known for number in counted),
        )


def _eroded(region: Tensor) -> Tensor:
    """A region's weights, (1, h, w), as (h, w), each as low as the lowest of its neighbours, if that leaves enough."""
    eroded = -F.max_pool2d(-region, 3, stride=1, padding=1)
    return (eroded if eroded.sum() >= FEWEST else region)[0]


def region_factors(guidance: Sequence[Guidance], weights: Sequence[float]) -> list[float]:
    """What the distance of each region in each layer is multiplied by: layer by layer, region by region.

    Args:
        guidance: Of each style layer.
        weights: Of each region; 1 where there are none.
    """
    return [
        share * (weights[number] if number < len(weights) else 1.0)
        for layer in guidance
        for number, share in zip(layer.regions, layer.shares, strict=True)
    ]
