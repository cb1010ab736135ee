"""The pyramid of variables, and the solvers on problems whose answers are known."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from styletransfer.pyramid import Pyramid
from styletransfer.solver import LBFGS, Adam, Solver


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


def minimize(solver: Solver, problem: object, x: Tensor, steps: int) -> tuple[Tensor, list[float]]:
    """As the engine does it: a step that makes the loss much worse is taken back. The best point and all losses."""
    losses, good, limit = [], x, math.inf
    for _ in range(steps):
        loss, grad = problem(x)  # type: ignore[operator]
        losses.append(loss)
        if loss <= limit:
            good, limit = x, solver.tolerance * loss
            x = solver.step(x, loss, grad)
        else:
            x = solver.retreat()
    return good, losses


class TestPyramid:
    @given(height=st.integers(1, 70), width=st.integers(1, 70), levels=st.integers(1, 8))
    def test_round_trip(self, height: int, width: int, levels: int) -> None:
        picture = random(1, 3, height, width)
        pyramid = Pyramid((height, width), levels)
        variables = pyramid.variables(picture)
        assert variables.ndim == 1
        assert len(variables) == sum(pyramid.sizes)
        assert torch.allclose(pyramid.picture(variables), picture, atol=1e-12)

    def test_one_level_is_the_pixels_themselves(self) -> None:
        picture = random(1, 3, 5, 7)
        assert torch.equal(Pyramid((5, 7), 1).variables(picture), picture.flatten())

    def test_each_level_has_half_the_sides(self) -> None:
        assert Pyramid((45, 64), 4).shapes == [(45, 64), (23, 32), (12, 16), (6, 8)]

    def test_ends_before_nothing_is_left(self) -> None:
        assert min(min(shape) for shape in Pyramid((33, 500), 8).shapes) >= 2

    def test_a_flat_picture_lives_on_the_coarsest_level_alone(self) -> None:
        pyramid = Pyramid((21, 34), 3)
        *finer, coarsest = torch.split(pyramid.variables(torch.full((1, 3, 21, 34), 0.7)), pyramid.sizes)
        assert max(float(level.abs().max()) for level in finer) < 1e-6
        assert torch.allclose(coarsest, torch.tensor(0.7))

    def test_gradient(self) -> None:
        pyramid = Pyramid((5, 6), 2)
        assert torch.autograd.gradcheck(pyramid.picture, (random(sum(pyramid.sizes)).requires_grad_(),))


class TestAdam:
    def test_walks_with_the_librarys(self) -> None:
        problem, start = Bowl(), random(20)
        parameter = start.clone().requires_grad_()
        library = torch.optim.Adam([parameter], lr=0.3)
        schedule = torch.optim.lr_scheduler.StepLR(library, 50, 0.8)
        solver, x = Adam(0.3, 50, 0.8), start
        for _ in range(120):
            parameter.grad = problem(parameter.detach())[1]
            library.step()
            schedule.step()
            x = solver.step(x, *problem(x))
            assert torch.allclose(x, parameter.detach(), rtol=1e-9, atol=1e-12)

    def test_leaves_the_point_it_was_given_alone(self) -> None:
        x = random(5)
        before = x.clone()
        Adam(0.3, 50, 0.8).step(x, 1.0, random(5, seed=1))
        assert torch.equal(x, before)

    def test_retreats_to_half_the_step_from_where_it_stood(self) -> None:
        solver, x = Adam(0.3, 50, 0.8), random(20)
        x, _ = minimize(solver, Bowl(), x, 10)
        solver.step(x, *Bowl()(x))
        for length in (0.15, 0.075):
            # The first step of Adam goes as far as its rate in every variable.
            assert torch.allclose((solver.retreat() - x).abs(), torch.full_like(x, length), rtol=1e-4)


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
        solver, x = LBFGS(0.3), random(20)
        way = solver.step(x, *Bowl()(x)) - x
        for _ in range(4):
            shorter = solver.retreat() - x
            assert float(shorter.norm()) < 0.5 * float(way.norm())
            assert float(torch.cosine_similarity(shorter, way, dim=0)) == pytest.approx(1)
            way = shorter

    def test_retreat_ends_up_downhill_whatever_was_learnt(self) -> None:
        solver, x = LBFGS(0.3), random(20)
        x, _ = minimize(solver, Bowl(), x, 6)
        solver.pairs.extend([(random(20, seed=2), random(20, seed=3), 1e-3)] * 3)  # nonsense
        loss, grad = Bowl()(x)
        proposal = solver.step(x, loss, grad)
        for _ in range(20):
            if Bowl()(proposal)[0] < loss:
                break
            proposal = solver.retreat()
        assert Bowl()(proposal)[0] < loss

    def test_comes_down_from_wherever_its_first_step_lands(self) -> None:
        x, losses = minimize(LBFGS(1000.0), Bowl(), random(20), 80)
        assert Bowl()(x)[0] < 1e-3 * losses[0]

    def test_stays_where_there_is_no_slope(self) -> None:
        x = random(5)
        solver = LBFGS(0.3)
        for _ in range(3):
            after = solver.step(x, 1.0, torch.zeros_like(x))
            assert torch.equal(after, x)

    def test_leaves_the_point_it_was_given_alone(self) -> None:
        solver, x = LBFGS(0.3), random(20)
        for _ in range(5):
            before = x.clone()
            after = solver.step(x, *Bowl()(x))
            assert torch.equal(x, before)
            x = after

    def test_forgets_the_curvature_of_another_objective(self) -> None:
        x = random(20)
        fresh, changed = LBFGS(0.3), LBFGS(0.3)
        minimize(changed, Bowl(), x, 10)
        changed.forget()
        loss, grad = Bowl()(x)
        assert torch.allclose(changed.step(x, loss, grad), fresh.step(x, loss, grad))


@pytest.mark.parametrize("solver", [Adam(0.3, 50, 0.8), LBFGS(0.3)])
def test_there_is_no_way_back_from_the_start(solver: Solver) -> None:
    with pytest.raises(ValueError, match="step"):
        solver.retreat()
