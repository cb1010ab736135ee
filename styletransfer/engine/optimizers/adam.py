"""Adam (Kingma and Ba 2015), the optimizer of the notebook."""

import math

import torch
from torch import Tensor

from styletransfer.engine.optimizers.optimizer import OptimizerState
from styletransfer.engine.optimizers.total_variation_prox import TotalVariation


class Adam:
    """Adam (Kingma and Ba 2015) with its step multiplied by `decay` after every `decay_every` steps."""

    tolerance = math.inf
    """The loss may rise: that is how Adam leaves a ditch."""

    def __init__(self, rate: float, decay_every: int, decay: float, betas: tuple[float, float] = (0.9, 0.999)) -> None:
        self.rate, self.decay_every, self.decay, self.betas = rate, decay_every, decay, betas
        self.steps = self.since_start = 0
        self.mean: Tensor | None = None
        self.square: Tensor | None = None
        self.last: tuple[Tensor, Tensor] | None = None

    def step(self, x: Tensor, loss: float, grad: Tensor, variation: TotalVariation | None = None) -> Tensor:  # noqa: ARG002 - other optimizers need the loss
        """See `Optimizer`."""
        if variation is not None:
            grad = grad + variation.gradient(x)
        if self.mean is None or self.square is None:
            self.mean, self.square = torch.zeros_like(x), torch.zeros_like(x)
        self.last = (x, grad)
        rate = self.rate * self.decay ** (self.steps // self.decay_every)
        self.steps += 1
        self.since_start += 1
        self.mean.lerp_(grad, 1 - self.betas[0])
        self.square.mul_(self.betas[1]).addcmul_(grad, grad, value=1 - self.betas[1])
        mean_bias, square_bias = (1 - beta**self.since_start for beta in self.betas)
        return torch.addcdiv(x, self.mean, (self.square / square_bias).sqrt_().add_(1e-8), value=-rate / mean_bias)

    def backtrack(self, variation: TotalVariation | None = None) -> Tensor:  # noqa: ARG002 - see `last`
        """See `Optimizer`. Forgets its moments and goes on at half the rate."""
        if self.last is None:
            raise ValueError("There is no step to take back.")
        self.rate *= 0.5
        self.steps -= 1
        self.since_start, self.mean, self.square = 0, None, None
        return self.step(self.last[0], math.nan, self.last[1])

    def reset_curvature(self) -> None:
        """See `Optimizer`. Its moments fade by themselves."""

    def state(self) -> OptimizerState:
        """See `Optimizer`."""
        vectors: dict[str, Tensor] = {}
        if self.mean is not None and self.square is not None and self.last is not None:
            vectors = {"mean": self.mean, "square": self.square, "last_x": self.last[0], "last_grad": self.last[1]}
        return OptimizerState(vectors, {"rate": self.rate, "steps": self.steps, "since_start": self.since_start})

    def restore(self, state: OptimizerState) -> None:
        """See `Optimizer`."""
        vectors, numbers = state
        self.rate, self.steps, self.since_start = numbers["rate"], int(numbers["steps"]), int(numbers["since_start"])
        if vectors:
            self.mean, self.square = vectors["mean"], vectors["square"]
            self.last = vectors["last_x"], vectors["last_grad"]
