"""Halving features that went through a ReLU, and carrying a gradient back with hardly anything remembered.

Only the pooled features go on. What the gradient needs of the four before them is one or two bytes, where the four
themselves would take sixteen. An odd row or column at the end is left out.
"""

from collections.abc import Sequence
from typing import Protocol, cast

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from torch import Tensor


class Pool(Protocol):
    """Halves height and width of features that are not negative; no autograd inside."""

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Pool (1, c, h, w) to (1, c, h // 2, w // 2).

        Returns:
            The pooled features, and what `adjoint` needs: rows of it belong to rows of the pooled features.
        """

    def adjoint(self, grad: Tensor, kept: Tensor, shape: tuple[int, int]) -> Tensor:
        """Carry a gradient of the pooled features back through the pooling and the ReLU before it.

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
        # The place within the four, from 1 on: 1, 2, width + 1 or width + 2.
        within = (places - _before_each(pooled, features.shape[3])).to(torch.int16)
        return pooled, within.mul_((pooled > 0).to(torch.int16))

    def adjoint(self, grad: Tensor, kept: Tensor, shape: tuple[int, int]) -> Tensor:
        """See `Pool`."""
        places = kept.to(torch.int64).add_(_before_each(grad, shape[1]))
        places[:, :, :1, :1].clamp_(min=0)  # where all four were zero it does not matter, but must be a place
        alive = (grad * (kept > 0)).contiguous(memory_format=torch.channels_last)
        like = empty(grad, (*grad.shape[:2], *shape))
        backward = torch.ops.aten.max_pool2d_with_indices_backward
        return cast("Tensor", backward(alive, like, [2, 2], [2, 2], [0, 0], [1, 1], False, places))


class AveragePool:
    """The mean of every four, times a factor; which of them are above zero is kept.

    Args:
        gain: The factor.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """See `Pool`."""
        pooled = F.avg_pool2d(features, 2).mul_(self.gain)
        alive = torch.zeros_like(pooled, dtype=torch.uint8)
        for number, part in enumerate(_parts(features)):
            alive += (part > 0).to(torch.uint8) << number
        return pooled, alive

    def adjoint(self, grad: Tensor, kept: Tensor, shape: tuple[int, int]) -> Tensor:
        """See `Pool`."""
        share = grad * (self.gain / 4)
        back = empty(grad, (*grad.shape[:2], *shape)).zero_()
        for number, part in enumerate(_parts(back)):
            part.copy_(share * ((kept >> number) & 1))
        return back


def _before_each(pooled: Tensor, width: int) -> Tensor:
    """The number of the feature before the first of each four, where a row is `width` features long."""
    height, columns = pooled.shape[2:]
    y = torch.arange(height, device=pooled.device).view(-1, 1)
    return 2 * y * width + 2 * torch.arange(columns, device=pooled.device) - 1


def _parts(features: Tensor) -> list[Tensor]:
    """The upper left, upper right, lower left and lower right of every four, each (1, c, h // 2, w // 2)."""
    height, width = (size // 2 * 2 for size in features.shape[2:])
    return [features[:, :, y:height:2, x:width:2] for y in range(2) for x in range(2)]


def empty(like: Tensor, shape: Sequence[int]) -> Tensor:
    """Room for features of another shape (1, c, h, w), channels last, with the type and device of `like`."""
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)
