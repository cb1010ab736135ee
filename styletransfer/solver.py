"""How the picture is changed: the variables that stand for its pixels, and the solvers that step them.

A solver sees a flat vector of variables, the loss there and its gradient, and says where to look next. One step is
one look at the picture, so that "epoch" means the same for all of them. Knows nothing of networks or styles.
"""

import math
from collections import deque
from typing import NamedTuple, Protocol

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
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

    def variables(self, picture: Tensor) -> Tensor:
        """The flat vector that stands for `picture`, (1, 3, h, w)."""
        levels = []
        for finer, coarser in zip(self.shapes, self.shapes[1:], strict=False):
            coarse = F.interpolate(picture, coarser, mode="bilinear", align_corners=False, antialias=True)
            levels.append(picture - _enlarge(coarse, finer))
            picture = coarse
        return torch.cat([level.reshape(-1) for level in (*levels, picture)])

    def picture(self, variables: Tensor) -> Tensor:
        """The picture (1, 3, h, w) that a flat vector stands for; differentiable."""
        *finer, picture = (
            level.view(1, 3, *shape)
            for level, shape in zip(torch.split(variables, self.sizes), self.shapes, strict=True)
        )
        for level in reversed(finer):
            picture = level + _enlarge(picture, (level.shape[2], level.shape[3]))
        return picture


def _enlarge(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    return F.interpolate(picture, shape, mode="bilinear", align_corners=False)


class SolverState(NamedTuple):
    """What a solver remembers, by name: flat vectors as long as the variables, and numbers."""

    vectors: dict[str, Tensor]
    numbers: dict[str, float]


class Solver(Protocol):
    """Proposes where to look next.

    Attributes:
        tolerance: Factor that the loss may grow by from one look to the next before the step is taken back.
    """

    tolerance: float

    def step(self, x: Tensor, loss: float, grad: Tensor) -> Tensor:
        """Given the loss and its gradient at `x`, a flat vector, return the next point; `x` itself is not changed."""

    def retreat(self) -> Tensor:
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

    def step(self, x: Tensor, loss: float, grad: Tensor) -> Tensor:  # noqa: ARG002 - other solvers need the loss
        """See `Solver`."""
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

    def retreat(self) -> Tensor:
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


DAMPING = 0.1
"""Share of the average in every variable's scale; see `LBFGS._scales`."""


class LBFGS:
    """Limited-memory BFGS (Nocedal 1980) without a line search, so that every step costs one look at the picture.

    Args:
        first_step: Root mean square change of a variable in the first step, when nothing is known of the curvature.
        history: Pairs of steps and gradient changes that are remembered.
        tolerance: See `Solver`.
    """

    def __init__(self, first_step: float = 0.05, history: int = 12, tolerance: float = 1.2) -> None:
        self.first_step, self.tolerance = first_step, tolerance
        self.pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=history)
        self.last: tuple[Tensor, Tensor] | None = None
        self.direction: Tensor | None = None
        self.length = 1.0

    def step(self, x: Tensor, loss: float, grad: Tensor) -> Tensor:  # noqa: ARG002 - see `tolerance`
        """See `Solver`."""
        if self.last is not None and self.direction is not None:
            self._remember(x - self.last[0], grad - self.last[1])
        self.last = (x, grad)
        self.direction = self._descent(grad)
        self.length = 1.0
        return x + self.direction

    def retreat(self) -> Tensor:
        """See `Solver`. Goes a quarter as far, and after the second time forgets the curvature as well."""
        if self.last is None:
            raise ValueError("There is no step to take back.")
        x, grad = self.last
        if self.direction is None:
            return x
        self.length *= 0.25
        if self.length < 0.05 and self.pairs:
            self.pairs.clear()
            self.direction = self._descent(grad)
        return x + self.length * self.direction

    def forget(self) -> None:
        """See `Solver`."""
        self.pairs.clear()
        self.direction = None

    def state(self) -> SolverState:
        """See `Solver`. The direction is left out, as it follows from the rest."""
        vectors: dict[str, Tensor] = {}
        numbers: dict[str, float] = {"length": self.length, "directed": self.direction is not None}
        for place, (step, change, curvature) in enumerate(self.pairs):
            vectors |= {f"step.{place}": step, f"change.{place}": change}
            numbers[f"curvature.{place}"] = curvature
        if self.last is not None:
            vectors |= {"last_x": self.last[0], "last_grad": self.last[1]}
        return SolverState(vectors, numbers)

    def restore(self, state: SolverState) -> None:
        """See `Solver`."""
        vectors, numbers = state
        self.length = numbers["length"]
        for place in range(sum(name.startswith("curvature.") for name in numbers)):
            self.pairs.append((vectors[f"step.{place}"], vectors[f"change.{place}"], numbers[f"curvature.{place}"]))
        if vectors:
            self.last = vectors["last_x"], vectors["last_grad"]
            self.direction = self._descent(self.last[1]) if numbers["directed"] else None

    def _remember(self, step: Tensor, change: Tensor) -> None:
        curvature = float(step @ change)
        # Only a pair of positive curvature keeps the approximate Hessian positive definite.
        if curvature > 1e-10 * float(change @ change):
            self.pairs.append((step, change, curvature))

    def _descent(self, grad: Tensor) -> Tensor:
        """Minus the approximate inverse Hessian times the gradient, by the two-loop recursion."""
        direction = -grad
        if not self.pairs:
            return direction * (self.first_step / direction.square().mean().sqrt().clamp_min(1e-30))
        shares = []
        for step, change, curvature in reversed(self.pairs):
            share = (step @ direction) / curvature
            shares.append(share)
            direction = torch.addcmul(direction, change, -share)
        scales = self._scales()
        _, change, curvature = self.pairs[-1]
        direction = direction * scales * (curvature / (change @ (scales * change)))
        for (step, change, curvature), share in zip(self.pairs, reversed(shares), strict=True):
            direction = torch.addcmul(direction, step, share - (change @ direction) / curvature)
        return direction

    def _scales(self) -> Tensor:
        """How far each variable may go for the same gradient: its steps over its changes of gradient, as remembered.

        It is the diagonal that the recursion starts from, instead of one number for all: smooth regions of a picture
        react far less than textured ones. What hardly moved says little and is drawn to the average.
        """
        steps = torch.zeros_like(self.pairs[-1][0])
        changes = torch.zeros_like(steps)
        for step, change, _ in self.pairs:
            steps.addcmul_(step, step)
            changes.addcmul_(change, change)
        steps.add_(DAMPING * steps.mean())
        changes.add_(DAMPING * changes.mean() + torch.finfo(changes.dtype).tiny)
        return steps.div_(changes).sqrt_()
