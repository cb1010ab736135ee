"""The distance in projections is nothing where clouds agree, at most the whole one, and differentiable."""

import pytest
import torch
from torch import Tensor

from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.losses.projected_wasserstein import ProjectedTarget, projected_loss
from styletransfer.engine.losses.wasserstein import GaussianTarget, wasserstein_loss

CHANNELS = 16


def moments(seed: int) -> Moments:
    generator = torch.Generator().manual_seed(seed)
    mixed = torch.randn(CHANNELS, CHANNELS, generator=generator, dtype=torch.float64)
    x = torch.randn(200, CHANNELS, generator=generator, dtype=torch.float64) @ mixed + 1
    return Moments(x.mean(0), x.T @ x / len(x))


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_is_at_most_the_whole_distance_and_near_it(seed: int) -> None:
    painting = moments(0)
    whole = float(wasserstein_loss(moments(seed), GaussianTarget.of(painting)))
    assert 0.5 * whole < float(projected_loss(moments(seed), ProjectedTarget.of(painting))) <= whole


def test_it_is_nothing_where_they_agree() -> None:
    assert float(projected_loss(moments(0), ProjectedTarget.of(moments(0)))) == pytest.approx(0, abs=1e-9)


def test_where_they_differ_along_principal_directions_it_is_the_whole() -> None:
    variances = torch.arange(1.0, CHANNELS + 1, dtype=torch.float64)
    one, other = (Moments(torch.zeros_like(variances), some.diag()) for some in (variances, variances.flip(0)))
    whole = float(wasserstein_loss(other, GaussianTarget.of(one)))
    assert float(projected_loss(other, ProjectedTarget.of(one))) == pytest.approx(whole, rel=1e-9)


def test_its_gradient_is_that_of_differences() -> None:
    target, seen = ProjectedTarget.of(moments(0)), moments(1)

    def loss(mean: Tensor, half: Tensor) -> Tensor:
        return projected_loss(Moments(mean, (half + half.T) / 2), target)

    inputs = seen.mean.clone().requires_grad_(), seen.second.clone().requires_grad_()
    assert torch.autograd.gradcheck(loss, inputs)
