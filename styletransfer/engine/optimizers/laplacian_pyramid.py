"""The variables that stand for a picture's pixels."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


class Pyramid:
    """A picture as the sum of its Laplacian pyramid's levels (Burt and Adelson 1983), each level free to change.

    One step on a coarse level moves a whole region at once, which single pixels take many steps to agree on.
    With one level the variables are the pixels themselves.

    Args:
        shape: (height, width) of the picture.
        levels: Number of levels; each has half the height and width of the one before, down to 2 pixels.
    """

    def __init__(self, shape: tuple[int, int], levels: int) -> None:
        self.shapes = [shape]
        while len(self.shapes) < levels and min(self.shapes[-1]) >= 4:
            height, width = self.shapes[-1]
            self.shapes.append((-(-height // 2), -(-width // 2)))
        self.sizes = [3 * height * width for height, width in self.shapes]

    def analyse(self, picture: Tensor) -> Tensor:
        """The flat vector that stands for `picture`, (1, 3, h, w)."""
        levels = []
        for finer, coarser in zip(self.shapes, self.shapes[1:], strict=False):
            coarse = _shrunk(picture, coarser)
            levels.append(picture - _enlarge(coarse, finer))
            picture = coarse
        return torch.cat([level.reshape(-1) for level in (*levels, picture)])

    def synthesise(self, variables: Tensor) -> Tensor:
        """The picture (1, 3, h, w) that a flat vector stands for; differentiable."""
        *finer, picture = (
            level.view(1, 3, *shape)
            for level, shape in zip(torch.split(variables, self.sizes), self.shapes, strict=True)
        )
        for level in reversed(finer):
            picture = level + _enlarge(picture, (level.shape[2], level.shape[3]))
        return picture

    def clamped(self, variables: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """The variables of the nearest picture whose pixels lie between `low` and `high`, (1, 3, 1, 1) each."""
        return self.changed(variables, lambda picture: picture.clamp(low, high))

    def changed(self, variables: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
        """The variables of what `change` makes of the picture that some stand for."""
        picture = self.synthesise(variables)
        other = change(picture)
        # Of a pyramid, the levels keep how the picture is shared out among them.
        return other.reshape(-1) if len(self.shapes) == 1 else variables + self.analyse(other - picture)

    def adjoint(self, picture: Tensor) -> Tensor:
        """The transpose of `synthesise`, which is linear: carries a gradient of the pixels to the variables, flat."""
        levels: list[Tensor] = [picture.reshape(-1)]
        for finer, coarser in zip(self.shapes, self.shapes[1:], strict=False):
            picture = torch.ops.aten.upsample_bilinear2d_backward(picture, finer, (1, 3, *coarser), False)
            levels.append(picture.reshape(-1))
        return torch.cat(levels)


def _shrunk(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    # Apple's graphics processors cannot do it before torch 2.7; the copies are small beside a step.
    source = picture.cpu() if picture.device.type == "mps" else picture
    return F.interpolate(source, shape, mode="bilinear", align_corners=False, antialias=True).to(picture.device)


def _enlarge(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    return F.interpolate(picture, shape, mode="bilinear", align_corners=False)
