"""The terms of the objective against values worked out by hand, and their gradients."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from styletransfer.engine.losses.content import content_loss
from styletransfer.engine.losses.gram import gram_loss
from styletransfer.engine.losses.moments import Moments, add_sums_gradient, feature_sums
from styletransfer.engine.losses.total_variation import CHROMA, squared_variation, total_variation


def random(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


class TestContent:
    def test_is_the_mean_of_squared_differences(self) -> None:
        seen = torch.tensor([1.0, 2.0, 3.0, 4.0]).view(1, 1, 2, 2)
        target = torch.tensor([1.0, 0.0, 3.0, 7.0]).view(1, 1, 2, 2)
        assert content_loss(seen, target).item() == pytest.approx((0 + 4 + 0 + 9) / 4)

    def test_gradient(self) -> None:
        x, target = random(1, 3, 4, 5).requires_grad_(), random(1, 3, 5, 4).view(1, 3, 4, 5)
        assert torch.autograd.gradcheck(content_loss, (x, target))


class TestFeatureSums:
    def test_by_hand(self) -> None:
        features = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 2, 1, 2)  # two channels of two pixels
        assert torch.equal(feature_sums(features), torch.tensor([[1.0 + 4, 3 + 8, 3], [3 + 8, 9 + 16, 7]]))

    def test_grow_with_the_picture(self) -> None:
        features = random(1, 4, 6, 5)
        assert torch.allclose(feature_sums(features.repeat(1, 1, 3, 2)), 6 * feature_sums(features))

    @pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
    def test_gradient_is_added_and_right_for_an_asymmetric_use(self, layout: torch.memory_format) -> None:
        """Nothing says that what comes back through X X^T is symmetric."""
        features, factor, before = random(1, 3, 2, 4).requires_grad_(), random(3, 4), random(1, 3, 2, 4)
        (expected,) = torch.autograd.grad((factor * feature_sums(features)).sum(), features)
        grad = before.contiguous(memory_format=torch.channels_last)
        add_sums_gradient(grad, features.detach().contiguous(memory_format=layout), factor)
        assert torch.allclose(grad, before + expected)

    def test_gradient_of_a_part(self) -> None:
        """Where the borders do not count, the gradient goes to what lies within them alone."""
        features, factor = random(1, 3, 5, 6).contiguous(memory_format=torch.channels_last), random(3, 4)
        inner = features[:, :, 1:-1, 2:-2].clone().requires_grad_()
        (expected,) = torch.autograd.grad((factor * feature_sums(inner)).sum(), inner)
        grad = torch.zeros_like(features)
        add_sums_gradient(grad[:, :, 1:-1, 2:-2], features[:, :, 1:-1, 2:-2], factor)
        assert torch.allclose(grad[:, :, 1:-1, 2:-2], expected)
        assert grad.count_nonzero() == expected.numel()

    @given(cuts=st.lists(st.integers(1, 6), min_size=1, max_size=5))
    def test_stripes_add_up_to_the_whole(self, cuts: list[int]) -> None:
        features = random(1, 3, sum(cuts), 7)
        parts = [feature_sums(stripe) for stripe in torch.split(features, cuts, dim=2)]
        assert torch.allclose(torch.stack(parts).sum(dim=0), feature_sums(features))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
    def test_nothing_adds_nothing(self, dtype: torch.dtype) -> None:
        assert torch.equal(feature_sums(torch.ones(1, 3, 0, 4, dtype=dtype)).float(), torch.zeros(3, 4))


class TestMoments:
    def test_by_hand(self) -> None:
        moments = Moments(mean=torch.tensor([1.0, 2.0]), second=torch.tensor([[3.0, 2.0], [2.0, 8.0]]))
        assert torch.equal(moments.gram, torch.tensor([[1.5, 1.0], [1.0, 4.0]]))
        assert torch.equal(moments.covariance, torch.tensor([[2.0, 0.0], [0.0, 4.0]]))


class TestGram:
    def test_by_hand(self) -> None:
        gram, target = torch.tensor([[1.0, 2.0], [2.0, 5.0]]), torch.tensor([[0.0, 2.0], [2.0, 2.0]])
        assert gram_loss(gram, target).item() == pytest.approx((1 + 9) / 4)

    def test_gradient(self) -> None:
        gram, target = random(4, 4).requires_grad_(), random(4, 4).T
        assert torch.autograd.gradcheck(lambda gram: gram_loss(gram, target), (gram,))


class TestTotalVariation:
    def test_by_hand(self) -> None:
        row = torch.tensor([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]])
        picture = row.expand(1, 3, 2, 3)
        down, across = (2 + 1 + 1) / 3, (1 + 2 + 0 + 0) / 4
        assert total_variation(picture).item() == pytest.approx(0.5 * (down + across))

    def test_a_flat_picture_has_none(self) -> None:
        assert total_variation(torch.full((1, 3, 4, 4), 7.0)).item() == 0

    def test_gradient(self) -> None:
        assert torch.autograd.gradcheck(total_variation, (random(1, 3, 5, 4).requires_grad_(),))


class TestSquaredVariation:
    def test_by_hand(self) -> None:
        row = torch.tensor([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]])
        down, across = (4 + 1 + 1) / 3, (1 + 4 + 0 + 0) / 4
        assert squared_variation(row.expand(1, 3, 2, 3)).item() == pytest.approx(down + across)

    def test_a_pixel_that_stands_out_costs_more_than_an_edge_of_as_many_steps(self) -> None:
        speck, ramp = torch.zeros(1, 3, 1, 9), torch.zeros(1, 3, 1, 9)
        speck[..., 4] = 2
        ramp[..., :5] = torch.linspace(0, 2, 5)
        ramp[..., 5:] = torch.linspace(1.5, 0, 4)
        assert total_variation(speck.expand(1, 3, 2, 9)) == total_variation(ramp.expand(1, 3, 2, 9))
        assert squared_variation(speck.expand(1, 3, 2, 9)) > 3 * squared_variation(ramp.expand(1, 3, 2, 9))

    def test_colour_counts_more_than_brightness(self) -> None:
        grey, red = torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
        grey[:, :, ::2] = 1 / 3**0.5
        red[:, 0, ::2], red[:, 2, ::2] = 0.5**0.5, -(0.5**0.5)
        assert grey.square().sum().item() == pytest.approx(red.square().sum().item())
        assert squared_variation(red).item() == pytest.approx(CHROMA * squared_variation(grey).item())

    def test_gradient(self) -> None:
        assert torch.autograd.gradcheck(squared_variation, (random(1, 3, 5, 4).requires_grad_(),))
