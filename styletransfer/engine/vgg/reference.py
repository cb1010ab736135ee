"""The network in plain words: torchvision's VGG, and what it sees in a picture. The text to read first.

This is what Apple's graphics processors paint with, and what the tests hold the fast way against, `Network` in
`styletransfer.engine.vgg.network`: that gives the same features and the same gradients in less time and memory, and
says less of how.

The numbers are torchvision's or the original authors', see `styletransfer.engine.vgg.weights`; pictures are normalised
as `VGG19_Weights.IMAGENET1K_V1.transforms()` does it. Importing this takes seconds, as torchvision does.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor

from styletransfer.engine.losses.guided_moments import GuidanceChannel
from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.picture_margin import without_margin
from styletransfer.engine.vgg.network import AVERAGE_POOLING_GAIN, Channels, FeatureNetwork, Features
from styletransfer.engine.vgg.taps import Tap
from styletransfer.engine.vgg.weights import SLOTS, Weights
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings


class ReferenceNetwork(FeatureNetwork):
    """A frozen VGG of torchvision with taps; autograd carries gradients back. See `FeatureNetwork`."""

    def __init__(
        self,
        weights: Weights,
        settings: Settings,
        device: torch.device | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(weights, settings, dtype)
        places = {tap: _place(weights, tap) for tap in {*self.content_taps, *self.style_taps}}
        layers = self._layers(max(places.values()) + 1)
        # In bfloat16 the numbers stay in float32: autocast rounds them where they are multiplied.
        layers = layers.to(device, torch.float32 if dtype == torch.bfloat16 else dtype)
        names = {str(place): _name(tap) for tap, place in places.items()}
        self._extract = create_feature_extractor(layers, names)

    def _look(self, picture: Tensor, channels: Channels) -> Features:
        """See `FeatureNetwork`."""
        with self._autocast(picture.device):
            seen = self._extract(picture)
        return Features(
            content=[seen[_name(tap)].to(picture.dtype) for tap in self.content_taps],
            moments=[
                each
                for tap in self.style_taps
                for each in self._moments(seen[_name(tap)].to(picture.dtype), tap.block, channels[tap.block])
            ],
        )

    def _moments(self, features: Tensor, block: int, channels: Sequence[GuidanceChannel] | None) -> list[Moments]:
        if channels is None:
            return [moments(features, self.margin >> block)]
        return [guided_moments(features, channel) for channel in channels]

    def _layers(self, count: int) -> nn.Sequential:
        """The first so many of torchvision's `features`, with our numbers and pooling."""
        with torch.device("meta"):  # without memory, as most of it would be for the classifier
            model = getattr(torchvision.models, self.name)(weights=None, init_weights=False)
        layers: nn.Sequential = model.features[:count]
        numbers: dict[str, Tensor] = {}
        for slot, (weight, bias) in zip(SLOTS[self.name], self.numbers, strict=False):
            if slot.index < count:
                numbers |= {f"{slot.index}.weight": weight, f"{slot.index}.bias": bias}
        pools = 0
        for place, layer in enumerate(layers):
            if isinstance(layer, nn.ReLU):
                layer.inplace = False  # the convolution before it may be tapped as well
            elif isinstance(layer, nn.MaxPool2d) and self.pooling == "average":
                layers[place] = nn.AvgPool2d(2)
                following = f"{place + 1}.weight"  # is linear: a factor on what it is given is one on its weights
                if following in numbers:
                    numbers[following] = AVERAGE_POOLING_GAIN[pools] * numbers[following]
                pools += 1
        layers.load_state_dict(numbers, assign=True)
        return layers.requires_grad_(requires_grad=False).eval()

    def _autocast(self, device: torch.device) -> AbstractContextManager[object]:
        return torch.autocast(device.type, self.dtype) if self.dtype == torch.bfloat16 else nullcontext()


def moments(features: Tensor, margin: int = 0) -> Moments:
    """Mean and mean product of features (1, c, h, w) over all positions but a margin; differentiable."""
    x = without_margin(features, margin)[0].flatten(1)
    return Moments(mean=x.mean(1), second=x @ x.T / x.shape[1])


def guided_moments(features: Tensor, channel: GuidanceChannel) -> Moments:
    """The same over the places of a channel alone, weighted; differentiable."""
    x = features[0].flatten(1)[:, torch.cat([channel.inside, channel.edge])]
    weights = torch.cat([torch.ones_like(channel.inside), channel.weights[:, 0]])
    weighted = x * weights.to(x.dtype)
    return Moments(mean=weighted.sum(1) / channel.total, second=weighted @ x.T / channel.total)


def _place(weights: Weights, tap: Tap) -> int:
    """Where in torchvision's `features` a tap is."""
    names = [slot.name for slot in SLOTS[weights.name]][: len(weights.convolutions)]
    name = f"conv{tap.block + 1}_{tap.place + 1}"
    if name not in names:
        raise StyleTransferError("The weights end before {name}; choose shallower layers.", name=name)
    return SLOTS[weights.name][names.index(name)].index + tap.relu


def _name(tap: Tap) -> str:
    return f"{'relu' if tap.relu else 'conv'}{tap.block + 1}_{tap.place + 1}"
