"""The moments of a layer's features over a region, weighted: sum m x / sum m and sum m x x^T / sum m.

These are the guided Gram matrices of Gatys et al. (2017), "Controlling Perceptual Factors in Neural Style Transfer",
section 4. Only the positions of a region are looked at, so that the products of all regions together cost about what
those of the whole cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from styletransfer.engine.losses.moments import feature_rows, row_sums

_BAND_BYTES, _WIDE_BAND_BYTES = 8 * 2**20, 256 * 2**20
"""Features that are gathered at a time, on a processor and on a graphics card."""


@dataclass(frozen=True)
class GuidanceChannel:
    """Where a region is in a layer: the positions that count for its moments, and how much.

    Positions are numbered row by row among the h w of a layer's features.

    Attributes:
        inside: (n,), int64, ascending: those that count whole.
        edge: (k,), likewise: those that count in part.
        weights: (k, 1), above 0 and below 1: how much these do.
        total: Of all weights.
    """

    inside: Tensor
    edge: Tensor
    weights: Tensor
    total: float

    @classmethod
    def of(cls, weights: Tensor, margin: int) -> "GuidanceChannel":
        """The channel of weights in 0 to 1, (h, w), for features that have `margin` more positions at every border."""
        width = weights.shape[1] + 2 * margin

        def places(counted: Tensor) -> Tensor:
            y, x = torch.nonzero(counted, as_tuple=True)
            return (y + margin) * width + x + margin

        whole = weights == 1
        partly = (weights > 0) & ~whole
        return cls(places(whole), places(partly), weights[partly][:, None], float(weights.sum()))

    def stripe(self, rows: slice, first: int, width: int) -> "GuidanceChannel":
        """The part of it in some rows of features of that width, counted from the row `first` on."""
        ends = self.edge.new_tensor([rows.start * width, rows.stop * width])
        inside, edge = (slice(*torch.searchsorted(places, ends).tolist()) for places in (self.inside, self.edge))
        before = first * width
        return GuidanceChannel(self.inside[inside] - before, self.edge[edge] - before, self.weights[edge], self.total)

    def bands(self, rows: Tensor) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Places, and their weights if they count in part, in parts of which the features (h w, c) are gathered."""
        most = _BAND_BYTES if rows.device.type == "cpu" else _WIDE_BAND_BYTES
        length = max(1, most // (rows.shape[1] * rows.element_size()))
        for places in torch.split(self.inside, length):
            yield places, None
        yield from zip(torch.split(self.edge, length), torch.split(self.weights, length), strict=True)


def guided_sums(features: Tensor, channel: GuidanceChannel) -> Tensor:
    """[sum m x x^T, sum m x] over the places of a channel in features (1, c, h, w); (c, c + 1).

    As `feature_sums`, it is a sum over positions, of float32 for features in bfloat16.
    """
    rows = feature_rows(features)
    channels = rows.shape[1]
    kind = torch.float32 if rows.dtype == torch.bfloat16 else rows.dtype
    sums = rows.new_zeros(channels, channels + 1, dtype=kind)
    for places, weights in channel.bands(rows):
        seen = rows.index_select(0, places)
        if weights is not None and rows.device.type != "cpu":
            # Rounded to bfloat16 they make a covariance that is less than none in some direction, and has no factors.
            seen = seen.float()
        sums += row_sums(seen, None if weights is None else weights.to(seen.dtype) * seen)
    return sums


def add_guided_gradient(grad: Tensor, features: Tensor, channel: GuidanceChannel, grad_sums: Tensor) -> None:
    """Add to `grad`, that of the features, what comes back through their guided sums: m ((g + g^T) x + v).

    Args:
        grad: (1, c, h, w).
        features: (1, c, h, w).
        channel: The one that the sums are over.
        grad_sums: [g v], (c, c + 1).
    """
    rows, changed = feature_rows(features), feature_rows(grad)
    square, line = grad_sums[:, :-1], grad_sums[:, -1].to(grad.dtype)
    square = (square + square.T).to(grad.dtype)
    for places, weights in channel.bands(rows):
        back = torch.addmm(line, rows.index_select(0, places), square)
        if weights is not None:
            back *= weights.to(back.dtype)
        # No place stands twice, so that adding up and putting back is quick where adding in place is not.
        changed.index_copy_(0, places, changed.index_select(0, places).add_(back))
    if changed.data_ptr() != grad.data_ptr():  # a copy, as the channels of a pixel do not lie side by side
        grad.copy_(changed.view(*grad.shape[2:], -1).permute(2, 0, 1))
