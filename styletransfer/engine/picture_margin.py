"""What lies beyond a picture's borders, so that what lies within has neighbours there.

A network that sees zeros beyond a border paints a frame. So a picture gets a margin, of one of two kinds:

- Pixels of its own, painted like all others and cut off in the end: on every scale but the last. There the composition
  is decided, and no corner differs from any other place.
- The picture's mirror image, of which nothing counts: on the last scale, so that the losses that are told are those of
  the picture that is saved.
"""

import torch.nn.functional as F
from torch import Tensor


def mirrored(picture: Tensor, margin: int) -> Tensor:
    """The picture, (1, 3, h, w), with so many pixels mirrored over its borders; a gradient does not pass the mirror.

    If it did, a pixel near a border would also be changed for what its mirror image does to the features, which lies
    next to the zeros beyond the margin: it would become part of a strip of another texture, as wide as the margin.
    """
    if margin == 0:
        return picture
    whole = F.pad(picture.detach(), (margin,) * 4, mode="reflect")
    whole[:, :, margin:-margin, margin:-margin] = picture
    return whole


def without_margin(picture: Tensor, margin: int) -> Tensor:
    """What is left of a picture or of features, (1, c, h, w), without so many positions at every border: a view."""
    return picture[:, :, margin : picture.shape[2] - margin, margin : picture.shape[3] - margin]
