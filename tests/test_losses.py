"""The terms of the objective against values worked out by hand, and their gradients."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from styletransfer.losses import add_products_gradient, content_loss, feature_products, style_loss, total_variation


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


class TestFeatureProducts:
    def test_by_hand(self) -> None:
        features = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 2, 1, 2)  # two channels of two pixels
        assert torch.equal(feature_products(features), torch.tensor([[1.0 + 4, 3 + 8], [3 + 8, 9 + 16]]))

    def test_grow_with_the_picture(self) -> None:
        features = random(1, 4, 6, 5)
        assert torch.allclose(feature_products(features.repeat(1, 1, 3, 2)), 6 * feature_products(features))

    @pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
    def test_gradient_is_added_and_right_for_an_asymmetric_use(self, layout: torch.memory_format) -> None:
        """Nothing says that what comes back through X X^T is symmetric."""
        features, factor, before = random(1, 3, 2, 4).requires_grad_(), random(3, 3), random(1, 3, 2, 4)
        (expected,) = torch.autograd.grad((factor * feature_products(features)).sum(), features)
        grad = before.contiguous(memory_format=torch.channels_last)
        add_products_gradient(grad, features.detach().contiguous(memory_format=layout), factor)
        assert torch.allclose(grad, before + expected)

    @given(cuts=st.lists(st.integers(1, 6), min_size=1, max_size=5))
    def test_stripes_add_up_to_the_whole(self, cuts: list[int]) -> None:
        features = random(1, 3, sum(cuts), 7)
        parts = [feature_products(stripe) for stripe in torch.split(features, cuts, dim=2)]
        assert torch.allclose(torch.stack(parts).sum(dim=0), feature_products(features))


class TestStyle:
    def test_by_hand(self) -> None:
        grams = [torch.tensor([[1.0, 2.0], [2.0, 5.0]]), torch.tensor([[3.0]])]
        targets = [torch.tensor([[0.0, 2.0], [2.0, 2.0]]), torch.tensor([[1.0]])]
        assert style_loss(grams, targets, (2.0, 0.5)).item() == pytest.approx(2 * (1 + 9) / 4 + 0.5 * 4)

    def test_every_layer_needs_its_weight(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            style_loss([torch.eye(2)], [torch.eye(2)], (1.0, 1.0))

    def test_gradient(self) -> None:
        gram, target = random(4, 4).requires_grad_(), random(4, 4).T
        assert torch.autograd.gradcheck(lambda gram: style_loss([gram], [target], (1.5,)), (gram,))


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
