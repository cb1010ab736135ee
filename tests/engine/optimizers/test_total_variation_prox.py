"""Total variation as the optimizers meet it, against `losses.total_variation` and problems solved by hand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from styletransfer.engine.losses.total_variation import total_variation
from styletransfer.engine.optimizers.laplacian_pyramid import Pyramid
from styletransfer.engine.optimizers.total_variation_prox import TotalVariation

shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def pixels(*values: float) -> Tensor:
    """A picture of one row, all channels alike."""
    return torch.tensor(values, dtype=torch.float64).expand(1, 3, 1, -1)


@given(shape=st.tuples(st.integers(2, 9), st.integers(2, 9)), levels=st.integers(1, 3))
def test_is_the_loss_of_that_name_with_its_gradient(shape: tuple[int, int], levels: int) -> None:
    variation = TotalVariation(Pyramid(shape, levels), 2.5)
    x = variation.pyramid.analyse(random(1, 3, *shape)).requires_grad_()
    loss = 2.5 * total_variation(variation.pyramid.synthesise(x))
    assert float(variation.differences(x.detach()).abs().sum()) == pytest.approx(loss.item())
    assert torch.allclose(variation.gradient(x.detach()), torch.autograd.grad(loss, x)[0])


@given(shape=shapes, levels=st.integers(1, 3))
def test_pull_is_the_transpose_of_differences(shape: tuple[int, int], levels: int) -> None:
    variation = TotalVariation(Pyramid(shape, levels), 2.0)
    x = variation.pyramid.analyse(random(1, 3, *shape))
    dual = random(2, 3, *shape)
    dual[0, :, -1] = dual[1, :, :, -1] = 0  # what is beyond the border has no slope
    there = (variation.differences(x) * dual).sum()
    assert torch.allclose(there, x @ variation.adjoint(dual))


def stepped(picture: Tensor, weight: float, grad: Tensor | None = None) -> Tensor:
    """One step from a picture on the model 0.5 |step|^2 + <grad, step>, and total variation."""
    variation = TotalVariation(Pyramid((picture.shape[2], picture.shape[3]), 1), weight)
    x = picture.flatten()
    dual = variation.differences(x).sign()
    for _ in range(20):  # a step goes some rounds, the slopes carry over
        step, dual, _ = variation.step(x, torch.zeros_like(x) if grad is None else grad.flatten(), torch.clone, dual, 1)
    return picture + step.view_as(picture)


class TestStep:
    """Each difference of a row of `n` pixels in three channels weighs weight / (6 (n - 1))."""

    def test_draws_two_pixels_together(self) -> None:
        assert torch.allclose(stepped(pixels(0, 1), 6 * 0.2), pixels(0.2, 0.8))

    def test_they_meet_and_do_not_pass_each_other(self) -> None:
        assert torch.allclose(stepped(pixels(0, 1), 6 * 3.0), pixels(0.5, 0.5))

    def test_the_rest_of_the_loss_can_part_them_again_but_only_if_it_is_worth_it(self) -> None:
        apart = pixels(-1, 1)
        assert torch.allclose(stepped(pixels(0, 0), 6 * 0.3, -apart), pixels(-0.7, 0.7))
        assert torch.allclose(stepped(pixels(0, 0), 6 * 1.1, -apart), pixels(0, 0))

    def test_without_a_weight_it_is_newtons(self) -> None:
        grad = random(1, 3, 4, 5)
        assert torch.allclose(stepped(random(1, 3, 4, 5), 0.0, grad), random(1, 3, 4, 5) - grad)

    def test_nothing_near_is_lower(self) -> None:
        picture = random(1, 3, 6, 7)
        grad = random(1, 3, 6, 7).flip(3)

        def model(after: Tensor) -> float:
            step = after - picture
            return float(0.5 * step.square().sum() + (grad * step).sum() + 20 * total_variation(after))

        best = stepped(picture, 20.0, grad)
        assert best.diff(dim=3).abs().lt(1e-6).any()
        for seed in range(30):
            other = torch.randn(best.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
            assert model(best) <= model(best + 1e-3 * other) + 1e-9
