"""The ReLU and its gradient against the library's, in every kind of number."""

import pytest
import torch
from torch import Tensor

from styletransfer.engine.vgg.fast.relu import rectified, rectify_, rectify_gradient_, relu_mask

KINDS = (torch.float64, torch.float32, torch.bfloat16)


def features(dtype: torch.dtype, seed: int = 0) -> Tensor:
    """Numbers of both signs and of very different sizes, zeros of both signs among them."""
    x = torch.randn(1, 5, 6, 7, generator=torch.Generator().manual_seed(seed))
    x *= 10 ** torch.linspace(-30, 30, 7)
    x[0, 0, 0, :2] = torch.tensor([0.0, -0.0])
    return x.to(dtype).contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("dtype", KINDS)
class TestRelu:
    def test_is_the_librarys(self, dtype: torch.dtype) -> None:
        x = features(dtype)
        before = x.clone()
        assert torch.equal(rectified(x), x.relu())
        assert torch.equal(x, before)
        assert torch.equal(rectify_(x), before.relu())
        assert torch.equal(x, before.relu())

    def test_gradient_is_the_librarys_from_whatever_was_kept(self, dtype: torch.dtype) -> None:
        x, grad = features(dtype), features(dtype, seed=1)
        expected = torch.ops.aten.threshold_backward(grad, x, 0)
        for kept in (x, x.relu(), relu_mask(x.relu())):
            back = grad.clone()
            rectify_gradient_(back, kept)
            assert torch.equal(back, expected)
