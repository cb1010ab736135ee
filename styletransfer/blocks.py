"""A block of the network: convolutions of one size, what is read among them, and the pooling that ends it.

Where its features would take much memory it is worked through in stripes and computes them anew for the gradient; the
result is the same, borders included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from styletransfer import bounds
from styletransfer.allocator import give_back
from styletransfer.convolution import TILE, Convolution, convolve, convolve_relu
from styletransfer.losses import feature_products
from styletransfer.pooling import Pool, empty

MARGIN = TILE
"""Rows that a stripe is read with beyond either end: a block has at most four convolutions, each spoils one."""


class Tap(NamedTuple):
    """A place in the network where features are read: after convolution `place` of `block`, both counted from 0."""

    block: int
    place: int
    relu: bool


@dataclass(frozen=True)
class End:
    """What ends a block and is not read: a convolution with its ReLU, or none, and the pooling.

    The features before the pooling are only ever computed for a stripe, and none of them are kept.
    """

    convolution: Convolution | None
    pool: Pool

    def __call__(self, x: Tensor, rows: slice) -> tuple[Tensor, Tensor]:
        """Some rows of features, (1, c, h, w), pooled, and what their gradient needs."""
        return self.pool(x[:, :, rows] if self.convolution is None else self.convolution(x, rows).relu_())

    def adjoint(self, grad: Tensor, kept: Tensor, rows: slice, shape: tuple[int, int]) -> Tensor:
        """Carry a gradient of all pooled features, (1, c, h // 2, w // 2), back to some rows of those before them.

        Args:
            grad: The gradient.
            kept: What the gradient needs, for all rows.
            rows: They begin with an even one.
            shape: (h, w).
        """
        if self.convolution is None:
            return self._pooled_adjoint(grad, kept, rows, shape[1])
        # The convolution reaches one row beyond, pooling goes by two.
        near = slice(max(rows.start - 2, 0), min(rows.stop + 2, shape[0]))
        before_pooling = self._pooled_adjoint(grad, kept, near, shape[1])
        return self.convolution.adjoint(before_pooling, slice(rows.start - near.start, rows.stop - near.start))

    def _pooled_adjoint(self, grad: Tensor, kept: Tensor, rows: slice, width: int) -> Tensor:
        halves = slice(rows.start // 2, rows.stop // 2)
        return self.pool.adjoint(grad[:, :, halves], kept[:, :, halves], (rows.stop - rows.start, width))


@dataclass(frozen=True)
class Block:
    """Convolutions of one size, each followed by a ReLU, the taps among them, and what ends it.

    Attributes:
        convolutions: Those up to the last that is read, at least.
        end: None at the end of the network.
        channels: Of the features that are read.
        limit: Bytes of features to be kept for the gradient above which the block is worked through in stripes.
    """

    convolutions: Sequence[Convolution]
    end: End | None
    content: tuple[Tap, ...]
    style: tuple[Tap, ...]
    channels: int
    limit: int

    def __call__(self, x: Tensor) -> tuple[Tensor, dict[Tap, Tensor], dict[Tap, Tensor]]:
        """What goes on to the next block, the features of each content tap, and X X^T of each style tap."""
        if self.end is None:
            return self.read(x)
        if self.content or not self._is_large(x):
            x, content, products = self.read(x)
            return _Stripes.apply(x, None, self.end)[0], content, products
        x, *sums = _Stripes.apply(x, self, self.end)
        return x, {}, dict(zip(self.style, sums, strict=True))

    def _is_large(self, x: Tensor) -> bool:
        kept = x.element_size() * len(self.convolutions) * self.channels * x.shape[2] * x.shape[3]
        return kept > self.limit * _factor(x)

    def read(self, x: Tensor, keep: slice | None = None) -> tuple[Tensor, dict[Tap, Tensor], dict[Tap, Tensor]]:
        """Run all but what ends the block, counting only the rows `keep`, or all.

        Returns:
            All rows of the features, those kept of each content tap, and X X^T of those kept of each style tap.
        """
        content: dict[Tap, Tensor] = {}
        products: dict[Tap, Tensor] = {}
        taps = {(tap.place, tap.relu): tap for tap in (*self.content, *self.style)}

        def look(place: int, relu: bool, features: Tensor) -> None:
            tap = taps.get((place, relu))
            if tap in self.content:
                content[tap] = _cropped(features, keep)
            if tap in self.style:
                products[tap] = feature_products(_cropped(features, keep))

        for place, convolution in enumerate(self.convolutions):
            if (place, False) in taps:
                x = convolve(x, convolution)
                look(place, False, x)
                x = x.relu()
            else:
                x = convolve_relu(x, convolution, read=(place, True) in taps)
            look(place, True, x)
        return x, content, products


class _Stripes(torch.autograd.Function):
    """A block without content taps, or only the end of one (then `block` is None), stripe by stripe.

    Backward computes the features that are read anew. A stripe is read with some rows more on either side, so that
    what the missing rows spoil is cut off again, and X X^T is a sum over positions: the stripes together are exactly
    the whole.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, block: Block | None, end: End) -> tuple[Tensor, ...]:
        height = x.shape[2]
        sums: dict[Tap, Tensor] = {}
        whole: list[Tensor] = []
        for source, keep in _stripes(height, _factor(x)):
            features = x[:, :, source]
            if block is not None:
                features, _, products = block.read(features, keep)
                for tap, product in products.items():
                    sums[tap] = sums[tap] + product if tap in sums else product
            parts = end(features, keep)
            # In place at once: pieces that are joined in the end would lie scattered over the memory of the stripes.
            whole = whole or [empty(part, (*part.shape[:2], height // 2, part.shape[3])) for part in parts]
            first = (source.start + keep.start) // 2
            for tensor, part in zip(whole, parts, strict=True):
                tensor[:, :, first : first + part.shape[2]] = part
        pooled, kept = whole
        if block is not None:
            give_back()
        ctx.block, ctx.end, ctx.shape = block, end, x.shape
        ctx.save_for_backward(kept, None if block is None else x)
        return (pooled, *(() if block is None else (sums[tap] for tap in block.style)))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        kept, x = ctx.saved_tensors
        block: Block | None = ctx.block
        grad_pooled, *grad_products = grads
        grad_x = (empty if block is None else _zeros)(grad_pooled, ctx.shape)
        for source, keep in _stripes(ctx.shape[2], _factor(kept)):
            rows = slice(source.start + keep.start, source.start + keep.stop)
            grad = ctx.end.adjoint(grad_pooled, kept, rows, ctx.shape[2:])
            if block is None:
                grad_x[:, :, rows] = grad
                continue
            with torch.enable_grad():
                stripe = x[:, :, source].detach().requires_grad_()
                features, _, products = block.read(stripe, keep)
                outputs = [_cropped(features, keep), *(products[tap] for tap in block.style)]
            grad_x[:, :, source] += torch.autograd.grad(outputs, stripe, [grad, *grad_products])[0]
        if block is not None:
            give_back()
        return grad_x, None, None


def _factor(x: Tensor) -> int:
    return 1 if x.device.type == "cpu" else bounds.GPU_FACTOR


def _stripes(height: int, factor: int = 1) -> list[tuple[slice, slice]]:
    """Cut `height` rows into stripes of `factor` times `STRIPE_ROWS`: (rows to read, rows to keep of those read).

    Stripes begin where tiles of `WinogradConvolution` begin, so that the same numbers are rounded alike in stripes and
    in the whole, pooling never straddles two stripes, and none is a single row.
    """
    starts = list(range(0, max(height - 1, 1), factor * bounds.STRIPE_ROWS))
    stripes = []
    for start, end in zip(starts, [*starts[1:], height], strict=True):
        first, last = max(0, start - MARGIN), min(height, end + MARGIN)
        stripes.append((slice(first, last), slice(start - first, end - first)))
    return stripes


class _Crop(torch.autograd.Function):
    """Some rows of features, whose gradient keeps the order of numbers in memory (that of slicing does not)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: slice) -> Tensor:
        ctx.shape, ctx.rows = x.shape, rows
        return x[:, :, rows]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        grad = _zeros(grads[0], ctx.shape)
        grad[:, :, ctx.rows] = grads[0]
        return grad, None


def _cropped(features: Tensor, rows: slice | None) -> Tensor:
    return features if rows is None else cast("Tensor", _Crop.apply(features, rows))


def _zeros(like: Tensor, shape: Sequence[int]) -> Tensor:
    return empty(like, shape).zero_()
