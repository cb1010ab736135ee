"""The eye of the project: a frozen VGG that tells what is in a picture (content) and how it is painted (style).

Knows nothing of losses or of the picture's making.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from styletransfer.engine import memory_bounds
from styletransfer.engine.losses.guided_moments import GuidanceChannel
from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.picture_margin import mirrored, without_margin
from styletransfer.engine.scales import MARGIN
from styletransfer.engine.vgg.fast.allocator import give_back
from styletransfer.engine.vgg.fast.block import Block, PoolingStage
from styletransfer.engine.vgg.fast.convolution import fastest_convolution
from styletransfer.engine.vgg.fast.pooling import AveragePool, MaxPool, Pool
from styletransfer.engine.vgg.fast.stage import Stage
from styletransfer.engine.vgg.taps import Tap, parse_tap
from styletransfer.engine.vgg.weights import DEPTHS, Weights
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Pooling, Settings, Weighting

AVERAGE_POOLING_GAIN = (1.243, 1.35, 1.615, 1.927)
"""Factor on each average pooling with which the layer after it is as active as after max pooling, which the
weights were trained with: found on VGG-16, for one pooling after the other, over the sample photos."""

EVEN = Weighting(1.0, 1.0, 1.0)
RAW_LOSS_SCALE = {"vgg16": Weighting(0.35, 0.1, 1.0)}
"""Factors on the three weights where a network stands in for torchvision's VGG-19 with raw activations.

VGG-16's original activations are a hundred times larger, so its rescaled network is taken instead, with factors that
give the balance of terms that *Dive into Deep Learning* (2019 edition, 9.11) prints for VGG-19 at 150 x 225 pixels
with weights 1, 1e3 and 10: content 0.23 and style 0.67 in the end. Found by running that recipe."""


Channels = Sequence[Sequence[GuidanceChannel] | None]
"""Where the regions are that count in each block; None where all but the margin counts alike."""


class Features(NamedTuple):
    """What the network sees in one picture.

    Attributes:
        content: Features (1, c, h, w) of each content layer.
        moments: Of each style layer; where there are regions, of each region that counts there, layer by layer.
    """

    content: list[Tensor]
    moments: list[Moments]


class FeatureNetwork:
    """What the engine asks of a network: a frozen VGG with taps, cut off behind the deepest of them.

    `styletransfer.engine.vgg.reference` tells plainly what it sees; `Network` is the same made fast for a processor.

    Args:
        weights: The numbers of the network.
        settings: Names the taps, the pooling, the padding, and whether activations are rescaled to a mean of 1.
        dtype: What it reckons with; what it gives has the picture's.

    Attributes:
        name: "vgg16" or "vgg19".
        dtype: What it reckons with.
        numbers: (weight, bias) of each convolution, rescaled if need be.
        margin: Pixels beyond each border of a picture, see `styletransfer.engine.picture_margin`; 0 for zero padding.
        low_memory: Whether free memory is to go back to the system on the way; what takes half as much may be kept.
        loss_scale: Factors that the three weights of the losses are to be multiplied by on this network.

    Raises:
        StyleTransferError: A layer is not known, or there is no weight for it.
    """

    low_memory = False

    def __init__(self, weights: Weights, settings: Settings, dtype: torch.dtype = torch.float32) -> None:
        depths = DEPTHS[weights.name]
        self.name, self.dtype = weights.name, dtype
        self.content_taps = tuple(parse_tap(name, depths) for name in settings.content_layers)
        self.style_taps = tuple(parse_tap(name, depths) for name in settings.style_layers)
        self.pooling: Pooling = settings.pooling
        self.margin = MARGIN if settings.padding == "reflect" else 0
        rescaled = settings.normalized or weights.name in RAW_LOSS_SCALE
        self.numbers = normalize(weights) if rescaled else list(weights.convolutions)
        self.loss_scale = EVEN if settings.normalized else RAW_LOSS_SCALE.get(weights.name, EVEN)

    def __call__(self, picture: Tensor, *, has_margin: bool = False, channels: Channels | None = None) -> Features:
        """Look at a picture.

        Args:
            picture: (1, 3, h, w), RGB, normalised with the ImageNet mean and standard deviation.
            has_margin: It has `margin` more pixels at every border. Their content counts, their style does not. If
                False they are mirrored, and nothing of them counts.
            channels: Where regions are whose style is looked at apart from each other; None if there are none.
        """
        channels = [None] * len(DEPTHS[self.name]) if channels is None else channels
        if has_margin or self.margin == 0:
            return self._look(picture, channels)
        content, moments = self._look(mirrored(picture, self.margin), channels)
        taps = self.content_taps
        within = [without_margin(seen, self.margin >> tap.block) for seen, tap in zip(content, taps, strict=True)]
        return Features(within, moments)

    def _look(self, picture: Tensor, channels: Channels) -> Features:
        """Look at a picture with its margin; style counts without it."""
        raise NotImplementedError


class Network(FeatureNetwork):
    """The network made fast, see `FeatureNetwork`: hand-written convolutions, with no autograd inside.

    Args:
        weights: As there.
        settings: As there.
        device: Where it runs.
        dtype: As there.
        low_memory: Save memory at the cost of some time: for large pictures.
    """

    def __init__(
        self,
        weights: Weights,
        settings: Settings,
        device: torch.device | None = None,
        dtype: torch.dtype = torch.float32,
        *,
        low_memory: bool = False,
    ) -> None:
        super().__init__(weights, settings, dtype)
        self.low_memory = low_memory and dtype.itemsize > 2
        depths, numbers = DEPTHS[weights.name], self.numbers
        deepest = max((*self.content_taps, *self.style_taps))
        largest = max(weight.shape[0] * weight.shape[1] for weight, _ in numbers)
        scratch = torch.empty(36 * largest, device=device, dtype=dtype) if self.low_memory else None
        self.blocks: list[Block] = []
        for block, depth in enumerate(depths[: deepest.block + 1]):
            count = deepest.place + 1 if block == deepest.block else depth
            first = sum(depths[:block])
            if first + count > len(numbers):
                raise StyleTransferError(
                    "The weights end before block {block}; choose shallower layers.", block=block + 1
                )
            pairs = [(w.to(device, dtype), b.to(device, dtype)) for w, b in numbers[first : first + count]]
            convolutions = [fastest_convolution(*pair, scratch) for pair in pairs]
            taps = {tap for tap in (*self.content_taps, *self.style_taps) if tap.block == block}
            pooling = None
            if block < deepest.block:
                unread = all(tap.place < count - 1 for tap in taps)
                pooling = PoolingStage(convolutions.pop() if unread else None, self._pool(block))
            self.blocks.append(
                Block(
                    stage=Stage(
                        convolutions,
                        content=tuple(sorted(taps & set(self.content_taps))),
                        style=tuple(sorted(taps & set(self.style_taps))),
                    ),
                    pooling=pooling,
                    channels=pairs[0][0].shape[0],
                    margin=self.margin >> block,
                    limit=_limit(len(convolutions), low_memory, pairs[0][0].device),
                    low_memory=self.low_memory,
                )
            )

    def _look(self, picture: Tensor, channels: Channels) -> Features:
        """See `FeatureNetwork`."""
        content: dict[Tap, Tensor] = {}
        means: dict[Tap, list[Tensor]] = {}
        x = picture.to(self.dtype).contiguous(memory_format=torch.channels_last)  # what `convolution` is fast with
        for block, parts in zip(self.blocks, channels, strict=False):
            x, features, of_block = block(x, parts)
            content.update({tap: seen.to(picture.dtype) for tap, seen in features.items()})
            means.update(of_block)
        if self.low_memory:
            give_back()  # the way back needs other blocks of memory than the way here
        in_order = [mean for tap in self.style_taps for mean in means[tap]]
        moments = [Moments(mean=mean[:, -1], second=mean[:, :-1]) for mean in in_order]
        return Features([content[tap] for tap in self.content_taps], moments)

    def _pool(self, block: int) -> Pool:
        return MaxPool() if self.pooling == "max" else AveragePool(AVERAGE_POOLING_GAIN[block])


def _limit(convolutions: int, low_memory: bool, device: torch.device) -> float:
    """How many bytes of a block's features are kept for the gradient at most: on a graphics card all."""
    if device.type != "cpu":
        return math.inf
    if not low_memory:
        return memory_bounds.WHOLE_BYTES
    return memory_bounds.BLOCK_BYTES if convolutions == 1 else memory_bounds.DEEP_BLOCK_BYTES


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
