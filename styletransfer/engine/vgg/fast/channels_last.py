"""How features lie in memory: the channels of a pixel side by side ("channels last"), which the engine is fast with."""

from collections.abc import Sequence

import torch
from torch import Tensor


def empty(like: Tensor, shape: Sequence[int]) -> Tensor:
    """Room for features of another shape (1, c, h, w), channels last, with the type and device of `like`."""
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)


def zeros(like: Tensor, shape: Sequence[int]) -> Tensor:
    """The same, filled with zeros."""
    return empty(like, shape).zero_()
