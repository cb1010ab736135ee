"""What an optimizer is.

It sees a flat vector of variables, the loss there and its gradient, and says where to look next. Total variation
has no gradient where neighbours are alike, so it is handed over as such. One step is one look at the picture, so that
"epoch" means the same for all optimizers. Knows nothing of networks or styles.
"""

from typing import NamedTuple, Protocol

from torch import Tensor

from styletransfer.engine.optimizers.total_variation_prox import TotalVariation


class OptimizerState(NamedTuple):
    """What an optimizer remembers, by name: flat vectors and numbers."""

    vectors: dict[str, Tensor]
    numbers: dict[str, float]


class Optimizer(Protocol):
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

    def backtrack(self, variation: TotalVariation | None = None) -> Tensor:
        """The last proposal led astray: go back to the point before it and return one that is less far away."""

    def reset_curvature(self) -> None:
        """The objective has changed: what was learnt of its curvature no longer holds."""

    def state(self) -> OptimizerState:
        """All that its next steps depend on. The vectors are its own and hold until the next step."""

    def restore(self, state: OptimizerState) -> None:
        """Go on as the optimizer that gave `state`, whose vectors it takes over. Raises KeyError if it is another's."""
