"""How much neighbouring pixels differ: 0.5 (mean |dx| + mean |dy|), or the mean of the squares.

Total variation (Rudin, Osher and Fatemi 1992), normalised as in *Dive into Deep Learning*, 14.12.
"""

from torch import Tensor

CHROMA = 6.0
"""How many times a difference in colour counts in `squared_variation`, of one in brightness."""


def total_variation(picture: Tensor) -> Tensor:
    """0.5 (mean |dx| + mean |dy|) over neighbouring pixels of a picture (1, 3, h, w); scalar."""
    dy = (picture[:, :, 1:, :] - picture[:, :, :-1, :]).abs().mean()
    dx = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).abs().mean()
    return 0.5 * (dx + dy)


def squared_variation(picture: Tensor) -> Tensor:
    """Mean dx^2 + mean dy^2 over neighbouring pixels of a picture (1, 3, h, w), colour counting more; differentiable.

    As in Mahendran and Vedaldi (2015) with an exponent of 2: a single pixel that stands out costs most, where the
    absolute differences let it be. A difference in colour, which leaves the mean of the channels as it is, counts
    `CHROMA` times: painters' strokes differ in brightness from pixel to pixel, and what differs in colour is noise.
    """
    dy = picture[:, :, 1:, :] - picture[:, :, :-1, :]
    dx = picture[:, :, :, 1:] - picture[:, :, :, :-1]
    return _energy(dx) + _energy(dy)


def _energy(difference: Tensor) -> Tensor:
    """Mean of the squares of differences (1, 3, h, w), their colour counting `CHROMA` times."""
    grey = difference.mean(1).square().mean()  # all three channels have this part
    return CHROMA * difference.square().mean() - (CHROMA - 1) * grey
