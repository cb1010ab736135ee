"""The variables that stand for a picture."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from styletransfer.engine.optimizers.laplacian_pyramid import Pyramid


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


@given(height=st.integers(1, 70), width=st.integers(1, 70), levels=st.integers(1, 8))
def test_round_trip(height: int, width: int, levels: int) -> None:
    picture = random(1, 3, height, width)
    pyramid = Pyramid((height, width), levels)
    variables = pyramid.analyse(picture)
    assert variables.ndim == 1
    assert len(variables) == sum(pyramid.sizes)
    assert torch.allclose(pyramid.synthesise(variables), picture, atol=1e-12)


def test_one_level_is_the_pixels_themselves() -> None:
    picture = random(1, 3, 5, 7)
    assert torch.equal(Pyramid((5, 7), 1).analyse(picture), picture.flatten())


def test_each_level_has_half_the_sides() -> None:
    assert Pyramid((45, 64), 4).shapes == [(45, 64), (23, 32), (12, 16), (6, 8)]


def test_ends_before_nothing_is_left() -> None:
    assert min(min(shape) for shape in Pyramid((33, 500), 8).shapes) >= 2


def test_a_flat_picture_lives_on_the_coarsest_level_alone() -> None:
    pyramid = Pyramid((21, 34), 3)
    *finer, coarsest = torch.split(pyramid.analyse(torch.full((1, 3, 21, 34), 0.7)), pyramid.sizes)
    assert max(float(level.abs().max()) for level in finer) < 1e-6
    assert torch.allclose(coarsest, torch.tensor(0.7))


def test_gradient() -> None:
    pyramid = Pyramid((5, 6), 2)
    assert torch.autograd.gradcheck(pyramid.synthesise, (random(sum(pyramid.sizes)).requires_grad_(),))


@given(height=st.integers(1, 30), width=st.integers(1, 30), levels=st.integers(1, 4))
def test_transpose(height: int, width: int, levels: int) -> None:
    pyramid = Pyramid((height, width), levels)
    variables, picture = random(sum(pyramid.sizes)), random(1, 3, height, width)
    there, back = pyramid.synthesise(variables).flatten() @ picture.flatten(), variables @ pyramid.adjoint(picture)
    assert torch.allclose(there, back)
