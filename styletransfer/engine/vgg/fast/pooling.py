"""A ReLU and halving what it lets through, and carrying a gradient back with hardly anything remembered.

Only the pooled features go on. What the gradient needs of the four before them is one or two bytes, where the four
themselves would take sixteen. An odd row or column at the end is left out.
"""

from functools import lru_cache
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from styletransfer.engine.vgg.fast.channels_last import empty
from styletransfer.engine.vgg.fast.relu import bits, rectified, rectify_, rectify_gradient_, relu_mask


class Pool(Protocol):
    """A ReLU, then halving height and width; no autograd inside."""

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Pool (1, c, h, w), before the ReLU or after it, to (1, c, h // 2, w // 2).

        Returns:
            The pooled features, and what `backward` needs: rows of it belong to rows of the pooled features.
        """

    def backward(self, grad: Tensor, kept: Tensor, shape: tuple[int, int]) -> Tensor:
        """Carry a gradient of the pooled features back.

        Args:
            grad: (1, c, h // 2, w // 2).
            kept: What the pooling returned, or rows of it.
            shape: (h, w).

        Returns:
            (1, c, h, w), the gradient before the ReLU.
        """


class MaxPool:
    """The largest of every four; which of them it was, or that none was above zero, is kept."""

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """See `Pool`."""
        pooled, places = F.max_pool2d(features, 2, return_indices=True)
        rectify_(pooled)  # the ReLU of the largest is the largest after the ReLU
        # The place within the four, from 1 on: 1, 2, width + 1 or width + 2.
        within = places.sub_(_before_each(*pooled.shape[2:], features.shape[3], features.device)).to(torch.int16)
        rectify_gradient_(within, relu_mask(pooled))
        return pooled, within

    def backward(self, grad: Tensor, kept: Tensor, shape: tuple[int, int]) -> Tensor:
        """See `Pool`."""
        back = _room(grad, shape)
        largest = torch.empty_like(kept)
        for place, part in zip((1, 2, shape[1] + 1, shape[1] + 2), _parts(back), strict=True):
            torch.eq(kept, place, out=largest)  # as booleans it takes six times as long
            torch.mul(bits(grad), largest, out=bits(part))
        return back


class AveragePool:
    """The mean of every four, times a factor; which of them are above zero is kept.

    Args:
        gain: The factor.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """See `Pool`."""
        pooled = F.avg_pool2d(rectified(features), 2).mul_(self.gain)
        alive = torch.zeros_like(pooled, dtype=torch.uint8)
        for number, part in enumerate(_parts(features)):
            alive += (part > 0).to(torch.uint8) << number
        return pooled, alive

    def backward(self, grad: Tensor, kept: Tensor, shape: tuple[int, int]) -> Tensor:
        """See `Pool`."""
        share = grad * (self.gain / 4)
        back = _room(grad, shape)
        for number, part in enumerate(_parts(back)):
            torch.mul(share, (kept >> number) & 1, out=part)
        return back


@lru_cache(maxsize=64)
def _before_each(height: int, columns: int, width: int, device: torch.device) -> Tensor:
    """The number of the feature before the first of each four, (height, columns); a row is `width` features long."""
    y = torch.arange(height, device=device).view(-1, 1)
    return 2 * y * width + 2 * torch.arange(columns, device=device) - 1


def _parts(features: Tensor) -> list[Tensor]:
    """The upper left, upper right, lower left and lower right of every four, each (1, c, h // 2, w // 2)."""
    height, width = (size // 2 * 2 for size in features.shape[2:])
    return [features[:, :, y:height:2, x:width:2] for y in range(2) for x in range(2)]


def _room(grad: Tensor, shape: tuple[int, int]) -> Tensor:
    """Room for a gradient before pooling, (1, c, *shape), zero where nothing was pooled."""
    room = empty(grad, (*grad.shape[:2], *shape))
    height, width = grad.shape[2:]
    room[:, :, 2 * height :] = 0
    room[:, :, :, 2 * width :] = 0
    return room
