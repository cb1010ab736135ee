"""A block of the network: a stage, of which features are read, and the pooling that ends it.

Where its features would take much memory it is worked through in stripes and computes them anew for the gradient; the
result is the same, borders included.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from styletransfer.engine import memory_bounds
from styletransfer.engine.losses.guided_moments import GuidanceChannel
from styletransfer.engine.vgg.fast.allocator import give_back
from styletransfer.engine.vgg.fast.channels_last import empty, zeros
from styletransfer.engine.vgg.fast.convolution import Convolution
from styletransfer.engine.vgg.fast.pooling import Pool
from styletransfer.engine.vgg.fast.stage import Stage
from styletransfer.engine.vgg.fast.windows import Guided, Rectangle, Window
from styletransfer.engine.vgg.fast.winograd import TILE
from styletransfer.engine.vgg.taps import Tap

MARGIN = TILE
"""Rows that a stripe is read with beyond either end: a block has at most four convolutions, each spoils one."""


_PooledStripe = tuple[slice, tuple[Tensor, Tensor]]
"""Rows of the features before the pooling; the same rows pooled, and what their gradient needs."""


@dataclass(frozen=True)
class PoolingStage:
    """What ends a block and is not read: a convolution with its ReLU, or none, and the pooling.

    The features before the pooling are only ever computed for a stripe, and none of them are kept.
    """

    convolution: Convolution | None
    pool: Pool

    def __call__(self, x: Tensor, rows: slice) -> tuple[Tensor, Tensor]:
        """Some rows of features, (1, c, h, w), pooled, and what their gradient needs."""
        return self.pool(x[:, :, rows] if self.convolution is None else self.convolution(x, rows))

    def backward(self, grad: Tensor, kept: Tensor, rows: slice, height: int, out: Tensor) -> None:
        """Carry a gradient of all pooled features, (1, c, h // 2, w // 2), back to some rows of those before them.

        Args:
            grad: The gradient.
            kept: What the gradient needs, for all rows.
            rows: They begin with an even one.
            height: h, all rows there are.
            out: Where to put them, (1, in, rows, w).
        """
        width = out.shape[3]
        if self.convolution is None:
            out.copy_(self._backward_before(grad, kept, rows, width))
            return
        # The convolution reaches one row beyond, pooling goes by two.
        near = slice(max(rows.start - 2, 0), min(rows.stop + 2, height))
        before_pooling = self._backward_before(grad, kept, near, width)
        wanted = slice(rows.start - near.start, rows.stop - near.start)
        self.convolution.backward(before_pooling, wanted, out)

    def _backward_before(self, grad: Tensor, kept: Tensor, rows: slice, width: int) -> Tensor:
        halves = slice(rows.start // 2, rows.stop // 2)
        return self.pool.backward(grad[:, :, halves], kept[:, :, halves], (rows.stop - rows.start, width))


@dataclass(frozen=True)
class Block:
    """A part of the network in which all features have one size.

    Attributes:
        stage: What is read.
        pooling: What halves the features, None at the end of the network.
        channels: Of the features that are read.
        margin: Rows and columns at each border that do not count for the sums.
        limit: Bytes of features to be kept for the gradient above which they are computed anew, stripe by stripe.
        low_memory: Whether memory that is free after that goes back to the system.
    """

    stage: Stage
    pooling: PoolingStage | None
    channels: int
    margin: int
    limit: float
    low_memory: bool

    def __call__(
        self, x: Tensor, channels: Sequence[GuidanceChannel] | None = None
    ) -> tuple[Tensor, dict[Tap, Tensor], dict[Tap, list[Tensor]]]:
        """What goes on to the next block, the features of each content tap, and the means of each style tap.

        At the end of the network nothing goes on, and `x` is returned.

        Args:
            x: Features of the block before.
            channels: Where the regions are; None if there are none, and all positions but the margin count alike.

        Returns:
            The third holds, for each region, the means of x [x^T 1] over what counts, (c, c + 1).
        """
        content, style = self.stage.content, self.stage.style
        totals = [self.positions(*x.shape[2:])] if channels is None else [channel.total for channel in channels]
        if self.pooling is None and not content and not totals:
            return x, {}, {tap: [] for tap in style}
        outputs = _BlockFunction.apply(x, self, self.window(x, channels))
        seen, onward = outputs[: len(content)], outputs[-1]
        sums = iter(outputs[len(content) :])
        return (
            x if self.pooling is None else onward,
            dict(zip(content, seen, strict=True)),
            {tap: [next(sums) / total for total in totals] for tap in style},
        )

    def window(self, x: Tensor, channels: Sequence[GuidanceChannel] | None = None) -> Window:
        """What counts for the sums, of all features."""
        height, width = x.shape[2:]
        if channels is not None:
            return Guided(channels, width)
        return Rectangle(slice(self.margin, height - self.margin), slice(self.margin, width - self.margin))

    def positions(self, height: int, width: int) -> int:
        """How many positions count for the sums where there are no regions."""
        return (height - 2 * self.margin) * (width - 2 * self.margin)

    def is_large(self, x: Tensor) -> bool:
        """Whether the features of the stage are to be computed anew for the gradient."""
        kept = x.element_size() * len(self.stage.convolutions) * self.channels * x.shape[2] * x.shape[3]
        return self.pooling is not None and not self.stage.content and kept > self.limit * _factor(x)


class _BlockFunction(torch.autograd.Function):
    """A block: its content features, the sums of its style taps, and what its pooling gives, if it has one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, block: Block, window: Window) -> tuple[Tensor, ...]:
        ctx.set_materialize_grads(False)
        stage, pooling = block.stage, block.pooling
        ctx.block, ctx.window = block, window
        ctx.recompute = pooling is not None and block.is_large(x)
        if pooling is not None and ctx.recompute:
            pooled, places, sums = _run_in_stripes(block, pooling, x, window)
            ctx.save_for_backward(places, x)
            if block.low_memory:
                give_back()
            return (*sums, pooled)
        activations = stage(x, window)
        seen = (*activations.content, *activations.sums)
        if pooling is None:
            ctx.save_for_backward(*activations.kept)
            return seen
        ctx.shape = activations.features.shape
        pooled, places = _pool(pooling, activations.features)
        ctx.save_for_backward(places, *activations.kept)
        return (*seen, pooled)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, None, None]:
        stage, pooling = ctx.block.stage, ctx.block.pooling
        grad_content, others = grads[: len(stage.content)], grads[len(stage.content) :]
        if pooling is None:
            return stage.backward(None, ctx.saved_tensors, grad_content, others, ctx.window), None, None
        *grad_sums, grad_pooled = others
        places, *kept = ctx.saved_tensors
        if ctx.recompute:
            grad_x = _backward_recomputed(ctx.block, kept[0], places, grad_sums, grad_pooled, ctx.window)
            if ctx.block.low_memory:
                give_back()
            return grad_x, None, None
        grad = None if grad_pooled is None else _pooling_backward(pooling, grad_pooled, places, ctx.shape)
        return stage.backward(grad, kept, grad_content, grad_sums, ctx.window), None, None


def _pool(pooling: PoolingStage, features: Tensor) -> tuple[Tensor, Tensor]:
    """Pool features, (1, c, h, w), stripe by stripe.

    Returns:
        The pooled features, and what their gradient needs.
    """

    def stripes() -> Iterator[_PooledStripe]:
        for source, keep in _stripes(features.shape[2], _stripe_rows(features, features.shape[2])):
            yield _kept_rows(source, keep), pooling(features[:, :, source], keep)

    return _joined(stripes(), features.shape[2])


def _run_in_stripes(
    block: Block, pooling: PoolingStage, x: Tensor, window: Window
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Run a block to its end stripe by stripe, and keep nothing of its stage.

    A stripe is read with some rows more on either side, so that what the missing rows spoil is cut off again, and
    the sums are over positions: the stripes together are exactly the whole.

    Returns:
        The pooled features, what their gradient needs, and the sums of the style taps.
    """
    sums: list[Tensor] = []

    def stripes() -> Iterator[_PooledStripe]:
        nonlocal sums
        for source, keep in _stripes(x.shape[2], _stripe_rows(x, x.shape[2])):
            activations = block.stage(x[:, :, source], window.stripe(source, keep))
            sums = [a + b for a, b in zip(sums, activations.sums, strict=True)] if sums else activations.sums
            yield _kept_rows(source, keep), pooling(activations.features, keep)

    pooled, kept = _joined(stripes(), x.shape[2])
    return pooled, kept, sums


def _joined(stripes: Iterator[_PooledStripe], height: int) -> tuple[Tensor, Tensor]:
    """The stripes as one, of features that were `height` rows before they were pooled."""
    whole: list[Tensor] = []
    for rows, parts in stripes:
        # In place at once: pieces that are joined in the end would lie scattered over the memory of the stripes.
        whole = whole or [empty(part, (*part.shape[:2], height // 2, part.shape[3])) for part in parts]
        first = rows.start // 2
        for tensor, part in zip(whole, parts, strict=True):
            tensor[:, :, first : first + part.shape[2]] = part
    pooled, kept = whole
    return pooled, kept


def _pooling_backward(pooling: PoolingStage, grad_pooled: Tensor, kept: Tensor, shape: Sequence[int]) -> Tensor:
    """Carry a gradient of all pooled features back to those before it, which are (1, c, h, w) = `shape`."""
    grad = empty(grad_pooled, shape)
    for source, keep in _stripes(shape[2], _stripe_rows(kept, shape[2])):
        rows = _kept_rows(source, keep)
        pooling.backward(grad_pooled, kept, rows, shape[2], grad[:, :, rows])
    return grad


def _backward_recomputed(
    block: Block,
    x: Tensor,
    kept: Tensor,
    grad_sums: Sequence[Tensor | None],
    grad_pooled: Tensor | None,
    window: Window,
) -> Tensor:
    """Carry gradients back through a block to `x`, (1, in, h, w), of whose stage nothing was kept, stripe by stripe."""
    height = x.shape[2]
    grad_x = zeros(x, x.shape)
    for source, keep in _stripes(height, _stripe_rows(x, height)):
        part = window.stripe(source, keep)
        activations = block.stage(x[:, :, source], part)
        grad: Tensor | None = None
        if block.pooling is not None and grad_pooled is not None:
            grad = zeros(activations.features, activations.features.shape)
            block.pooling.backward(grad_pooled, kept, _kept_rows(source, keep), height, grad[:, :, keep])
        grad = block.stage.backward(grad, activations.kept, [], grad_sums, part)
        if grad is not None:
            grad_x[:, :, source] += grad
    return grad_x


def _kept_rows(source: slice, keep: slice) -> slice:
    """The rows to keep of a stripe, counted in the whole."""
    return slice(source.start + keep.start, source.start + keep.stop)


def _factor(x: Tensor) -> int:
    return 2 if x.element_size() == 2 else 1  # as many bytes


def _stripe_rows(x: Tensor, height: int) -> int:
    """How many of `height` rows are worked on together; a graphics card is fast with all at once."""
    return memory_bounds.STRIPE_ROWS * _factor(x) if x.device.type == "cpu" else height


def _stripes(height: int, most: int) -> list[tuple[slice, slice]]:
    """Cut `height` rows into stripes of `most` rows: (rows to read, rows to keep of those read).

    Stripes begin where tiles of `WinogradConvolution` begin, so that the same numbers are rounded alike in stripes and
    in the whole, pooling never straddles two stripes, and none is a single row.
    """
    starts = list(range(0, max(height - 1, 1), most))
    stripes = []
    for start, end in zip(starts, [*starts[1:], height], strict=True):
        first, last = max(0, start - MARGIN), min(height, end + MARGIN)
        stripes.append((slice(first, last), slice(start - first, end - first)))
    return stripes
