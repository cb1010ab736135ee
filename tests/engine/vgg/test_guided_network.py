"""Both networks see each region's style apart from the others', in whole pictures and in stripes."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from styletransfer.engine import memory_bounds
from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.regions import Regions
from styletransfer.engine.vgg.network import Channels, FeatureNetwork, Network
from styletransfer.engine.vgg.reference import ReferenceNetwork
from styletransfer.engine.vgg.weights import Weights
from styletransfer.settings import Padding, Settings

LAYERS = ("relu1_1", "conv2_1", "relu2_2", "relu3_1", "relu4_1", "relu5_1")
HEIGHT, WIDTH = 75, 114


def masks() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Two soft regions and a hard one; a part of the picture is nobody's."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    left = np.clip((60 - x) / 20, 0, 1)
    covered = np.stack([left, (1 - left) * (y < 44), (1 - left) * (y >= 44) * (x > 80)])
    return covered.astype(np.float32)


def channels(network: FeatureNetwork) -> Channels:
    regions = Regions(masks(), network.margin)
    return [regions.guidance(block).channels for block in range(5)]


def picture(dtype: torch.dtype = torch.float32) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(1, 3, HEIGHT, WIDTH, dtype=torch.float64, generator=generator).to(dtype)


def flat(moments: Sequence[Moments]) -> Tensor:
    return torch.cat([part.flatten() for seen in moments for part in seen])


def activations(network: FeatureNetwork, x: Tensor) -> tuple[Tensor, Tensor]:
    """All that is seen, and the gradient of a product of it with random numbers."""
    x = x.clone().requires_grad_()
    seen = flat(network(x, channels=channels(network)).moments)
    (gradient,) = torch.autograd.grad((seen * random_factor(seen)).sum(), x)
    return seen.detach(), gradient


def random_factor(seen: Tensor) -> Tensor:
    return torch.randn(len(seen), generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(seen)


def apart(one: Tensor, other: Tensor) -> float:
    return float((one.double() - other.double()).norm() / other.double().norm())


def settings(padding: Padding = "reflect") -> Settings:
    return Settings(content_layers=("relu2_1",), style_layers=LAYERS, padding=padding)


@pytest.mark.parametrize("padding", ["reflect", "zeros"])
def test_they_are_guided_gram_matrices_of_autograd(padding: Padding, vgg16: Weights) -> None:
    """Gatys et al. 2017, eq. 6: every feature times its mask, brought to the layer's grid and eroded by a position."""
    ours, plain = (make(vgg16, settings(padding), None, torch.float64) for make in (Network, ReferenceNetwork))
    for one, other in zip(
        activations(ours, picture(torch.float64)), activations(plain, picture(torch.float64)), strict=True
    ):
        assert apart(one, other) < 1e-9
    seen = ours(picture(torch.float64), channels=channels(ours)).moments
    features = Network(vgg16, Settings(content_layers=("relu3_1",), style_layers=("relu1_1",), padding=padding), None,
                       torch.float64)(picture(torch.float64)).content[0][0]  # fmt: skip
    grid = F.avg_pool2d(torch.from_numpy(masks())[:, None], 4)
    eroded = -F.max_pool2d(-grid, 3, stride=1, padding=1)
    first = 3 * LAYERS.index("relu3_1")  # all three count in the blocks up to there
    for moments, mask in zip(seen[first : first + 3], eroded[:, 0].double(), strict=True):
        expected = torch.einsum("ahw,bhw,hw->ab", features, features, mask) / mask.sum()
        assert apart(moments.second, expected) < 1e-6
        assert apart(moments.mean, torch.einsum("ahw,hw->a", features, mask) / mask.sum()) < 1e-6


def test_the_gradient_is_that_of_differences(vgg16: Weights) -> None:
    network = Network(vgg16, settings("zeros"), None, torch.float64)
    x = picture(torch.float64)
    _, gradient = activations(network, x)
    step = 1e-6 * gradient / gradient.norm()
    up, down = (
        float((seen * random_factor(seen)).sum()) for seen, _ in (activations(network, x + s) for s in (step, -step))
    )
    assert (up - down) / 2 == pytest.approx(float((gradient * step).sum()), rel=1e-3)


def test_stripes_are_the_whole(vgg16: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    for dtype, tolerance in ((torch.float32, 1e-2), (torch.float64, 1e-10)):
        whole = activations(Network(vgg16, settings(), None, dtype), picture(dtype))
        with monkeypatch.context() as patch:
            for name, value in (("WHOLE_BYTES", 0), ("DEEP_BLOCK_BYTES", 0), ("STRIPE_ROWS", 8)):
                patch.setattr(memory_bounds, name, value)
            striped = activations(Network(vgg16, settings(), None, dtype), picture(dtype))
        for one, other in zip(striped, whole, strict=True):
            assert apart(one, other) < tolerance


def test_in_bfloat16_they_are_near(vgg16: Weights) -> None:
    half, full = (
        activations(Network(vgg16, settings(), None, dtype), picture()) for dtype in (torch.bfloat16, torch.float32)
    )
    assert apart(half[0], full[0]) < 2e-2
    assert apart(half[1], full[1]) < 0.5  # most of it from which of four is the largest, and from tiles


def test_what_is_nobodys_makes_no_difference(vgg16: Weights) -> None:
    network = Network(vgg16, settings())
    moments = network(picture(), channels=channels(network)).moments
    changed = picture()
    changed[:, :, 50:, 64:78] = 3.0  # between the regions, as far as the first layer sees
    for before, after in zip(moments[:3], network(changed, channels=channels(network)).moments[:3], strict=True):
        assert torch.equal(before.second, after.second)
