"""How far a painted frame of a film is from the one before it, moved to where its things are now: mean(c (x - w)^2).

The temporal loss of Ruder, Dosovitskiy and Brox (2016), "Artistic Style Transfer for Videos", section 4.2 (short-term
consistency): x is the frame, w the last painted frame moved by the optical flow, and c is 1 where the flow is sure, 0
where something came into sight or the flow is not to be trusted. A mean over all values, sure or not, so that its
weight keeps its meaning when the picture grows.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from styletransfer.engine.tensors import resized, to_tensor


@dataclass(frozen=True)
class TemporalTarget:
    """What a frame is held to.

    Attributes:
        moved: (1, 3, h, w), the last painted frame where its things are now, normalised.
        sure: (1, 1, h, w), 0 to 1: how far the flow is to be trusted.
        weight: How much the loss counts; 0 leaves the frame free.
    """

    moved: Tensor
    sure: Tensor
    weight: float

    @classmethod
    def of(
        cls,
        moved: Image.Image,
        sure: NDArray[np.float32],
        weight: float,
        shape: tuple[int, int],
        device: torch.device,
    ) -> "TemporalTarget":
        """From a picture (RGB) and a map (height, width) in 0 to 1, for a frame that is painted at `shape`."""
        whole = torch.from_numpy(sure)[None, None].to(device)
        return cls(to_tensor(resized(moved, shape), device), torch.nn.functional.interpolate(whole, shape), weight)

    def loss(self, picture: Tensor) -> Tensor:
        """The weighted loss of a picture (1, 3, h, w), normalised, without a margin; scalar, differentiable."""
        return self.weight * temporal_loss(picture, self.moved, self.sure)


def temporal_loss(picture: Tensor, moved: Tensor, sure: Tensor) -> Tensor:
    """mean(c (x - w)^2) over all values of a picture (1, 3, h, w); scalar, differentiable in the picture."""
    return (sure * (picture - moved).square()).mean()
