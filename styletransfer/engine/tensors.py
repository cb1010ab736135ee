"""Between a picture for people (PIL, sRGB) and a picture for the network (a normalised tensor)."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""What the networks take is (RGB in 0 to 1, minus this mean) / this standard deviation, as in torchvision."""


def resized(image: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """The image at (height, width)."""
    return image.resize((shape[1], shape[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)


def squeezed(image: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """The image as (height, width), whatever its aspect ratio, as torchvision's Resize does it for the notebook."""
    return image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR)


def to_tensor(image: Image.Image, device: torch.device | None = None) -> Tensor:
    """An RGB picture as (1, 3, h, w), float32: (value in 0 to 1 minus the ImageNet mean) / standard deviation."""
    pixels = torch.from_numpy(np.array(image, dtype=np.float32) / 255).permute(2, 0, 1)[None]
    return ((pixels - _column(IMAGENET_MEAN)) / _column(IMAGENET_STD)).contiguous().to(device)


def to_image(picture: Tensor) -> Image.Image:
    """The RGB picture that a normalised tensor (1, 3, h, w) stands for; what is out of range is clipped."""
    return Image.fromarray(_unnormalized(picture).mul(255).round_().clamp_(0, 255).byte()[0].permute(1, 2, 0).numpy())


def to_pixels(picture: Tensor) -> NDArray[np.float32]:
    """The same, not rounded: (h, w, 3), sRGB in 0 to 1."""
    return _unnormalized(picture).clamp_(0, 1)[0].permute(1, 2, 0).contiguous().numpy()


def pixel_range(device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """What 0 and 1 become when a picture is normalised, (1, 3, 1, 1) each."""
    low, high = (((value - _column(IMAGENET_MEAN)) / _column(IMAGENET_STD)).to(device) for value in (0.0, 1.0))
    return low, high


def _unnormalized(picture: Tensor) -> Tensor:
    return picture.detach().cpu() * _column(IMAGENET_STD) + _column(IMAGENET_MEAN)


def _column(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
