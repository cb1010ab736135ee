"""The terms of the objective: content, style and total variation.

As in Gatys, Ecker and Bethge (2016), "Image Style Transfer Using Convolutional Neural
Networks", normalised as in *Dive into Deep Learning*, 14.12: all are means, so that weights keep their meaning when
the picture grows.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """mean((F - P)^2) over all channels and positions; scalar."""
    return (features - target).square().mean()


class _FeatureProducts(torch.autograd.Function):
    """X X^T of features (1, c, h, w); backward takes one product where autograd's own takes two and a copy of X."""

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Tensor:
        ctx.save_for_backward(features)
        pixels = _pixels(features)
        return pixels.T @ pixels

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (features,) = ctx.saved_tensors
        _, channels, height, width = features.shape
        grad = _pixels(features) @ (grads[0] + grads[0].T)
        return grad.view(1, height, width, channels).permute(0, 3, 1, 2)


def _pixels(features: Tensor) -> Tensor:
    """X^T, (h w, c): no copy where the channels of a pixel lie side by side in memory."""
    return features[0].permute(1, 2, 0).flatten(0, 1)


def feature_products(features: Tensor) -> Tensor:
    """X X^T, where X is `features`, (1, c, h, w), as a c x (h w) matrix; (c, c).

    It is a sum over positions: the products of the parts of a picture add up to the product of the whole.
    """
    products: Tensor = _FeatureProducts.apply(features)
    return products


def gram_matrix(features: Tensor) -> Tensor:
    """X X^T / (c h w) of features (1, c, h, w); (c, c)."""
    return feature_products(features) / features.numel()


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
