"""A picture as the network looks at it: without its transparency, at any scale."""

import torch
from PIL import Image
from torch import Tensor

from styletransfer.engine.tensors import resized, squeezed, to_tensor
from styletransfer.imaging.images import split_alpha


class ScaledPicture:
    """A picture, RGB or RGBA, that is squeezed to `shape`, (height, width), first if that is given.

    Attributes:
        alpha: Its transparency, or None.
    """

    def __init__(self, image: Image.Image, shape: tuple[int, int] | None = None) -> None:
        self._opaque, self.alpha = split_alpha(image)
        if shape:
            self._opaque = squeezed(self._opaque, shape)

    def at(self, scale: tuple[int, int], device: torch.device) -> Tensor:
        """It at `scale`, (height, width): (1, 3, h, w), normalised."""
        return to_tensor(resized(self._opaque, scale), device)
