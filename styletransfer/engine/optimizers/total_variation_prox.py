"""Total variation as an optimizer meets it: not smooth, yet simple.

Where two neighbouring pixels are alike, its slope is anything between two bounds, and a picture that it has calmed is
alike in most places. An optimizer that takes any one slope there for granted jams. Here the slopes themselves, the dual
variables, are sought.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from styletransfer.engine.optimizers.laplacian_pyramid import Pyramid

MOST_ROUNDS = 12
"""Rounds of `TotalVariation.step`; the slopes carry over from step to step, so that few do."""
_ENOUGH = 0.03
"""Share of what the rounds have gained so far below which another one is not worth its time."""


@dataclass(frozen=True)
class TotalVariation:
    """`losses.total_variation` times a weight, of the picture that a pyramid's variables stand for.

    It is the largest value of <slopes, differences> over all slopes, the dual variables, in [-1, 1].

    Attributes:
        pyramid: Makes the picture from the variables.
        weight: The weight, not negative.
    """

    pyramid: Pyramid
    weight: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """(3, h, w) of the picture."""
        return (3, *self.pyramid.shapes[0])

    def differences(self, variables: Tensor) -> Tensor:
        """(2, 3, h, w): from each pixel to the one below and to its right, 0 at the border, times their weight."""
        picture = self.pyramid.synthesise(variables)[0]
        down, right = self._weights()
        result = picture.new_zeros(2, *picture.shape)
        result[0, :, :-1] = (picture[:, 1:] - picture[:, :-1]).mul_(down)
        result[1, :, :, :-1] = (picture[:, :, 1:] - picture[:, :, :-1]).mul_(right)
        return result

    def adjoint(self, dual: Tensor) -> Tensor:
        """The transpose of `differences`: what slopes, (2, 3, h, w) in [-1, 1], come to for each variable."""
        down, right = (slope * weight for slope, weight in zip(dual, self._weights(), strict=True))
        picture = -(down + right)
        picture[:, 1:] += down[:, :-1]
        picture[:, :, 1:] += right[:, :, :-1]
        return self.pyramid.adjoint(picture.unsqueeze(0))

    def gradient(self, variables: Tensor) -> Tensor:
        """One of its gradients: where neighbours are alike, the slope is 0."""
        return self.adjoint(self.differences(variables).sign_())

    def step(
        self, x: Tensor, grad: Tensor, inverse: Callable[[Tensor], Tensor], dual: Tensor, rate: float
    ) -> tuple[Tensor, Tensor, float]:
        """The step from `x` to the lowest point of a quadratic model of the rest of the loss, plus total variation.

        For given slopes that is a step of Newton's method. The best slopes make the least of it: a quadratic problem
        within bounds, which projected gradients solve (Birgin, Martinez and Raydan 2000).

        Args:
            x: The variables.
            grad: Of the rest of the loss.
            inverse: Multiplies with the inverse of the model's Hessian.
            dual: Where to begin, (2, 3, h, w).
            rate: Length of the first projected gradient.

        Returns:
            The step, the slopes there, and a rate to begin with next time.
        """
        step = inverse(grad + self.adjoint(dual)).neg_()
        ahead = self.differences(x + step)  # the gradient of the slopes' problem
        gained = 0.0
        for _ in range(MOST_ROUNDS):
            change = torch.add(dual, ahead, alpha=rate).clamp_(-1, 1).sub_(dual)
            moved = inverse(self.adjoint(change))
            response = self.differences(moved)
            products = [change.flatten() @ other.flatten() for other in (ahead, response, change)]
            gain, curvature, length = torch.stack(products).tolist()  # fetched from the device at once
            if not (gain > 0 and curvature > 0):
                break
            alpha = min(1.0, gain / curvature)
            dual = torch.add(dual, change, alpha=alpha)
            step.sub_(moved, alpha=alpha)
            ahead.sub_(response, alpha=alpha)
            rate = length / curvature
            gain = alpha * (gain - alpha * curvature / 2)
            gained += gain
            if gain < _ENOUGH * gained:
                break
        return step, dual, rate

    def _weights(self) -> tuple[float, float]:
        """What a difference of 1 downwards, or to the right, adds to the loss."""
        height, width = self.pyramid.shapes[0]
        return self.weight / (6 * max(height - 1, 1) * width), self.weight / (6 * height * max(width - 1, 1))
