"""The terms of the objective: content, style and total variation.

As in Gatys, Ecker and Bethge (2016), "Image Style Transfer Using Convolutional Neural
Networks", normalised as in *Dive into Deep Learning*, 14.12: all are means, so that weights keep their meaning when
the picture grows.
"""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor

from styletransfer.layout import pixels

_PARTS, _FEWEST = 32, 256
"""Sums over positions in bfloat16 are rounded once for each of so many parts, if they
have enough positions, and these are added up in float32."""


class _MeanSquare(torch.autograd.Function):
    """mean((F - P)^2); going back is one pass, where the library's own takes five times as long."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, target: Tensor) -> Tensor:
        difference = features - target
        ctx.save_for_backward(difference)
        return difference.square().mean()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (difference,) = ctx.saved_tensors
        return difference * (grads[0] * (2 / difference.numel())), None


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """mean((F - P)^2) over all channels and positions; scalar, differentiable in F alone."""
    return cast("Tensor", _MeanSquare.apply(features, target))


def feature_products(features: Tensor) -> Tensor:
    """X X^T, where X is `features`, (1, c, h, w), as a c x (h w) matrix; (c, c).

    It is a sum over positions: the products of the parts of a picture add up to the product of the whole. Over c h w
    it is the Gram matrix.
    """
    rows = pixels(features)
    if rows.dtype != torch.bfloat16:
        return rows.T @ rows
    total = rows.new_zeros(rows.shape[1], rows.shape[1], dtype=torch.float32)
    length = min(max(_FEWEST, len(rows) // _PARTS), len(rows))
    even = len(rows) // length * length
    for batch in (rows[:even].view(-1, length, rows.shape[1]), rows[None, even:]):
        total += torch.bmm(batch.transpose(1, 2), batch).sum(0, dtype=torch.float32)
    return total


def add_products_gradient(grad: Tensor, features: Tensor, grad_products: Tensor) -> None:
    """Add to `grad`, that of the features, what comes back through their X X^T: (g + g^T) X, in a single product.

    Args:
        grad: (1, c, h, w), the channels of a pixel side by side.
        features: (1, c, h, w).
        grad_products: g, (c, c).
    """
    pixels(grad).addmm_(pixels(features), (grad_products + grad_products.T).to(grad.dtype))


def style_loss(grams: Sequence[Tensor], targets: Sequence[Tensor], layer_weights: Sequence[float]) -> Tensor:
    """Sum over layers of weight times mean((G - A)^2); scalar."""
    terms = [
        weight * (gram - target).square().mean()
        for gram, target, weight in zip(grams, targets, layer_weights, strict=True)
    ]
    return torch.stack(terms).sum()


def total_variation(picture: Tensor) -> Tensor:
    """0.5 (mean |dx| + mean |dy|) over neighbouring pixels of a picture (1, 3, h, w); scalar."""
    dy = (picture[:, :, 1:, :] - picture[:, :, :-1, :]).abs().mean()
    dx = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).abs().mean()
    return 0.5 * (dx + dy)
