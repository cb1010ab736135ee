"""The distance of two Gaussians, against what is known of it without the formula."""

from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor

from styletransfer.engine.losses import wasserstein
from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.losses.wasserstein import GaussianTarget, wasserstein_loss

FIELDS = [field.name for field in fields(GaussianTarget)]


def cloud(seed: int, channels: int = 6, positions: int = 200) -> Tensor:
    """Points, (positions, channels), of a Gaussian that is stretched and moved."""
    generator = torch.Generator().manual_seed(seed)
    stretch = torch.randn(channels, channels, generator=generator, dtype=torch.float64)
    return torch.randn(positions, channels, generator=generator, dtype=torch.float64) @ stretch + 1


def moments(points: Tensor) -> Moments:
    return Moments(points.mean(0), points.T @ points / len(points))


def distance(points: Tensor, painting: Tensor) -> float:
    return float(wasserstein_loss(moments(points), GaussianTarget.of(moments(painting))))


def variance(points: Tensor) -> float:
    return float(moments(points).covariance.trace())


def test_the_same_is_at_no_distance() -> None:
    assert distance(cloud(1), cloud(1)) == pytest.approx(0, abs=1e-6)


def test_another_is_at_some() -> None:
    assert distance(cloud(1), cloud(2)) > 0.1


def test_moved_by_a_vector_it_is_that_vector_s_length() -> None:
    painting, vector = cloud(1), torch.arange(6, dtype=torch.float64)
    expected = float(vector.square().sum()) / variance(painting)
    assert distance(painting + vector, painting) == pytest.approx(expected, rel=1e-2)


def test_along_the_axes_it_is_the_difference_of_deviations() -> None:
    """Clouds whose axes are the same are carried into each other by stretching each axis."""
    deviations, others = torch.tensor([1.0, 2.0, 3.0]).double(), torch.tensor([2.0, 2.0, 1.0]).double()
    seen, painting = (Moments(torch.zeros(3).double(), side.square().diag()) for side in (deviations, others))
    expected = float((deviations - others).square().sum() / others.square().sum())
    assert float(wasserstein_loss(seen, GaussianTarget.of(painting))) == pytest.approx(expected, rel=1e-2)


def test_the_unit_of_the_features_does_not_matter() -> None:
    assert distance(3 * cloud(1), 3 * cloud(2)) == pytest.approx(distance(cloud(1), cloud(2)), rel=1e-6)


def test_a_weak_direction_is_not_drowned() -> None:
    """Of two directions, one a hundred times as strong: the weak one's lack costs all of its share of the work."""
    strong = torch.tensor([100.0, 1.0]).double()
    painting = GaussianTarget.of(Moments(torch.zeros(2).double(), strong.square().diag()))
    lacking = Moments(torch.zeros(2).double(), torch.tensor([1e4, 0.0]).double().diag())
    twice = Moments(torch.zeros(2).double(), torch.tensor([1e4, 4.0]).double().diag())
    assert float(wasserstein_loss(lacking, painting)) > 0
    assert float(wasserstein_loss(twice, painting)) > 0


def test_gradient() -> None:
    target = GaussianTarget.of(moments(cloud(2)))
    start = moments(cloud(1))

    def loss(mean: Tensor, second: Tensor) -> Tensor:
        return wasserstein_loss(Moments(mean, (second + second.T) / 2), target)

    assert torch.autograd.gradcheck(loss, (start.mean.requires_grad_(), start.second.requires_grad_()))


def test_fewer_positions_than_channels() -> None:
    """Where a picture is small, a deep layer has few positions, and most directions have no variance at all."""
    target = GaussianTarget.of(moments(cloud(2, channels=32, positions=9)))
    points = cloud(1, channels=32, positions=7)
    seen = Moments(points.mean(0), (points.T @ points / 7)).second.requires_grad_()
    loss = wasserstein_loss(Moments(points.mean(0), seen), target)
    (slope,) = torch.autograd.grad(loss, seen)
    assert torch.isfinite(loss)
    assert torch.isfinite(slope).all()


def test_a_flat_painting_has_a_distance_too() -> None:
    flat = GaussianTarget.of(Moments(torch.ones(4), torch.ones(4, 4)))
    assert torch.isfinite(wasserstein_loss(Moments(torch.ones(4), 2 * torch.ones(4, 4)), flat))


def test_what_is_not_finite_is_not_finite() -> None:
    target = GaussianTarget.of(moments(cloud(2)))
    seen = moments(cloud(1)).second
    seen[0, 0] = torch.inf
    assert not torch.isfinite(wasserstein_loss(Moments(moments(cloud(1)).mean, seen), target))


@pytest.mark.parametrize("positions", [3, 40, 4000])
def test_factors_tell_what_eigenvalues_do(positions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What graphics cards do, against what processors do in twice the precision; also with few positions."""
    seen, painting = (cloud(seed, channels=32, positions=positions) for seed in (1, 2))
    target = GaussianTarget.of(moments(painting))

    def found(points: Tensor) -> tuple[float, Tensor]:
        points = points.requires_grad_()
        loss = wasserstein_loss(moments(points), replace(target, **{n: getattr(target, n).to(points) for n in FIELDS}))
        return float(loss.detach()), torch.autograd.grad(loss, points)[0].double()

    loss, slope = found(seen)
    monkeypatch.setattr(wasserstein, "_by_factors", lambda _: True)
    other_loss, other_slope = found(seen.float().detach())
    assert other_loss == pytest.approx(loss, rel=1e-3)
    assert float((other_slope - slope).norm() / slope.norm()) < 1e-2
