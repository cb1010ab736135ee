"""A frozen 3 x 3 convolution, and carrying a gradient back, by Winograd's F(4 x 4, 3 x 3) (Lavin and Gray 2016).

A tile of 4 x 4 outputs takes 36 products for each pair of channels instead of 144. The tiles are worked through in
bands that stay in the cache, and the channels of a pixel lie side by side ("channels last"), so that gathering tiles
means copying whole pixels: otherwise moving the numbers costs what the products save.

Carrying a gradient back is a convolution too, with every kernel turned by 180 degrees and inputs and outputs exchanged.
Turning a kernel reverses its polynomial, whose value at a point is then, but for a factor, the old one at the point's
reciprocal. All reciprocals are among the points, so both ways share the values.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from styletransfer.engine.matrix_products import ONEDNN, TORCH, Products

TILE = 4
"""Rows and columns of outputs that are computed together."""

_BAND_BYTES, _WIDE_BAND_BYTES, _ONEDNN_BAND_BYTES = 3 * 2**20, 6 * 2**20, 12 * 2**20
"""Size of the transformed tiles of one band: fits the cache, yet enough tiles for a fast matrix product. Wide layers
have large kernels, which every band goes through once; oneDNN brings them into its own order for that."""
_WIDE_BYTES = 1024
"""Of a pixel, from which on a layer is wide."""
_SHORT_BAND_TILES = 170
"""Tiles in a band in bfloat16, whatever the width: fewer make slow products, more do not fit."""

_PIECE = 128
"""Numbers that are copied together. Rows of tiles are an odd number of pieces long: on rows whose length is a multiple
of a kilobyte, MKL's product takes half as long again, as all of them fall into the same few places of the cache. oneDNN
copies them anyway, and wants them without a gap."""

_POINTS = (0.0, 5 / 8, -5 / 8, 8 / 5, -8 / 5)
"""Where the polynomials are evaluated, besides infinity. The usual 0, 1, -1, 2, -2 make twice the rounding error."""
_SHORT_POINTS = (0.0, 1 / 2, -1 / 2, 2.0, -2.0)
"""The same for bfloat16, which has room for the powers of these without rounding them."""
_RECIPROCALS = [5, 3, 4, 1, 2, 0]
"""Where among the points, infinity last, the reciprocal of each point stands."""


class WinogradConvolution:
    """See `Convolution`; relative rounding error in float32 about 1e-6.

    In bfloat16 it is 1.6e-2, seven times that of a plain convolution, but no bias: features come out neither larger nor
    smaller on average. So a painting comes down as low in as many epochs; with 512 channels and more, or 256 where a
    picture is not small, the losses stay within 1e-2 of the exact ones, too. See benchmarks/README.md.

    Args:
        weight: (out, in, 3, 3).
        bias: (out,).
        scratch: Where to compute the kernels at the points anew each time: 36 numbers for each pair of channels, which
            other convolutions may use as well. If None they are computed once and kept, four times the memory that
            the weights take.
        products: What multiplies matrices.
    """

    def __init__(self, weight: Tensor, bias: Tensor, scratch: Tensor | None = None, products: Products = TORCH) -> None:
        kernel, forward, backward = _transforms(_SHORT_POINTS if weight.dtype == torch.bfloat16 else _POINTS)
        self.bias, self._products = bias, products
        self._forward = _both_axes(forward[0], weight), _both_axes(forward[1], weight)
        self._backward = _both_axes(backward[0], weight), _both_axes(backward[1], weight)
        self._kernels: Callable[[], Tensor]
        outputs, inputs = weight.shape[:2]
        exact = weight if weight.dtype == torch.float64 else weight.float()
        to_points, by_input = _both_axes(kernel, exact), exact.transpose(0, 1).reshape(-1, 9).T
        if scratch is None:
            kept = (to_points @ by_input).view(36, inputs, outputs).to(weight)
            if products is TORCH and weight.dtype != torch.bfloat16:
                # Rows that are no power of 2 long are read faster when the product is with the transpose; see `_PIECE`.
                kept = F.pad(kept, (0, 8))[:, :, :outputs]
            self._kernels = lambda: kept
        else:
            room = scratch[: 36 * inputs * outputs].view(36, -1)
            self._kernels = lambda: torch.mm(to_points, by_input, out=room).view(36, inputs, outputs)

    def __call__(self, x: Tensor, rows: slice | None = None) -> Tensor:
        """See `Convolution`."""
        y = _winograd(x, self._forward, self._kernels(), self._products, rows)
        return y.add_(self.bias.view(-1, 1, 1))

    def backward(self, grad: Tensor, rows: slice | None = None, out: Tensor | None = None) -> Tensor:
        """See `Convolution`."""
        return _winograd(grad, self._backward, self._kernels().transpose(1, 2), self._products, rows, out)


def _winograd(
    x: Tensor,
    transforms: tuple[Tensor, Tensor],
    kernels: Tensor,
    products: Products,
    wanted: slice | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Convolve (1, in, h, w) to (1, out, h, w), channels last.

    Args:
        x: What to convolve.
        transforms: (36, 36), from 6 x 6 pixels to 6 x 6 points, and (16, 36), from there to 4 x 4 pixels.
        kernels: (36, in, out), at the points.
        products: What multiplies matrices.
        wanted: The rows of the output to compute, all if None.
        out: Where to put them; a new tensor if None.
    """
    to_points, from_points = transforms
    height, width = x.shape[2:]
    inputs, outputs = kernels.shape[1:]
    first, end, _ = (wanted or slice(None)).indices(height)
    rows, columns = -(-(end - first) // 4), -(-width // 4)
    unit = math.gcd(inputs, _PIECE)
    pieces = x[0].permute(1, 2, 0).reshape(-1, unit)
    if out is None:
        out = x.new_empty(1, end - first, width, outputs).permute(0, 3, 1, 2)
    y = out[0].permute(1, 2, 0).view(-1, outputs)
    step = _band_rows(rows, columns, x.dtype, max(inputs, outputs), products)
    for row in range(0, rows, step):
        count = min(step, rows - row)
        top = first + 4 * row
        bottom = min(top + 4 * count, end)
        above, below = max(top - 1, 0), min(top + 4 * count + 1, height)
        sources, outside = _sources(
            width, count, above - (top - 1), below - (top - 1), inputs // unit, odd=products is TORCH
        )
        tiles = pieces[above * width * (inputs // unit) :].index_select(0, sources).index_fill_(0, outside, 0)
        tiles = tiles.view(36, -1)[:, : count * columns * inputs]
        points = products.one(to_points, tiles).view(36, -1, inputs)
        multiplied = products.many(points, kernels).view(36, -1)
        done = products.one(from_points, multiplied).view(-1, outputs)
        places = _places(width, count, bottom - top)
        torch.index_select(done, 0, places, out=y[(top - first) * width : (bottom - first) * width])
    return out


def _band_rows(rows: int, columns: int, dtype: torch.dtype, channels: int, products: Products) -> int:
    """Rows of tiles that are worked on together: as many as fit the cache, in bands of about the same size.

    Args:
        rows: All there are.
        columns: Tiles in a row.
        dtype: What is computed in.
        channels: Of what is read or what is written, whichever has more.
        products: What multiplies matrices.
    """
    if dtype == torch.bfloat16:
        bands = -(-rows * columns // _SHORT_BAND_TILES)
    else:
        pixel = channels * dtype.itemsize
        wide = _ONEDNN_BAND_BYTES if products is ONEDNN else _WIDE_BAND_BYTES
        bands = -(-rows * columns * 36 * pixel // (wide if pixel >= _WIDE_BYTES else _BAND_BYTES))
    return -(-rows // bands)


@lru_cache(maxsize=256)
def _sources(width: int, count: int, first: int, end: int, pieces: int, *, odd: bool) -> tuple[Tensor, Tensor]:
    """Which pieces of pixels the overlapping tiles of a band are made of.

    Args:
        width: Of the picture.
        count: Rows of tiles in the band.
        first: The first of the 4 `count` + 2 rows of pixels that is in the picture.
        end: The one after the last that is in it.
        pieces: How many a pixel has.
        odd: Whether there are to be an odd number of them at each place.

    Returns:
        For each place in the 6 x 6 tiles, tile by tile, the numbers of its pixel's pieces, counted from the row
        `first`, and of one more, to be ignored, to make them odd; and which of all these are outside
        the picture (their number is any).
    """
    line, pixel = torch.arange(6).view(6, 1, 1, 1), torch.arange(6).view(6, 1, 1)
    y = line + 4 * torch.arange(count).view(-1, 1)
    x = pixel - 1 + 4 * torch.arange(-(-width // 4))
    sources = (y.clamp(first, end - 1) - first) * width + x.clamp(0, width - 1)
    outside = (y < first) | (y >= end) | (x < 0) | (x >= width)
    sources = (sources.reshape(36, -1, 1) * pieces + torch.arange(pieces)).flatten(1)
    outside = outside.reshape(36, -1).repeat_interleave(pieces, dim=1)
    if odd and sources.shape[1] % 2 == 0:
        sources, outside = F.pad(sources, (0, 1)), F.pad(outside, (0, 1))
    return sources.reshape(-1), outside.reshape(-1).nonzero()[:, 0]


@lru_cache(maxsize=256)
def _places(width: int, count: int, height: int) -> Tensor:
    """For each pixel of a band `height` pixels high, where in its 4 x 4 tiles, `count` rows of them, it is found."""
    columns = -(-width // 4)
    y, x = torch.arange(height).view(-1, 1), torch.arange(width)
    places = ((4 * (y % 4) + x % 4) * count + y // 4) * columns + x // 4
    return places.reshape(-1)


class _Transforms(NamedTuple):
    """One-dimensional F(4, 3): (6, 3) for kernels, and (6, 6) and (4, 6) to the points and from them, both ways."""

    kernel: NDArray[np.float64]
    forward: tuple[NDArray[np.float64], NDArray[np.float64]]
    backward: tuple[NDArray[np.float64], NDArray[np.float64]]


def _transforms(points: Sequence[float]) -> _Transforms:
    """G, B^T and A^T of F(4, 3) (Blahut 2010, section 5.2), and B^T and A^T for turned kernels, from values at points.

    Four outputs are coefficients of a product of polynomials, found from its values at five points and at infinity.
    """
    scales = [np.prod([point - other for other in points if other != point]) for point in points]
    of_outputs = np.array([[point**power for point in points] + [float(power == 3)] for power in range(4)])
    of_inputs, of_kernel = np.zeros((6, 6)), np.zeros((6, 3))
    for row, (point, scale) in enumerate(zip(points, scales, strict=True)):
        of_inputs[row, :5] = np.poly([other for other in points if other != point])[::-1]
        of_kernel[row] = point ** np.arange(3) / scale
    of_inputs[5] = np.poly(points)[::-1]
    of_kernel[5, 2] = 1
    # A turned kernel's value at p is p^2 times the kernel's at 1 / p; at 0 it is the one at infinity, and vice versa.
    factors = np.ones(6)
    for row, point in enumerate(points[1:], start=1):
        factors[row] = point**2 * scales[_RECIPROCALS[row]] / scales[row]
    factors[0], factors[5] = 1 / scales[0], scales[0]
    turned = of_inputs[_RECIPROCALS], (of_outputs * factors)[:, _RECIPROCALS]
    return _Transforms(of_kernel, (of_inputs, of_outputs), turned)


def _both_axes(matrix: NDArray[np.float64], like: Tensor) -> Tensor:
    return torch.from_numpy(np.kron(matrix, matrix)).to(like)
