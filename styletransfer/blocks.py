"""A block of the network: convolutions of one size, what is read among them, and the pooling that ends it.

Where its features would take much memory it is worked through in stripes and computes them anew for the gradient; the
result is the same, borders included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from styletransfer import bounds
from styletransfer.allocator import give_back
from styletransfer.convolution import TILE, Convolution
from styletransfer.losses import add_products_gradient, feature_products
from styletransfer.pooling import Pool, empty

MARGIN = TILE
"""Rows that a stripe is read with beyond either end: a block has at most four convolutions, each spoils one."""
_ALL = slice(None)


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
        return self.pool(x[:, :, rows] if self.convolution is None else self.convolution(x, rows))

    def adjoint(self, grad: Tensor, kept: Tensor, rows: slice, height: int, out: Tensor) -> None:
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
            out.copy_(self._pooled_adjoint(grad, kept, rows, width))
            return
        # The convolution reaches one row beyond, pooling goes by two.
        near = slice(max(rows.start - 2, 0), min(rows.stop + 2, height))
        before_pooling = self._pooled_adjoint(grad, kept, near, width)
        wanted = slice(rows.start - near.start, rows.stop - near.start)
        self.convolution.adjoint(before_pooling, wanted, out)

    def _pooled_adjoint(self, grad: Tensor, kept: Tensor, rows: slice, width: int) -> Tensor:
        halves = slice(rows.start // 2, rows.stop // 2)
        return self.pool.adjoint(grad[:, :, halves], kept[:, :, halves], (rows.stop - rows.start, width))


class Look(NamedTuple):
    """What is seen in a block before its end.

    Attributes:
        features: (1, c, h, w), all that the convolutions give.
        content: The features of each content tap, (1, c, h, w).
        products: X X^T of each style tap, (c, c).
        kept: What carrying a gradient back needs, one tensor for each convolution.
    """

    features: Tensor
    content: list[Tensor]
    products: list[Tensor]
    kept: list[Tensor]


@dataclass(frozen=True)
class Head:
    """A block without its end: convolutions of one size, each followed by a ReLU, and the taps among them.

    There is no autograd inside: on the way back every gradient is changed in place, which autograd must not do.

    Attributes:
        convolutions: Those up to the last that is read, at least.
        content: The content taps, in order.
        style: The style taps, in order.
    """

    convolutions: Sequence[Convolution]
    content: tuple[Tap, ...]
    style: tuple[Tap, ...]

    def __call__(self, x: Tensor, rows: slice = _ALL) -> Look:
        """Run, (1, in, h, w) to (1, c, h, w).

        Args:
            x: Features of the block before.
            rows: Those that count for X X^T.
        """
        content: dict[Tap, Tensor] = {}
        products: dict[Tap, Tensor] = {}
        kept: list[Tensor] = []

        def read(features: Tensor, taps: Sequence[Tap]) -> None:
            content.update({tap: features for tap in taps if tap in self.content})
            products.update({tap: feature_products(features[:, :, rows]) for tap in taps if tap in self.style})

        for place, convolution in enumerate(self.convolutions):
            raw, rectified = self._taps(place)
            x = convolution(x)
            read(x, raw)
            kept.append(x)
            x = x.relu() if raw else x.relu_()
            read(x, rectified)
            if not (raw or rectified):
                kept[-1] = x > 0
        return Look(x, [content[tap] for tap in self.content], [products[tap] for tap in self.style], kept)

    def adjoint(
        self,
        grad: Tensor | None,
        kept: Sequence[Tensor],
        grad_content: Sequence[Tensor | None],
        grad_products: Sequence[Tensor | None],
        rows: slice = _ALL,
    ) -> Tensor | None:
        """Carry gradients back to what went in; None stands for zero.

        Args:
            grad: Of the features, (1, c, h, w); it is changed.
            kept: What the way forward has kept.
            grad_content: Of the features of each content tap, (1, c, h, w).
            grad_products: Of X X^T of each style tap, (c, c).
            rows: Those that counted for X X^T.
        """
        terms = {tap: term for tap, term in zip(self.content, grad_content, strict=True) if term is not None}
        squares = {tap: term for tap, term in zip(self.style, grad_products, strict=True) if term is not None}

        def join(grad: Tensor | None, features: Tensor, taps: Sequence[Tap]) -> Tensor | None:
            for tap in taps:
                if tap in terms:
                    grad = terms[tap].clone() if grad is None else grad.add_(terms[tap])
                if tap in squares:
                    grad = _zeros(features, features.shape) if grad is None else grad
                    add_products_gradient(grad[:, :, rows], features[:, :, rows], squares[tap])
            return grad

        for place in reversed(range(len(self.convolutions))):
            raw, rectified = self._taps(place)
            grad = join(grad, kept[place].relu() if raw and rectified else kept[place], rectified)
            if grad is not None:
                _through_relu(grad, kept[place])
            grad = join(grad, kept[place], raw)
            if grad is not None:
                grad = self.convolutions[place].adjoint(grad)
        return grad

    def _taps(self, place: int) -> tuple[list[Tap], list[Tap]]:
        """Those before the ReLU and those after it."""
        taps = [tap for tap in {*self.content, *self.style} if tap.place == place]
        return [tap for tap in taps if not tap.relu], [tap for tap in taps if tap.relu]


def _through_relu(grad: Tensor, kept: Tensor) -> None:
    """Set the gradient to zero where a ReLU let nothing through: by what it was given, what it gave, or a mask."""
    if kept.dtype == torch.bool:
        grad.mul_(kept.view(torch.int8))  # by booleans it takes twice as long
    else:
        torch.ops.aten.threshold_backward(grad, kept, 0, grad_input=grad)


@dataclass(frozen=True)
class Block:
    """A part of the network in which all features have one size.

    Attributes:
        head: What is read.
        end: What halves the features, None at the end of the network.
        channels: Of the features that are read.
        limit: Bytes of features to be kept for the gradient above which they are computed anew, stripe by stripe.
    """

    head: Head
    end: End | None
    channels: int
    limit: int

    def __call__(self, x: Tensor) -> tuple[Tensor, dict[Tap, Tensor], dict[Tap, Tensor]]:
        """What goes on to the next block, the features of each content tap, and X X^T of each style tap.

        At the end of the network nothing goes on, and `x` is returned.
        """
        content, style = self.head.content, self.head.style
        outputs = _Run.apply(x, self)
        seen, products, onward = outputs[: len(content)], outputs[len(content) :][: len(style)], outputs[-1]
        return (
            x if self.end is None else onward,
            dict(zip(content, seen, strict=True)),
            dict(zip(style, products, strict=True)),
        )

    def is_large(self, x: Tensor) -> bool:
        """Whether the features of the head are to be computed anew for the gradient."""
        kept = x.element_size() * len(self.head.convolutions) * self.channels * x.shape[2] * x.shape[3]
        return self.end is not None and not self.head.content and kept > self.limit * _factor(x)


class _Run(torch.autograd.Function):
    """A block: its content features, X X^T of its style taps, and what its end gives, if it has one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, block: Block) -> tuple[Tensor, ...]:
        ctx.set_materialize_grads(False)
        head, end = block.head, block.end
        ctx.block = block
        ctx.anew = end is not None and block.is_large(x)
        if end is not None and ctx.anew:
            pooled, places, products = _run_end(end, x, head)
            ctx.save_for_backward(places, x)
            give_back()
            return (*products, pooled)
        look = head(x)
        seen = (*look.content, *look.products)
        if end is None:
            ctx.save_for_backward(*look.kept)
            return seen
        ctx.shape = look.features.shape
        pooled, places, _ = _run_end(end, look.features)
        ctx.save_for_backward(places, *look.kept)
        return (*seen, pooled)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, None]:
        head, end = ctx.block.head, ctx.block.end
        grad_content, others = grads[: len(head.content)], grads[len(head.content) :]
        grad_products = others[: len(head.style)]
        if end is None:
            return head.adjoint(None, ctx.saved_tensors, grad_content, grad_products), None
        grad_pooled, (places, *kept) = grads[-1], ctx.saved_tensors
        if ctx.anew:
            grad_x = _adjoint_anew(ctx.block, kept[0], places, grad_products, grad_pooled)
            give_back()
            return grad_x, None
        grad = None if grad_pooled is None else _end_adjoint(end, grad_pooled, places, ctx.shape)
        return head.adjoint(grad, kept, grad_content, grad_products), None


def _run_end(end: End, x: Tensor, head: Head | None = None) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Run the end of a block, and its head before it if there is one, stripe by stripe.

    A stripe is read with some rows more on either side, so that what the missing rows spoil is cut off again, and X X^T
    is a sum over positions: the stripes together are exactly the whole.

    Returns:
        The pooled features, what their gradient needs, and X X^T of each style tap.
    """
    height = x.shape[2]
    products: list[Tensor] = []
    whole: list[Tensor] = []
    for source, keep in _stripes(height, _factor(x)):
        features = x[:, :, source]
        if head is not None:
            look = head(features, keep)
            features = look.features
            products = [a + b for a, b in zip(products, look.products, strict=True)] if products else look.products
        parts = end(features, keep)
        # In place at once: pieces that are joined in the end would lie scattered over the memory of the stripes.
        whole = whole or [empty(part, (*part.shape[:2], height // 2, part.shape[3])) for part in parts]
        first = (source.start + keep.start) // 2
        for tensor, part in zip(whole, parts, strict=True):
            tensor[:, :, first : first + part.shape[2]] = part
    pooled, kept = whole
    return pooled, kept, products


def _end_adjoint(end: End, grad_pooled: Tensor, kept: Tensor, shape: Sequence[int]) -> Tensor:
    """Carry a gradient of all pooled features back to all those before the end, which are (1, c, h, w) = `shape`."""
    grad = empty(grad_pooled, shape)
    for source, keep in _stripes(shape[2], _factor(kept)):
        rows = _kept_rows(source, keep)
        end.adjoint(grad_pooled, kept, rows, shape[2], grad[:, :, rows])
    return grad


def _adjoint_anew(
    block: Block, x: Tensor, kept: Tensor, grad_products: Sequence[Tensor | None], grad_pooled: Tensor | None
) -> Tensor:
    """Carry gradients back through a block to `x`, (1, in, h, w), of whose head nothing was kept, stripe by stripe."""
    height = x.shape[2]
    grad_x = _zeros(x, x.shape)
    for source, keep in _stripes(height, _factor(x)):
        look = block.head(x[:, :, source], keep)
        grad: Tensor | None = None
        if block.end is not None and grad_pooled is not None:
            grad = _zeros(look.features, look.features.shape)
            block.end.adjoint(grad_pooled, kept, _kept_rows(source, keep), height, grad[:, :, keep])
        grad = block.head.adjoint(grad, look.kept, [], grad_products, keep)
        if grad is not None:
            grad_x[:, :, source] += grad
    return grad_x


def _kept_rows(source: slice, keep: slice) -> slice:
    """The rows to keep of a stripe, counted in the whole."""
    return slice(source.start + keep.start, source.start + keep.stop)


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


def _zeros(like: Tensor, shape: Sequence[int]) -> Tensor:
    return empty(like, shape).zero_()
