"""The ways to convolve against the library's convolution and its transpose."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from styletransfer.engine.vgg.fast import convolution, winograd
from styletransfer.engine.vgg.fast.convolution import (
    CardConvolution,
    Convolution,
    DirectConvolution,
    GradientInTiles,
    ThinConvolution,
    TilesWhereWide,
    fastest_convolution,
)
from styletransfer.engine.vgg.fast.winograd import WinogradConvolution

KINDS = (CardConvolution, DirectConvolution, GradientInTiles, ThinConvolution, TilesWhereWide, WinogradConvolution)

cases = st.fixed_dictionaries(
    {
        "inputs": st.integers(1, 9),
        "outputs": st.integers(1, 9),
        "height": st.integers(1, 13),
        "width": st.integers(1, 13),
        "seed": st.integers(0, 2**31),
    }
)


def numbers(
    inputs: int, outputs: int, height: int, width: int, seed: int = 0, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weight, bias, input and gradient of the output."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator).to(dtype)

    weight = random(outputs, inputs, 3, 3) / (9 * inputs) ** 0.5
    return weight, random(outputs), random(1, inputs, height, width), random(1, outputs, height, width)


def relative_error(value: Tensor, exact: Tensor) -> float:
    return float((value.double() - exact).abs().max() / exact.abs().max().clamp_min(1e-12))


class TestWinograd:
    @given(case=cases, band=st.sampled_from([1, 20_000, 2**30]))
    def test_is_the_same_convolution(self, case: dict[str, int], band: int) -> None:
        weight, bias, x, grad = numbers(**case)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(winograd, "_BAND_BYTES", band)  # from a band for every row of tiles to one for all
            tiles = WinogradConvolution(weight, bias)
            assert relative_error(tiles(x), F.conv2d(x, weight, bias, padding=1)) < 1e-10
            assert relative_error(tiles.backward(grad), F.conv_transpose2d(grad, weight, padding=1)) < 1e-10

    def test_saving_memory_changes_nothing(self) -> None:
        weight, bias, x, grad = numbers(64, 96, 21, 18, dtype=torch.float32)
        plain, shared = (WinogradConvolution(weight, bias, scratch) for scratch in (None, torch.empty(36 * 64 * 96)))
        assert torch.equal(plain(x), shared(x))
        assert torch.equal(plain.backward(grad), shared.backward(grad))

    @pytest.mark.parametrize("shape", [(64, 128, 31, 45), (256, 256, 20, 30), (512, 512, 7, 13), (512, 64, 1, 40)])
    def test_rounds_well_in_single_precision(self, shape: tuple[int, int, int, int]) -> None:
        weight, bias, x, grad = numbers(*shape)
        tiles = WinogradConvolution(weight.float(), bias.float())
        assert relative_error(tiles(x.float()), F.conv2d(x, weight, bias, padding=1)) < 2e-5
        assert relative_error(tiles.backward(grad.float()), F.conv_transpose2d(grad, weight, padding=1)) < 2e-5

    def test_rounds_without_a_bias_in_bfloat16(self) -> None:
        """So that losses, which are means over many features, stay near: seven times a plain convolution's error."""
        weight, bias, x, grad = numbers(256, 256, 20, 30)
        x, grad = x.relu().bfloat16().double(), grad.bfloat16().double()
        tiles = WinogradConvolution(weight.bfloat16(), bias.bfloat16())
        for found, exact in (
            (tiles(x.bfloat16()), F.conv2d(x, weight, bias, padding=1)),
            (tiles.backward(grad.bfloat16()), F.conv_transpose2d(grad, weight, padding=1)),
        ):
            assert float((found - exact).norm() / exact.norm()) < 3e-2
            assert float((found * exact).sum() / exact.square().sum()) == pytest.approx(1, abs=2e-3)

    def test_error_does_not_grow_with_an_offset(self) -> None:
        """Activations behind a ReLU are all positive: nothing cancels."""
        weight, bias, x, _ = numbers(128, 128, 21, 18)
        exact = F.conv2d(x.abs() * 100, weight.abs(), bias, padding=1)
        assert (
            relative_error(WinogradConvolution(weight.abs().float(), bias.float())(x.abs().float() * 100), exact) < 1e-4
        )


class TestEveryKind:
    @pytest.mark.parametrize("kind", KINDS)
    @given(case=cases)
    @settings(max_examples=30)
    def test_adjoint_is_the_transpose(self, kind: Any, case: dict[str, int]) -> None:
        weight, _, x, grad = numbers(**case)
        conv: Convolution = kind(weight, torch.zeros(case["outputs"], dtype=torch.float64))
        assert float((conv(x) * grad).sum()) == pytest.approx(float((x * conv.backward(grad)).sum()), abs=1e-9)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("size", [(8, 12), (7, 9)])
    def test_memory_layout_does_not_matter(self, kind: Any, size: tuple[int, int]) -> None:
        weight, bias, x, grad = numbers(6, 5, *size)
        conv: Convolution = kind(weight, bias)
        flat = grad[:, :, :1, :1].expand_as(grad)  # what the gradient of a mean looks like
        for layout in (torch.channels_last, torch.contiguous_format):
            y = conv(x.contiguous(memory_format=layout))
            assert torch.allclose(y, F.conv2d(x, weight, bias, padding=1))
            back = conv.backward(grad.contiguous(memory_format=layout))
            assert torch.allclose(back, F.conv_transpose2d(grad, weight, padding=1))
        assert torch.allclose(conv.backward(flat), F.conv_transpose2d(flat, weight, padding=1))
        rows = torch.cat([x, x], dim=2)[:, :, 1 : size[0] + 1]  # a stripe cut out of a larger picture
        assert torch.allclose(conv(rows), F.conv2d(rows, weight, bias, padding=1))

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("rows", [slice(0, 4), slice(3, 9), slice(8, 13), slice(4, None), slice(0, 13)])
    @pytest.mark.parametrize("width", [9, 66])
    def test_some_rows_are_those_rows_of_all(self, kind: Any, rows: slice, width: int) -> None:
        weight, bias, x, grad = numbers(6, 5, 13, width)
        conv: Convolution = kind(weight, bias)
        assert torch.allclose(conv(x, rows), conv(x)[:, :, rows], atol=1e-10)
        assert torch.allclose(conv.backward(grad, rows), conv.backward(grad)[:, :, rows], atol=1e-10)
        room = torch.full_like(x, 7.0).contiguous(memory_format=torch.channels_last)
        back = conv.backward(grad, rows, room[:, :, rows])
        assert torch.equal(back, room[:, :, rows])
        assert torch.allclose(back, conv.backward(grad)[:, :, rows], atol=1e-10)


class TestChoice:
    @pytest.mark.parametrize(
        ("shape", "dtype", "kind"),
        [
            ((512, 512), torch.float32, WinogradConvolution),
            ((256, 256), torch.float32, WinogradConvolution),
            ((64, 3), torch.float32, ThinConvolution),  # too few channels to pay for the transforms
            ((512, 512), torch.float64, DirectConvolution),
        ],
    )
    def test_by_width_and_precision(self, shape: tuple[int, int], dtype: torch.dtype, kind: type) -> None:
        chosen = fastest_convolution(torch.zeros(*shape, 3, 3, dtype=dtype), torch.zeros(shape[0], dtype=dtype))
        assert type(chosen) is kind

    @pytest.mark.parametrize(
        ("vectors", "shape", "kind"),
        [
            (False, (64, 3), DirectConvolution),
            (False, (512, 512), DirectConvolution),  # a matrix unit: moving the tiles takes longer
            (True, (64, 3), ThinConvolution),
            (True, (128, 64), DirectConvolution),
            (True, (128, 128), GradientInTiles),  # its features would be off by too much
            (True, (256, 256), TilesWhereWide),  # those of a small picture would
            (True, (512, 512), WinogradConvolution),
        ],
    )
    def test_in_bfloat16_by_what_multiplies(
        self, vectors: bool, shape: tuple[int, int], kind: type, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(convolution, "bfloat16_by_vectors", lambda: vectors)
        weight, bias = torch.zeros(*shape, 3, 3).bfloat16(), torch.zeros(shape[0]).bfloat16()
        assert type(fastest_convolution(weight, bias)) is kind

    @pytest.mark.parametrize(("width", "kind"), [(40, DirectConvolution), (80, WinogradConvolution)])
    def test_in_bfloat16_by_the_width_of_the_picture(self, width: int, kind: Any) -> None:
        weight, bias, x, _ = numbers(8, 8, 6, width, dtype=torch.bfloat16)
        assert torch.equal(TilesWhereWide(weight, bias)(x), kind(weight, bias)(x))

    @pytest.mark.parametrize(
        ("onednn", "shape", "kind"),
        [
            (False, (64, 64), WinogradConvolution),
            (False, (64, 32), DirectConvolution),
            (True, (64, 64), DirectConvolution),
            (True, (256, 128), DirectConvolution),
            (True, (512, 256), WinogradConvolution),
        ],
    )
    def test_by_what_multiplies_at_full_width(
        self, onednn: bool, shape: tuple[int, int], kind: type, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(convolution, "full_width_is_onednn", lambda: onednn)
        assert type(fastest_convolution(torch.zeros(*shape, 3, 3), torch.zeros(shape[0]))) is kind

    def test_only_a_processor_works_in_tiles(self) -> None:
        weight, bias = torch.zeros(512, 512, 3, 3, device="meta"), torch.zeros(512, device="meta")
        assert type(fastest_convolution(weight, bias)) is CardConvolution
