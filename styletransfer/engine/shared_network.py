"""What many paintings can have in common: the network, and what it has seen in the paintings that they are made after.

Made once and given to `stylize` again and again, it spares every picture but the first both. What comes out is the
same to the bit, as only what would be reckoned once more is remembered.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from PIL import Image

from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.tensors import to_tensor
from styletransfer.engine.vgg.network import FeatureNetwork
from styletransfer.engine.vgg.weights import Weights
from styletransfer.settings import Settings

_MOST_NETWORKS = 2
"""One takes about 60 MB; another is needed where pictures are so large that memory must be saved."""
_MOST_PICTURES = 64
"""Of about 3 MB each: a painting at every scale, and a few more."""
_USUAL = Settings()

_Seen = OrderedDict[tuple[object, ...], list[Moments]]


class _Key(NamedTuple):
    settings: Settings
    device: torch.device
    dtype: torch.dtype
    low_memory: bool


class SharedNetwork:
    """The networks of the same weights for one kind of settings after another. For one thread at a time.

    Attributes:
        weights: Of all of them.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._made = OrderedDict[_Key, tuple[FeatureNetwork, _Seen]]()

    def get(
        self,
        make: Callable[[], FeatureNetwork],
        settings: Settings,
        device: torch.device,
        dtype: torch.dtype,
        *,
        low_memory: bool,
    ) -> tuple[FeatureNetwork, Callable[[Image.Image], list[Moments]]]:
        """The network for these settings, made by `make` if it is not there yet; and what gives a painting's moments.

        Args:
            make: Makes it.
            settings: How a picture is painted.
            device: Where the network runs.
            dtype: What it reckons with.
            low_memory: Whether it saves memory.
        """
        key = _Key(_as_the_network_sees(settings), device, dtype, low_memory)
        if key not in self._made:
            self._made[key] = make(), _Seen()
            if len(self._made) > _MOST_NETWORKS:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        network, seen = self._made[key]
        return network, lambda picture: _moments(network, seen, picture, device)


def _as_the_network_sees(settings: Settings) -> Settings:
    """The settings without those that no network depends on, so that pictures that differ in them share one."""
    return replace(
        settings,
        size=_USUAL.size,
        shape=None,
        epochs=_USUAL.epochs,
        content_weight=0.0,
        style_weight=0.0,
        tv_weight=0.0,
        init=_USUAL.init,
        seed=_USUAL.seed,
        preview_every=_USUAL.preview_every,
        stroke_size=_USUAL.stroke_size,
        palette=_USUAL.palette,
        style_shares=None,
        region_weights=None,
    )


def _moments(network: FeatureNetwork, seen: _Seen, picture: Image.Image, device: torch.device) -> list[Moments]:
    key = (picture.mode, picture.size, hashlib.blake2b(picture.tobytes(), digest_size=16).digest())
    if key not in seen:
        seen[key] = network(to_tensor(picture, device)).moments
        if len(seen) > _MOST_PICTURES:
            seen.popitem(last=False)
    seen.move_to_end(key)
    return seen[key]
