"""What stays as it is in the photo: those pixels are the photo's own in every picture that is looked at or shown."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from styletransfer.engine.picture_margin import mirrored
from styletransfer.imaging.masks import scaled


@dataclass(frozen=True)
class Kept:
    """The photo, and how much of it is kept at each pixel, at one scale.

    A gradient reaches what is painted only as far as it shows: where all is kept, nothing moves.

    Attributes:
        photo: (1, 3, h, w), normalised.
        share: (1, 1, h, w), in 0 to 1: 1 where the photo stays as it is.
    """

    photo: Tensor
    share: Tensor

    @classmethod
    def of(cls, mask: Image.Image, photo: Tensor, margin: int = 0) -> "Kept":
        """What a mask, L, keeps of the photo at its scale, both mirrored over their borders by `margin` pixels."""
        share = torch.from_numpy(scaled(mask, (photo.shape[2], photo.shape[3])))[None, None].to(photo.device)
        return cls(mirrored(photo, margin), mirrored(share, margin))

    def shown(self, painted: Tensor) -> Tensor:
        """The picture, (1, 3, h, w), with the photo in its place; differentiable."""
        return self.share * self.photo + (1 - self.share) * painted

    def pinned(self, painted: Tensor) -> Tensor:
        """The same where only what shows nowhere is the photo's: for what looks at neighbours, shown or not."""
        return torch.where(self.share == 1, self.photo, painted)
