"""What a style loss looks at: the first and second moments of a layer's features over all positions.

They are sums over positions, so that a picture can be looked at in parts.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from styletransfer.engine.matrix_products import add_linear, summed_products

_PARTS, _FEWEST = 32, 256
"""Sums over positions in bfloat16 are rounded once for each of so many parts, if they have enough positions, and these
are added up in float32."""
_WIDENED = 2**20
"""Positions that a graphics card adds up together in float32, which costs it little, and no more memory than this."""


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


def feature_rows(features: Tensor) -> Tensor:
    """X^T, (h w, c), of features (1, c, h, w): no copy where the channels of a pixel lie side by side in memory."""
    return features[0].permute(1, 2, 0).flatten(0, 1)


def feature_sums(features: Tensor) -> Tensor:
    """X [X^T 1], where X is `features`, (1, c, h, w), as a c x (h w) matrix; (c, c + 1).

    It is a sum over positions: the sums of the parts of a picture add up to that of the whole.
    """
    return row_sums(feature_rows(features))


def row_sums(rows: Tensor, weighted: Tensor | None = None) -> Tensor:
    """[W^T X, sum of the rows of W] of two matrices of one row for each position, (n, c); (c, c + 1).

    Args:
        rows: X.
        weighted: W, the rows of X times a weight each; X itself if None.
    """
    weighted = rows if weighted is None else weighted
    if rows.dtype != torch.bfloat16:
        return _sums(rows, weighted)
    if rows.device.type != "cpu":
        parts = zip(torch.split(rows, _WIDENED), torch.split(weighted, _WIDENED), strict=True)
        return torch.stack([_sums(part.float(), of_it.float()) for part, of_it in parts]).sum(0)
    channels = rows.shape[1]
    square = rows.new_zeros(channels, channels, dtype=torch.float32)
    line = rows.new_zeros(channels, dtype=torch.float32)
    length = min(max(_FEWEST, len(rows) // _PARTS), max(len(rows), 1))
    even = len(rows) // length * length
    by_parts = ((x[:even].view(-1, length, channels), x[None, even:]) for x in (weighted, rows))
    for parts, others in zip(*by_parts, strict=True):
        square += torch.bmm(parts.transpose(1, 2), others).sum(0, dtype=torch.float32)
        line += parts.sum(1).sum(0, dtype=torch.float32)
    return torch.cat([square, line[:, None]], 1)


def _sums(rows: Tensor, weighted: Tensor) -> Tensor:
    return torch.cat([summed_products(weighted, rows), weighted.sum(0)[:, None]], 1)


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
        add_linear(feature_rows(grad), feature_rows(features), square, line)
    else:  # a part of it
        channels, height, width = grad.shape[1:]
        grad += torch.addmm(line, feature_rows(features), square).view(height, width, channels).permute(2, 0, 1)
