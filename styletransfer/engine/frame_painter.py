"""Frames of a film, painted one after another with the same network and the same painting's targets.

The first frame of a shot is painted as any picture is, by `stylize`. Each later one starts from the last, moved to
where its things are now, at the final scale only, and is held to it by a temporal loss (Ruder, Dosovitskiy and Brox
2016).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from styletransfer.engine.device import find_device
from styletransfer.engine.frames import Frame, LossName
from styletransfer.engine.losses.temporal import TemporalTarget
from styletransfer.engine.memory_bounds import is_large
from styletransfer.engine.objective import Objective
from styletransfer.engine.shared_network import SharedNetwork
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.stylize import make_network, optimize, stylize
from styletransfer.engine.tensors import to_image, to_tensor
from styletransfer.engine.vgg.precision import in_true_float32, network_dtype
from styletransfer.engine.vgg.weights import Weights
from styletransfer.settings import Settings

STYLE_GAIN = 1.15
"""Factor on the style weight of a frame that is held: with it, few epochs come as near to the painting as many do on a
picture that stands alone."""


@dataclass(frozen=True)
class Held:
    """What a frame starts from and is held to.

    Attributes:
        start: What its painting starts from: the last painted frame moved, and something else where that is not sure.
        moved: The last painted frame, moved.
        sure: (height, width), 0 to 1: how far it is to be held to that.
        weight: How much the temporal loss counts.
    """

    start: Image.Image
    moved: Image.Image
    sure: NDArray[np.float32]
    weight: float


@dataclass(frozen=True)
class PaintedFrame:
    """A frame of a film, painted.

    Attributes:
        image: RGB.
        losses: Each weighted, and their sum; "temporal" only where it was held to the one before.
    """

    image: Image.Image
    losses: dict[LossName, float]


class FramePainter:
    """Paints the frames of one film, which all have one size.

    Args:
        paintings: RGB or RGBA, one to four.
        settings: How a shot's first frame is painted; its size must be the frames' own.
        weights: Of the network.
        epochs: Of each later frame.
        seen: Whether somebody wants to see a shot's first frame on its way, after every epoch.
    """

    def __init__(
        self,
        paintings: Sequence[Image.Image],
        settings: Settings,
        weights: Weights,
        *,
        epochs: int,
        seen: bool = False,
    ) -> None:
        self._paintings = tuple(paintings)
        self._shared = SharedNetwork(weights)
        self._device = find_device(settings.device)
        self._dtype = network_dtype(self._device, settings.precision)
        half = self._dtype == torch.bfloat16
        every = 1 if seen else 100_000
        self._first = replace(settings, precision="half" if half else "full", preview_every=every)
        self._later = replace(self._first, epochs=epochs, scales=1, style_weight=STYLE_GAIN * settings.style_weight)
        self._objective: Objective | None = None
        self._shot: Image.Image | None = None

    def first(self, photo: Image.Image) -> Iterator[Frame]:
        """Paint the first frame of a shot, epoch by epoch; the last `Frame` has its picture."""
        return stylize(photo, self._paintings, self._first, weights=self._shared)

    def later(self, photo: Image.Image, held: Held, shot: Image.Image | None = None) -> PaintedFrame:
        """Paint a frame that is held to the one before.

        Args:
            photo: The frame.
            held: What it is held to.
            shot: The shot's first frame, for its palette, if the painting is to have that; `photo` if None.

        Raises:
            StyleTransferError: The losses grow beyond all bounds.
        """
        shot = shot or photo
        if self._first.palette == "photo" and shot != self._shot:
            self._objective, self._shot = None, shot
        (painted,) = self._painted(photo, held)
        return painted

    @in_true_float32
    def _painted(self, photo: Image.Image, held: Held) -> Iterator[PaintedFrame]:
        shape = (photo.height, photo.width)
        objective = self._objective_of(photo, held, shape)
        start = to_tensor(held.start, self._device)
        *_, last = optimize(objective, start, self._later.epochs, self._later, lambda: self._later.weighting)
        yield PaintedFrame(to_image(last.state.picture), last.state.losses)

    def _objective_of(self, photo: Image.Image, held: Held, shape: tuple[int, int]) -> Objective:
        picture = to_tensor(photo, self._device)
        if self._objective is None:
            low_memory = is_large(shape)
            make = partial(
                make_network, self._shared.weights, self._later, self._device, self._dtype, low_memory=low_memory
            )
            network, look = self._shared.get(make, self._later, self._device, self._dtype, low_memory=low_memory)
            targets = StyleTargets(self._paintings, self._shot or photo, self._later)
            self._objective = Objective.between(network, picture, targets, self._later, look=look)
        with torch.no_grad():
            content = self._objective.network(picture).content
        temporal = TemporalTarget.of(held.moved, held.sure, held.weight, shape, self._device)
        return replace(self._objective, content=content, temporal=temporal)
