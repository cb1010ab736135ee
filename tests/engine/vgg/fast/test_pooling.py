"""Pooling with its gradient against the library's, whole and in rows."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from styletransfer.engine.vgg.fast.pooling import AveragePool, MaxPool, Pool

POOLS = {"max": MaxPool(), "average": AveragePool(1.5)}


def rectified(height: int, width: int) -> Tensor:
    """Features before a ReLU, about half of them below zero, and here and there a whole four."""
    x = torch.randn(1, 5, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(height))
    x[:, :, :4, :4] = -1
    return x.contiguous(memory_format=torch.channels_last)


def plainly(name: str, x: Tensor) -> Tensor:
    y = x.relu()
    return F.max_pool2d(y, 2) if name == "max" else 1.5 * F.avg_pool2d(y, 2)


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("shape", [(8, 8), (9, 7), (2, 11), (13, 2)])
class TestEveryPool:
    def test_is_the_librarys(self, name: str, shape: tuple[int, int]) -> None:
        x = rectified(*shape)
        for features in (x, x.relu()):
            before = features.clone()
            pooled, _ = POOLS[name](features)
            assert torch.allclose(pooled, plainly(name, x))
            assert torch.equal(features, before)

    def test_carries_a_gradient_back_through_the_relu_as_well(self, name: str, shape: tuple[int, int]) -> None:
        x = rectified(*shape).requires_grad_()
        pooled = plainly(name, x)
        grad = torch.randn_like(pooled)
        (expected,) = torch.autograd.grad(pooled, x, grad)
        for features in (x.detach(), x.detach().relu()):
            _, kept = POOLS[name](features)
            assert torch.allclose(POOLS[name].backward(grad, kept, shape), expected)


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_rows_can_be_carried_back_alone(pool: Pool) -> None:
    pooled, kept = pool(rectified(12, 9).relu())
    grad = torch.randn_like(pooled)
    whole = pool.backward(grad, kept, (12, 9))
    assert torch.equal(pool.backward(grad[:, :, 1:4], kept[:, :, 1:4], (6, 9)), whole[:, :, 2:8])


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_hardly_anything_is_kept(pool: Pool) -> None:
    features = rectified(16, 16).float().relu()
    _, kept = pool(features)
    assert kept.numel() * kept.element_size() <= features.numel() * features.element_size() / 8
