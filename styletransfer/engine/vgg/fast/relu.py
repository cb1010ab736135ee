"""The ReLU, in place, and carrying a gradient back through it.

The bits of a number in bfloat16, taken for an integer, are above zero where the number is. A processor rectifies such
integers several times as fast as the numbers themselves, which it widens and rounds again.
"""

import torch
from torch import Tensor


def rectify_(features: Tensor) -> Tensor:
    """max(x, 0), in place."""
    bits(features).clamp_min_(0)
    return features


def rectified(features: Tensor) -> Tensor:
    """max(x, 0)."""
    return bits(features).clamp_min(0).view(features.dtype)


def relu_mask(features: Tensor) -> Tensor:
    """What tells where a ReLU that gave `features` let through, for `rectify_gradient_`: small, and quick to get."""
    return features if features.dtype == torch.bfloat16 else features > 0


def rectify_gradient_(grad: Tensor, kept: Tensor) -> None:
    """Set a gradient to zero where a ReLU let nothing through, in place.

    Args:
        grad: Of what it gave.
        kept: What it was given, what it gave, or the `relu_mask` of that; of the same shape.
    """
    if kept.dtype == torch.bool:
        grad.mul_(kept.view(torch.int8))  # by booleans it takes twice as long
    else:
        grad, kept = bits(grad), bits(kept)
        torch.ops.aten.threshold_backward(grad, kept, 0, grad_input=grad)


def bits(numbers: Tensor) -> Tensor:
    """Numbers in bfloat16 as integers, in the same memory; any others as they are."""
    return numbers.view(torch.int16) if numbers.dtype == torch.bfloat16 else numbers
