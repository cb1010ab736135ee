"""How the picture is changed: the solvers that step its variables.

A solver sees a flat vector of variables, the loss there and its gradient, and says where to look next. Total variation
has no gradient where neighbours are alike, so it is handed over as such. One step is one look at the picture, so that
"epoch" means the same for all solvers. Knows nothing of networks or styles.
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from styletransfer.variation import TotalVariation


class SolverState(NamedTuple):
    """What a solver remembers, by name: flat vectors and numbers."""

    vectors: dict[str, Tensor]
    numbers: dict[str, float]


class Solver(Protocol):
    """Proposes where to look next.

    Attributes:
        tolerance: How many times the least loss so far a step may lead to before it is taken back; with infinity any,
            and the last picture counts instead of the best.
    """

    tolerance: float

    def step(self, x: Tensor, loss: float, grad: Tensor, variation: TotalVariation | None = None) -> Tensor:
        """Say where to look next.

        Args:
            x: Where the picture is, a flat vector; it is not changed.
            loss: The loss there, in all.
            grad: Its gradient, without that of `variation`.
            variation: The part of the loss that is not smooth, if there is one.
        """

    def retreat(self, variation: TotalVariation | None = None) -> Tensor:
        """The last proposal led astray: go back to the point before it and return one that is less far away."""

    def forget(self) -> None:
        """The objective has changed: what was learnt of its curvature no longer holds."""

    def state(self) -> SolverState:
        """All that its next steps depend on. The vectors are its own and hold until the next step."""

    def restore(self, state: SolverState) -> None:
        """Go on as the solver that gave `state`, whose vectors it takes over. Raises KeyError if it is another's."""


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

    def step(self, x: Tensor, loss: float, grad: Tensor, variation: TotalVariation | None = None) -> Tensor:  # noqa: ARG002 - other solvers need the loss
        """See `Solver`."""
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

    def retreat(self, variation: TotalVariation | None = None) -> Tensor:  # noqa: ARG002 - see `last`
        """See `Solver`. Forgets its moments and goes on at half the rate."""
        if self.last is None:
            raise ValueError("There is no step to take back.")
        self.rate *= 0.5
        self.steps -= 1
        self.since_start, self.mean, self.square = 0, None, None
        return self.step(self.last[0], math.nan, self.last[1])

    def forget(self) -> None:
        """See `Solver`. Its moments fade by themselves."""

    def state(self) -> SolverState:
        """See `Solver`."""
        vectors: dict[str, Tensor] = {}
        if self.mean is not None and self.square is not None and self.last is not None:
            vectors = {"mean": self.mean, "square": self.square, "last_x": self.last[0], "last_grad": self.last[1]}
        return SolverState(vectors, {"rate": self.rate, "steps": self.steps, "since_start": self.since_start})

    def restore(self, state: SolverState) -> None:
        """See `Solver`."""
        vectors, numbers = state
        self.rate, self.steps, self.since_start = numbers["rate"], int(numbers["steps"]), int(numbers["since_start"])
        if vectors:
            self.mean, self.square = vectors["mean"], vectors["square"]
            self.last = vectors["last_x"], vectors["last_grad"]


LEAST_CURVATURE = 1e-4
"""Cosine between a step and the change of gradient over it below which the pair is noise and is not remembered."""
DAMPING = 0.1
"""Share of the average in every variable's scale; see `_InverseHessian`."""


class LBFGS:
    """Limited-memory BFGS (Nocedal 1980) for a smooth loss plus total variation, which is left out of the curvature.

    A proximal quasi-Newton method (Lee, Sun and Saunders 2014): each step goes to the lowest point of a quadratic model
    of the smooth part plus total variation itself. There is no line search, so that it costs one look at the picture.

    Args:
        first_step: Root mean square change of a variable in the first step, when nothing is known of the curvature.
        history: Pairs of steps and gradient changes that are remembered. The curvature changes so fast that older ones
            do harm.
        tolerance: See `Solver`.
    """

    def __init__(self, first_step: float = 0.02, history: int = 6, tolerance: float = 1.2) -> None:
        self.first_step, self.tolerance = first_step, tolerance
        self.pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=history)
        self.last: tuple[Tensor, Tensor] | None = None
        self.direction: Tensor | None = None
        self.slopes: Tensor | None = None
        self.length = self.rate = 1.0

    def step(self, x: Tensor, loss: float, grad: Tensor, variation: TotalVariation | None = None) -> Tensor:  # noqa: ARG002 - see `tolerance`
        """See `Solver`."""
        if self.last is not None and self.direction is not None:
            self._remember(x - self.last[0], grad - self.last[1])
        self.last = (x, grad)
        if not self.pairs:
            self.direction = self._first(x, grad, variation)
        elif variation is None:
            self.direction = _InverseHessian(self.pairs)(grad).neg_()
        else:
            slopes = variation.differences(x).sign_() if self.slopes is None else self.slopes.view(2, *variation.shape)
            self.direction, slopes, self.rate = variation.step(x, grad, _InverseHessian(self.pairs), slopes, self.rate)
            self.slopes = slopes.flatten()
        self.length = 1.0
        return x + self.direction

    def retreat(self, variation: TotalVariation | None = None) -> Tensor:
        """See `Solver`. Goes a quarter as far, and after the second time forgets the curvature as well."""
        if self.last is None:
            raise ValueError("There is no step to take back.")
        x, grad = self.last
        if self.direction is None:
            return x
        self.length *= 0.25
        if self.length < 0.05 and self.pairs:
            self.pairs.clear()
            self.direction, self.length = self._first(x, grad, variation), 1.0
        return x + self.length * self.direction

    def forget(self) -> None:
        """See `Solver`."""
        self.pairs.clear()
        self.direction = self.slopes = None

    def state(self) -> SolverState:
        """See `Solver`."""
        vectors: dict[str, Tensor] = {}
        optional = {"direction": self.direction, "slopes": self.slopes}
        numbers = {"length": self.length, "rate": self.rate}
        numbers |= {f"has_{name}": float(vector is not None) for name, vector in optional.items()}
        for place, (step, change, curvature) in enumerate(self.pairs):
            vectors |= {f"step.{place}": step, f"change.{place}": change}
            numbers[f"curvature.{place}"] = curvature
        if self.last is not None:
            vectors |= {"last_x": self.last[0], "last_grad": self.last[1]}
        return SolverState(vectors | {name: one for name, one in optional.items() if one is not None}, numbers)

    def restore(self, state: SolverState) -> None:
        """See `Solver`."""
        vectors, numbers = state
        self.length, self.rate = numbers["length"], numbers["rate"]
        for place in range(sum(name.startswith("curvature.") for name in numbers)):
            self.pairs.append((vectors[f"step.{place}"], vectors[f"change.{place}"], numbers[f"curvature.{place}"]))
        if vectors:
            self.last = vectors["last_x"], vectors["last_grad"]
        self.direction, self.slopes = (
            vectors[name] if numbers[f"has_{name}"] else None for name in ("direction", "slopes")
        )

    def _remember(self, step: Tensor, change: Tensor) -> None:
        curvature, lengths = torch.stack([step @ change, step.norm() * change.norm()]).tolist()
        # Only a pair of positive curvature keeps the approximate Hessian positive definite.
        if curvature > LEAST_CURVATURE * lengths:
            self.pairs.append((step, change, curvature))

    def _first(self, x: Tensor, grad: Tensor, variation: TotalVariation | None) -> Tensor:
        slope = grad if variation is None else grad + variation.gradient(x)
        return slope * (-self.first_step / slope.square().mean().sqrt().clamp_min(1e-30))


class _InverseHessian:
    """The approximate inverse of the Hessian that pairs of steps and gradient changes tell of, oldest pair first.

    The diagonal that the recursion starts from tells how far each variable may go for the same gradient: its steps over
    its changes of gradient, as remembered. Smooth regions of a picture react far less than textured ones. What hardly
    moved says little and is drawn to the average.
    """

    def __init__(self, pairs: Sequence[tuple[Tensor, Tensor, float]]) -> None:
        self.pairs = pairs
        steps = torch.zeros_like(pairs[-1][0])
        changes = torch.zeros_like(steps)
        for step, change, _ in pairs:
            steps.addcmul_(step, step)
            changes.addcmul_(change, change)
        steps.add_(DAMPING * steps.mean())
        changes.add_(DAMPING * changes.mean() + torch.finfo(changes.dtype).tiny)
        scales = steps.div_(changes).sqrt_()
        _, change, curvature = pairs[-1]
        self.diagonal = scales.mul_(curvature / (change @ (scales * change)))

    def __call__(self, vector: Tensor) -> Tensor:
        """The product with a vector, by the two-loop recursion.

        Every number stays on the device: to fetch one means to wait for all that was begun there before.
        """
        result = vector.clone()
        shares = []
        for step, change, curvature in reversed(self.pairs):
            share = (step @ result) / curvature
            shares.append(share)
            result.addcmul_(change, share, value=-1)
        result.mul_(self.diagonal)
        for (step, change, curvature), share in zip(self.pairs, reversed(shares), strict=True):
            result.addcmul_(step, share - (change @ result) / curvature)
        return result
