"""The textbook's terms of the objective: content, Gram matrices and total variation.

As in Gatys, Ecker and Bethge (2016), "Image Style Transfer Using Convolutional Neural
Networks", normalised as in *Dive into Deep Learning*, 14.12: all are means, so that weights keep their meaning when
the picture grows. The other style loss is in `styletransfer.engine.losses.wasserstein`.
"""

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

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


class Moments(NamedTuple):
    """What a layer's features are like over all positions, wherever they are: all that a style loss looks at.

    Attributes:
        mean: (c,), the mean of the features x of a position.
        second: (c, c), the mean of x x^T.
    """

    mean: Tensor
    second: Tensor

    @property
    def gram(self) -> Tensor:
        """The Gram matrix X X^T / (c h w), (c, c)."""
        return self.second / len(self.second)

    @property
    def covariance(self) -> Tensor:
        """(c, c)."""
        return self.second - torch.outer(self.mean, self.mean)


def pixels(features: Tensor) -> Tensor:
    """X^T, (h w, c), of features (1, c, h, w): no copy where the channels of a pixel lie side by side in memory."""
    return features[0].permute(1, 2, 0).flatten(0, 1)


def feature_sums(features: Tensor) -> Tensor:
    """X [X^T 1], where X is `features`, (1, c, h, w), as a c x (h w) matrix; (c, c + 1).

    It is a sum over positions: the sums of the parts of a picture add up to that of the whole.
    """
    rows = pixels(features)
    return torch.cat([_products(rows), rows.sum(0, dtype=torch.promote_types(rows.dtype, torch.float32))[:, None]], 1)


def _products(rows: Tensor) -> Tensor:
    if rows.dtype != torch.bfloat16:
        return rows.T @ rows
    total = rows.new_zeros(rows.shape[1], rows.shape[1], dtype=torch.float32)
    if not len(rows):
        return total
    length = min(max(_FEWEST, len(rows) // _PARTS), len(rows))
    even = len(rows) // length * length
    for batch in (rows[:even].view(-1, length, rows.shape[1]), rows[None, even:]):
        total += torch.bmm(batch.transpose(1, 2), batch).sum(0, dtype=torch.float32)
    return total


def add_sums_gradient(grad: Tensor, features: Tensor, grad_sums: Tensor) -> None:
    """Add to `grad`, that of the features, what comes back through their X [X^T 1]: (g + g^T) X + v.

    Args:
        grad: (1, c, h, w), the channels of a pixel side by side.
        features: (1, c, h, w).
        grad_sums: [g v], (c, c + 1).
    """
    square, line = grad_sums[:, :-1], grad_sums[:, -1].to(grad.dtype)
    square = (square + square.T).to(grad.dtype)
    if grad.is_contiguous(memory_format=torch.channels_last):
        pixels(grad).addmm_(pixels(features), square).add_(line)
    else:  # a part of it
        channels, height, width = grad.shape[1:]
        grad += torch.addmm(line, pixels(features), square).view(height, width, channels).permute(2, 0, 1)


def gram_loss(gram: Tensor, target: Tensor) -> Tensor:
    """mean((G - A)^2) of a layer's Gram matrix and the painting's, both (c, c); scalar."""
    return (gram - target).square().mean()


def total_variation(picture: Tensor) -> Tensor:
    """0.5 (mean |dx| + mean |dy|) over neighbouring pixels of a picture (1, 3, h, w); scalar."""
    dy = (picture[:, :, 1:, :] - picture[:, :, :-1, :]).abs().mean()
    dx = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).abs().mean()
    return 0.5 * (dx + dy)


def squared_variation(picture: Tensor) -> Tensor:
    """Mean dx^2 + mean dy^2 over neighbouring pixels of a picture (1, 3, h, w); scalar, differentiable.

    As in Mahendran and Vedaldi (2015) with an exponent of 2: a single pixel that stands out costs most, where the
    absolute differences let it be.
    """
    dy = (picture[:, :, 1:, :] - picture[:, :, :-1, :]).square().mean()
    dx = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).square().mean()
    return dx + dy
