"""The eye of the project: a frozen VGG that tells what is in a picture (content) and how it is painted (style).

Knows nothing of losses or of the picture's making. Blocks whose activations would take much memory are worked
through in stripes and computed anew for the gradient; the result is the same, borders included.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from torch import Tensor

from styletransfer import bounds
from styletransfer.allocator import give_back
from styletransfer.convolution import TILE, Convolution, convolve, convolve_relu, fastest_convolution
from styletransfer.errors import StyleTransferError
from styletransfer.losses import feature_products
from styletransfer.settings import Pooling, Settings, Weighting
from styletransfer.weights import DEPTHS, Weights

AVERAGE_POOLING_GAIN = (1.243, 1.35, 1.615, 1.927)
"""Factor on each average pooling with which the layer after it is as active as after max pooling, which the
weights were trained with: found on VGG-16, for one pooling after the other, over the sample photos."""

EVEN = Weighting(1.0, 1.0, 1.0)
RAW_BALANCE = {"vgg16": Weighting(0.35, 0.1, 1.0)}
"""Factors on the three weights where a network stands in for torchvision's VGG-19 with raw activations.

VGG-16's original activations are a hundred times larger, so its rescaled network is taken instead, with factors that
give the balance of terms that *Dive into Deep Learning* (2019 edition, 9.11) prints for VGG-19 at 150 x 225 pixels
with weights 1, 1e3 and 10: content 0.23 and style 0.67 in the end. Found by running that recipe."""

STRIPE_ROWS = 32
"""Rows of a stripe. Reading it with some more beyond its ends costs a quarter more; more would take more memory."""


MARGIN = TILE
"""Rows that a stripe is read with beyond either end: a block has at most four convolutions, each spoils one."""


class Tap(NamedTuple):
    """A place in the network where features are read: after convolution `place` of `block`, both counted from 0."""

    block: int
    place: int
    relu: bool


def parse_tap(name: str, depths: Sequence[int]) -> Tap:
    """Read a layer's name, such as "relu4_2", "conv5_1" or "relu4_last".

    Args:
        name: "relu" or "conv" (before the ReLU), then the block, then the convolution in it or "last".
        depths: Convolutions in each block of the network.

    Raises:
        StyleTransferError: The network has no such layer.
    """
    match = re.fullmatch(r"(relu|conv)([1-5])_([1-9]|last)", name)
    if match:
        kind, block, place = match[1], int(match[2]) - 1, match[3]
        index = depths[block] - 1 if place == "last" else int(place) - 1
        if index < depths[block]:
            return Tap(block, index, kind == "relu")
    raise StyleTransferError(
        f"The network has no layer {name!r}; layers are named like relu4_2 (after the ReLU) or conv5_1 (before it), "
        f"and its blocks have {', '.join(map(str, depths))} convolutions."
    )


class Features(NamedTuple):
    """What the network sees in one picture.

    Attributes:
        content: Features (1, c, h, w) of each content layer.
        grams: Gram matrix X X^T / (c h w), (c, c), of each style layer.
    """

    content: list[Tensor]
    grams: list[Tensor]


class _Crop(torch.autograd.Function):
    """Some rows of features, whose gradient keeps the order of numbers in memory (that of slicing does not)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: slice) -> Tensor:
        ctx.shape, ctx.rows = x.shape, rows
        return x[:, :, rows]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        like = grads[0]
        grad = torch.empty(ctx.shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last).zero_()
        grad[:, :, ctx.rows] = like
        return grad, None


@dataclass(frozen=True)
class _Block:
    """Convolutions of one size, and the taps among them."""

    convolutions: Sequence[Convolution]
    content: tuple[Tap, ...]
    style: tuple[Tap, ...]
    channels: int

    def __call__(self, x: Tensor, keep: slice | None = None) -> tuple[Tensor, dict[Tap, Tensor], dict[Tap, Tensor]]:
        """Run the block, counting only the rows `keep`, or all.

        Returns:
            The last features, the features of each content tap, and X X^T of each style tap.
        """
        content: dict[Tap, Tensor] = {}
        products: dict[Tap, Tensor] = {}

        def kept(features: Tensor) -> Tensor:
            return features if keep is None else cast("Tensor", _Crop.apply(features, keep))

        def read(taps: Sequence[Tap], place: int, relu: bool, features: Tensor) -> None:
            for tap in taps:
                if (tap.place, tap.relu) == (place, relu):
                    if tap in self.content:
                        content[tap] = kept(features)
                    if tap in self.style:
                        products[tap] = feature_products(kept(features))

        taps = tuple({*self.content, *self.style})
        for place, convolution in enumerate(self.convolutions):
            if any(tap.place == place and not tap.relu for tap in taps):
                x = convolve(x, convolution)
                read(taps, place, False, x)
                x = x.relu()
            else:
                x = convolve_relu(x, convolution)
            read(taps, place, True, x)
        return kept(x), content, products

    def bytes_per_row(self, width: int) -> int:
        """Memory that the block's activations take for each row of a picture `width` pixels wide at this block."""
        return 4 * self.channels * width * len(self.convolutions)


class _Stripes(torch.autograd.Function):
    """A block without content taps and the pooling after it, stripe by stripe; backward computes each stripe anew.

    A stripe is read with some rows more on either side, so that what the missing rows spoil is cut off again, and
    X X^T is a sum over positions: the stripes together are exactly the whole.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, block: _Block, pool: Any) -> tuple[Tensor, ...]:
        ctx.save_for_backward(x)
        ctx.block, ctx.pool = block, pool
        pooled: list[Tensor] = []
        sums: dict[Tap, Tensor] = {}
        for source, keep in _stripes(x.shape[2]):
            y, _, products = block(x[:, :, source], keep)
            pooled.append(pool(y))
            for tap, product in products.items():
                sums[tap] = sums[tap] + product if tap in sums else product
        give_back()  # the blocks to come are of other sizes
        return (torch.cat(pooled, dim=2), *(sums[tap] for tap in block.style))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        block: _Block = ctx.block
        grad_pooled, *grad_products = grads
        grad_x = torch.zeros_like(x)
        done = 0
        for source, keep in _stripes(x.shape[2]):
            with torch.enable_grad():
                stripe = x[:, :, source].detach().requires_grad_()
                y, _, products = block(stripe, keep)
                pooled = ctx.pool(y)
            outputs = [pooled, *(products[tap] for tap in block.style)]
            height = pooled.shape[2]
            grad_outputs = [grad_pooled[:, :, done : done + height], *grad_products]
            grad_x[:, :, source] += torch.autograd.grad(outputs, stripe, grad_outputs)[0]
            done += height
        give_back()
        return grad_x, None, None


def _stripes(height: int) -> list[tuple[slice, slice]]:
    """Cut `height` rows into stripes of `STRIPE_ROWS`: (rows to read, rows to keep of those read).

    Stripes begin where tiles of `WinogradConvolution` begin, so that the same numbers are rounded alike in stripes and
    in the whole, pooling never straddles two stripes, and none is a single row.
    """
    starts = list(range(0, max(height - 1, 1), STRIPE_ROWS))
    stripes = []
    for start, end in zip(starts, [*starts[1:], height], strict=True):
        first, last = max(0, start - MARGIN), min(height, end + MARGIN)
        stripes.append((slice(first, last), slice(start - first, end - first)))
    return stripes


class Network:
    """A frozen VGG with taps, cut off behind the deepest of them.

    Args:
        weights: The numbers of the network.
        settings: Names the taps, the pooling, and whether activations are rescaled to a mean of 1.
        device: Where it runs.
        dtype: Of its numbers and of the pictures it takes.
        thrifty: Save memory at the cost of some time: for large pictures.

    Attributes:
        balance: Factors that the three weights of the losses are to be multiplied by on this network.

    Raises:
        StyleTransferError: A layer is not known, or there is no weight for it.
    """

    def __init__(
        self,
        weights: Weights,
        settings: Settings,
        device: torch.device | None = None,
        dtype: torch.dtype = torch.float32,
        *,
        thrifty: bool = False,
    ) -> None:
        depths = DEPTHS[weights.name]
        self.name = weights.name
        self.content_taps = tuple(parse_tap(name, depths) for name in settings.content_layers)
        self.style_taps = tuple(parse_tap(name, depths) for name in settings.style_layers)
        self.pooling: Pooling = settings.pooling
        deepest = max((*self.content_taps, *self.style_taps))
        rescaled = settings.normalized or weights.name in RAW_BALANCE
        numbers = normalize(weights) if rescaled else list(weights.convolutions)
        self.balance = EVEN if settings.normalized else RAW_BALANCE.get(weights.name, EVEN)
        self.blocks: list[_Block] = []
        for block, depth in enumerate(depths[: deepest.block + 1]):
            count = deepest.place + 1 if block == deepest.block else depth
            first = sum(depths[:block])
            if first + count > len(numbers):
                raise StyleTransferError(f"The weights end before block {block + 1}; choose shallower layers.")
            pairs = [(w.to(device, dtype), b.to(device, dtype)) for w, b in numbers[first : first + count]]
            self.blocks.append(
                _Block(
                    convolutions=[fastest_convolution(*pair, thrifty=thrifty) for pair in pairs],
                    content=tuple(sorted({tap for tap in self.content_taps if tap.block == block})),
                    style=tuple(sorted({tap for tap in self.style_taps if tap.block == block})),
                    channels=pairs[0][0].shape[0],
                )
            )

    def __call__(self, picture: Tensor) -> Features:
        """Look at a picture.

        Args:
            picture: (1, 3, h, w), RGB, normalised with the ImageNet mean and standard deviation.
        """
        content: dict[Tap, Tensor] = {}
        grams: dict[Tap, Tensor] = {}
        x = picture.contiguous(memory_format=torch.channels_last)  # what `convolution` is fast with
        for index, block in enumerate(self.blocks):
            area = x.shape[2] * x.shape[3]
            x, features, products = self._run(index, x)
            content.update(features)
            grams.update({tap: product / (block.channels * area) for tap, product in products.items()})
        return Features([content[tap] for tap in self.content_taps], [grams[tap] for tap in self.style_taps])

    def _run(self, index: int, x: Tensor) -> tuple[Tensor, dict[Tap, Tensor], dict[Tap, Tensor]]:
        block = self.blocks[index]
        last = index == len(self.blocks) - 1
        if last or block.content or block.bytes_per_row(x.shape[3]) * x.shape[2] <= bounds.WHOLE_BYTES:
            y, content, products = block(x)
            return (y if last else self._pool(index, y)), content, products

        def pool(y: Tensor) -> Tensor:
            return self._pool(index, y)

        y, *sums = _Stripes.apply(x, block, pool)
        return y, {}, dict(zip(block.style, sums, strict=True))

    def _pool(self, index: int, x: Tensor) -> Tensor:
        if self.pooling == "max":
            return F.max_pool2d(x, 2)
        return AVERAGE_POOLING_GAIN[index] * F.avg_pool2d(x, 2)


def normalize(weights: Weights) -> list[tuple[Tensor, Tensor]]:
    """Rescale every convolution so that its mean activation over the calibration photos is 1 (Gatys 2016, section 2).

    A ReLU and max pooling pass a positive factor through, so dividing a layer by its mean and multiplying the
    next one by it changes what the network computes by those factors alone.
    """
    means = weights.activation_means.tolist()
    return [
        (weight * (before / mean), bias / mean)
        for (weight, bias), mean, before in zip(weights.convolutions, means, [1.0, *means[:-1]], strict=True)
    ]
