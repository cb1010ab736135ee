"""Sums over a region are those over all positions, weighted, and their gradients are autograd's."""

import pytest
import torch
from torch import Tensor

from styletransfer.engine.losses import guided_moments
from styletransfer.engine.losses.guided_moments import GuidanceChannel, add_guided_gradient, guided_sums
from styletransfer.engine.losses.moments import feature_sums

CHANNELS, HEIGHT, WIDTH, MARGIN = 5, 12, 9, 2


def features(dtype: torch.dtype = torch.float64) -> Tensor:
    shape = (1, CHANNELS, HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return x.to(dtype).contiguous(memory_format=torch.channels_last)


def weights() -> Tensor:
    """Nothing in some rows, all in some, in part in others."""
    some = torch.rand((HEIGHT, WIDTH), generator=torch.Generator().manual_seed(1))
    some[:4], some[7:9] = 1, 0
    return some


def plainly(x: Tensor, some: Tensor) -> Tensor:
    """The definition."""
    inner = x[0, :, MARGIN:-MARGIN, MARGIN:-MARGIN].flatten(1)
    weighted = inner * some.flatten().to(x.dtype)
    return torch.cat([weighted @ inner.T, weighted.sum(1, keepdim=True)], 1)


@pytest.fixture(params=[8 * 2**20, 100], ids=["at once", "in bands"])
def band_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided_moments, "_BAND_BYTES", request.param)


@pytest.mark.usefixtures("band_bytes")
class TestGuidedSums:
    def test_are_the_definition(self) -> None:
        x, some = features(), weights()
        channel = GuidanceChannel.of(some, MARGIN)
        assert torch.allclose(guided_sums(x, channel), plainly(x, some), rtol=1e-6)
        assert channel.total == pytest.approx(float(some.sum()))

    @pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
    def test_their_gradient_is_autograds(self, layout: torch.memory_format) -> None:
        x, some = features().requires_grad_(), weights().double()
        factor = torch.randn(CHANNELS, CHANNELS + 1, dtype=torch.float64)
        (expected,) = torch.autograd.grad((factor * plainly(x, some)).sum(), x)
        grad = torch.ones_like(x).contiguous(memory_format=layout)
        add_guided_gradient(grad, x.detach(), GuidanceChannel.of(some, MARGIN), factor)
        assert torch.allclose(grad, 1 + expected)

    def test_stripes_add_up_to_the_whole(self) -> None:
        x, some = features(), weights()
        channel = GuidanceChannel.of(some, MARGIN)
        parts = []
        for first, end in ((0, 5), (5, 6), (6, 16)):
            source = slice(max(first - 1, 0), end)  # with a row more before it, which does not count
            stripe = channel.stripe(slice(first, end), source.start, x.shape[3])
            parts.append(guided_sums(x[:, :, source], stripe))
        assert torch.allclose(torch.stack(parts).sum(0), guided_sums(x, channel))

    def test_in_bfloat16_they_are_taken_in_float32(self) -> None:
        x, some = features(torch.bfloat16), weights()
        sums = guided_sums(x, GuidanceChannel.of(some, MARGIN))
        assert sums.dtype == torch.float32
        exact = plainly(x.double(), some)
        assert float((sums - exact).norm() / exact.norm()) < 1e-2


def test_everywhere_they_are_those_of_the_whole() -> None:
    x = features()
    channel = GuidanceChannel.of(torch.ones(HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN), 0)
    assert torch.allclose(guided_sums(x, channel), feature_sums(x))
