"""Limited-memory BFGS, with total variation left out of the curvature."""

from collections import deque
from collections.abc import Sequence

import torch
from torch import Tensor

from styletransfer.engine.optimizers.optimizer import OptimizerState
from styletransfer.engine.optimizers.total_variation_prox import TotalVariation

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
        tolerance: See `Optimizer`.
    """

    def __init__(self, first_step: float = 0.02, history: int = 6, tolerance: float = 1.2) -> None:
        self.first_step, self.tolerance = first_step, tolerance
        self.pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=history)
        self.last: tuple[Tensor, Tensor] | None = None
        self.direction: Tensor | None = None
        self.dual: Tensor | None = None
        self.length = self.rate = 1.0

    def step(self, x: Tensor, loss: float, grad: Tensor, variation: TotalVariation | None = None) -> Tensor:  # noqa: ARG002 - see `tolerance`
        """See `Optimizer`."""
        if self.last is not None and self.direction is not None:
            self._remember(x - self.last[0], grad - self.last[1])
        self.last = (x, grad)
        if not self.pairs:
            self.direction = self._first(x, grad, variation)
        elif variation is None:
            self.direction = _InverseHessian(self.pairs)(grad).neg_()
        else:
            dual = variation.differences(x).sign_() if self.dual is None else self.dual.view(2, *variation.shape)
            self.direction, dual, self.rate = variation.step(x, grad, _InverseHessian(self.pairs), dual, self.rate)
            self.dual = dual.flatten()
        self.length = 1.0
        return x + self.direction

    def backtrack(self, variation: TotalVariation | None = None) -> Tensor:
        """See `Optimizer`. Goes a quarter as far, and after the second time forgets the curvature as well."""
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

    def reset_curvature(self) -> None:
        """See `Optimizer`."""
        self.pairs.clear()
        self.direction = self.dual = None

    def state(self) -> OptimizerState:
        """See `Optimizer`."""
        vectors: dict[str, Tensor] = {}
        optional = {"direction": self.direction, "slopes": self.dual}
        numbers = {"length": self.length, "rate": self.rate}
        numbers |= {f"has_{name}": float(vector is not None) for name, vector in optional.items()}
        for place, (step, change, curvature) in enumerate(self.pairs):
            vectors |= {f"step.{place}": step, f"change.{place}": change}
            numbers[f"curvature.{place}"] = curvature
        if self.last is not None:
            vectors |= {"last_x": self.last[0], "last_grad": self.last[1]}
        return OptimizerState(vectors | {name: one for name, one in optional.items() if one is not None}, numbers)

    def restore(self, state: OptimizerState) -> None:
        """See `Optimizer`."""
        vectors, numbers = state
        self.length, self.rate = numbers["length"], numbers["rate"]
        for place in range(sum(name.startswith("curvature.") for name in numbers)):
            self.pairs.append((vectors[f"step.{place}"], vectors[f"change.{place}"], numbers[f"curvature.{place}"]))
        if vectors:
            self.last = vectors["last_x"], vectors["last_grad"]
        self.direction, self.dual = (
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
        alphas = []
        for step, change, curvature in reversed(self.pairs):
            alpha = (step @ result) / curvature
            alphas.append(alpha)
            result.addcmul_(change, alpha, value=-1)
        result.mul_(self.diagonal)
        for (step, change, curvature), alpha in zip(self.pairs, reversed(alphas), strict=True):
            beta = (change @ result) / curvature
            result.addcmul_(step, alpha - beta)
        return result
