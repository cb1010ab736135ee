"""One look at the picture that is painted: its losses, and the gradient that the optimizer follows."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from styletransfer.engine.cuda_graph import CudaGraph
from styletransfer.engine.frames import LossName
from styletransfer.engine.objective import Objective, without_variation
from styletransfer.engine.optimizers.laplacian_pyramid import Pyramid
from styletransfer.settings import Weighting


class Evaluation(NamedTuple):
    """What is found at a place.

    Attributes:
        picture: (1, 3, h, w), normalised.
        terms: Its weighted losses and their sum, scalars.
        grad: Gradient of the sum in the optimizer's variables, without that of a total variation that is not smooth.
    """

    picture: Tensor
    terms: dict[LossName, Tensor]
    grad: Tensor


Evaluator = Callable[[Tensor], Evaluation]
"""From the optimizer's variables, a flat vector."""


def evaluator(objective: Objective, pyramid: Pyramid, weighting: Weighting, device: torch.device) -> Evaluator:
    """What evaluates the objective on a device as long as the weights stay as they are."""

    def evaluate(x: Tensor) -> Evaluation:
        x = x.detach().requires_grad_()
        picture = objective.shown(pyramid.synthesise(x))
        terms = objective.losses(picture, weighting)
        smooth = terms["total"] if objective.settings.tv_loss == "squared" else without_variation(terms)
        (grad,) = torch.autograd.grad(smooth, x)
        return Evaluation(picture.detach(), terms, grad)

    return _recorded(evaluate) if device.type == "cuda" else evaluate


def _recorded(evaluate: Evaluator) -> Evaluator:
    """The same on a graphics card, which is asked for all of it at once."""
    names: list[LossName] = []

    def results(x: Tensor) -> list[Tensor]:
        picture, terms, grad = evaluate(x)
        names[:] = terms
        return [picture, grad, *terms.values()]

    graph = CudaGraph(results)

    def evaluate_again(x: Tensor) -> Evaluation:
        picture, grad, *terms = graph(x)
        return Evaluation(picture, dict(zip(names, terms, strict=True)), grad)

    return evaluate_again
