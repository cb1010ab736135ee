"""How much neighbouring pixels differ: 0.5 (mean |dx| + mean |dy|), or the mean of the squares.

Total variation (Rudin, Osher and Fatemi 1992), normalised as in *Dive into Deep Learning*, 14.12.
"""

from torch import Tensor


def total_variation(picture: Tensor) -> Tensor:
    """0.5 (mean |dx| + mean |dy|) over neighbouring pixels of a picture (1, 3, h, w); scalar."""
    dy = (picture[:, :, 1:, :] - picture[:, :, :-1, :]).abs().mean()
    dx = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).abs().mean()
    return 0.5 * (dx + dy)


def squared_variation(picture: Tensor) -> Tensor:
    """Mean dx^2 + mean dy^2 over neighbouring pixels of a picture (1, 3, h, w); scalar, differentiable.

    As in Mahendran and Vedaldi (2015) with an exponent of 2: a single pixel that stands out costs most, where the
    absolute differences let it be.
    """
    dy = (picture[:, :, 1:, :] - picture[:, :, :-1, :]).square().mean()
    dx = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).square().mean()
    return dx + dy
