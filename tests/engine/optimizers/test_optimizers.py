"""The optimizers on problems whose answers are known."""

import math

import pytest
import torch
from torch import Tensor

from styletransfer.engine.optimizers.adam import Adam
from styletransfer.engine.optimizers.laplacian_pyramid import Pyramid
from styletransfer.engine.optimizers.lbfgs import LBFGS
from styletransfer.engine.optimizers.optimizer import Optimizer
from styletransfer.engine.optimizers.total_variation_prox import TotalVariation


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


class Bowl:
    """0.5 x^T D x + sin of the first variable: smooth, badly scaled (condition 100), lowest near 0."""

    def __init__(self, size: int = 20) -> None:
        self.scales = torch.logspace(0, 2, size, dtype=torch.float64)

    def __call__(self, x: Tensor) -> tuple[float, Tensor]:
        return float((self.scales * x * x).sum() / 2), self.scales * x


def rosenbrock(x: Tensor) -> tuple[float, Tensor]:
    x = x.detach().requires_grad_()
    loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    return loss.item(), torch.autograd.grad(loss, x)[0]


def minimize(optimizer: Optimizer, problem: object, x: Tensor, steps: int) -> tuple[Tensor, list[float]]:
    """As the engine does it: a step that makes the loss much worse is taken back. The best point and all losses."""
    losses, good, limit = [], x, math.inf
    for _ in range(steps):
        loss, grad = problem(x)  # type: ignore[operator]
        losses.append(loss)
        if loss <= limit:
            good, limit = x, optimizer.tolerance * loss
            x = optimizer.step(x, loss, grad)
        else:
            x = optimizer.backtrack()
    return good, losses


class Noise:
    """A picture that is to stay near a noisy one of two flat halves, some of its pixels more than others."""

    def __init__(self, weight: float) -> None:
        self.variation = TotalVariation(Pyramid((12, 16), 2), weight)
        flat = torch.zeros(1, 3, 12, 16, dtype=torch.float64)
        flat[..., 8:] = 1
        self.noisy = flat + 0.2 * random(1, 3, 12, 16)
        self.scales = torch.logspace(0, 2, 16, dtype=torch.float64)

    @property
    def start(self) -> Tensor:
        return self.variation.pyramid.analyse(self.noisy)

    def smooth(self, x: Tensor) -> tuple[float, Tensor]:
        """Without total variation."""
        x = x.detach().requires_grad_()
        loss = (self.scales * (self.variation.pyramid.synthesise(x) - self.noisy).square()).mean()
        return loss.item(), torch.autograd.grad(loss, x)[0]

    def in_all(self, x: Tensor) -> tuple[float, Tensor]:
        """With total variation's loss, and one of its gradients."""
        loss, grad = self.smooth(x)
        return loss + float(self.variation.differences(x).abs().sum()), grad + self.variation.gradient(x)


class TestTotalVariation:
    def test_adam_adds_its_gradient(self) -> None:
        noise = Noise(3.0)
        one, other, x = Adam(0.1, 50, 0.8), Adam(0.1, 50, 0.8), noise.start + 0.1
        for _ in range(3):
            total, grad = noise.in_all(x)
            expected = one.step(x, total, grad)
            x = other.step(x, total, noise.smooth(x)[1], noise.variation)
            assert torch.allclose(x, expected)

    def test_lbfgs_does_not_jam_where_neighbours_are_alike(self) -> None:
        noise = Noise(3.0)
        _, jammed = minimize(LBFGS(0.05), noise.in_all, noise.start, 60)
        optimizer, x = LBFGS(0.05), noise.start
        losses = []
        for _ in range(30):
            losses.append(noise.in_all(x)[0])
            x = optimizer.step(x, losses[-1], noise.smooth(x)[1], noise.variation)
        best = noise.in_all(x)[0]
        assert best < min(jammed) - 1e-4
        for seed in range(20):
            assert best <= noise.in_all(x + 1e-3 * random(len(x), seed=seed))[0]

    def test_a_retreat_without_what_was_learnt_goes_down_the_whole_loss(self) -> None:
        noise, optimizer = Noise(3.0), LBFGS(0.05)
        x = noise.start
        for _ in range(4):
            before, x = x, optimizer.step(x, 1.0, noise.smooth(x)[1], noise.variation)
        for _ in range(3):
            way = optimizer.backtrack(noise.variation) - before
        assert float(torch.cosine_similarity(way, -noise.in_all(before)[1], dim=0)) == pytest.approx(1)


class TestAdam:
    def test_walks_with_the_librarys(self) -> None:
        problem, start = Bowl(), random(20)
        parameter = start.clone().requires_grad_()
        library = torch.optim.Adam([parameter], lr=0.3)
        schedule = torch.optim.lr_scheduler.StepLR(library, 50, 0.8)
        optimizer, x = Adam(0.3, 50, 0.8), start
        for _ in range(120):
            parameter.grad = problem(parameter.detach())[1]
            library.step()
            schedule.step()
            x = optimizer.step(x, *problem(x))
            assert torch.allclose(x, parameter.detach(), rtol=1e-9, atol=1e-12)

    def test_leaves_the_point_it_was_given_alone(self) -> None:
        x = random(5)
        before = x.clone()
        Adam(0.3, 50, 0.8).step(x, 1.0, random(5, seed=1))
        assert torch.equal(x, before)

    def test_retreats_to_half_the_step_from_where_it_stood(self) -> None:
        optimizer, x = Adam(0.3, 50, 0.8), random(20)
        x, _ = minimize(optimizer, Bowl(), x, 10)
        optimizer.step(x, *Bowl()(x))
        for length in (0.15, 0.075):
            # The first step of Adam goes as far as its rate in every variable.
            assert torch.allclose((optimizer.backtrack() - x).abs(), torch.full_like(x, length), rtol=1e-4)


class TestLBFGS:
    def test_finds_the_bottom_of_a_badly_scaled_bowl(self) -> None:
        _, losses = minimize(LBFGS(0.3), Bowl(), random(20), 80)
        assert losses[-1] < 1e-8 * losses[0]

    def test_goes_round_the_bend_of_a_narrow_valley(self) -> None:
        x, losses = minimize(LBFGS(0.1), rosenbrock, torch.tensor([-1.2, 1.0], dtype=torch.float64), 150)
        assert losses[-1] < 1e-6
        assert torch.allclose(x, torch.ones(2, dtype=torch.float64), atol=1e-2)

    def test_first_step_goes_downhill_by_the_length_it_was_told(self) -> None:
        x = random(20)
        loss, grad = Bowl()(x)
        step = LBFGS(0.3).step(x, loss, grad) - x
        assert float(step.square().mean().sqrt()) <= 0.3 * (1 + 1e-9)
        assert float(torch.cosine_similarity(step, -grad, dim=0)) == pytest.approx(1)

    def test_retreats_along_the_way_it_came(self) -> None:
        optimizer, x = LBFGS(0.3), random(20)
        way = optimizer.step(x, *Bowl()(x)) - x
        for _ in range(4):
            shorter = optimizer.backtrack() - x
            assert float(shorter.norm()) < 0.5 * float(way.norm())
            assert float(torch.cosine_similarity(shorter, way, dim=0)) == pytest.approx(1)
            way = shorter

    def test_retreat_ends_up_downhill_whatever_was_learnt(self) -> None:
        optimizer, x = LBFGS(0.3), random(20)
        x, _ = minimize(optimizer, Bowl(), x, 6)
        optimizer.pairs.extend([(random(20, seed=2), random(20, seed=3), 1e-3)] * 3)  # nonsense
        loss, grad = Bowl()(x)
        proposal = optimizer.step(x, loss, grad)
        for _ in range(20):
            if Bowl()(proposal)[0] < loss:
                break
            proposal = optimizer.backtrack()
        assert Bowl()(proposal)[0] < loss

    def test_comes_down_from_wherever_its_first_step_lands(self) -> None:
        x, losses = minimize(LBFGS(1000.0), Bowl(), random(20), 80)
        assert Bowl()(x)[0] < 1e-3 * losses[0]

    def test_stays_where_there_is_no_slope(self) -> None:
        x = random(5)
        optimizer = LBFGS(0.3)
        for _ in range(3):
            after = optimizer.step(x, 1.0, torch.zeros_like(x))
            assert torch.equal(after, x)

    def test_leaves_the_point_it_was_given_alone(self) -> None:
        optimizer, x = LBFGS(0.3), random(20)
        for _ in range(5):
            before = x.clone()
            after = optimizer.step(x, *Bowl()(x))
            assert torch.equal(x, before)
            x = after

    def test_forgets_the_curvature_of_another_objective(self) -> None:
        x = random(20)
        fresh, changed = LBFGS(0.3), LBFGS(0.3)
        minimize(changed, Bowl(), x, 10)
        changed.reset_curvature()
        loss, grad = Bowl()(x)
        assert torch.allclose(changed.step(x, loss, grad), fresh.step(x, loss, grad))


@pytest.mark.parametrize("optimizer", [Adam(0.3, 50, 0.8), LBFGS(0.3)])
def test_there_is_no_way_back_from_the_start(optimizer: Optimizer) -> None:
    with pytest.raises(ValueError, match="step"):
        optimizer.backtrack()
