"""The network's one expensive operation: a frozen 3 x 3 convolution followed by a ReLU, forward and backward.

Two things set it apart from `torch.nn.Conv2d`. The weights never change, so backward computes the gradient of the
input alone and keeps only the output. And wide layers on a processor are done by Winograd's F(4 x 4, 3 x 3)
(Lavin and Gray 2016): a tile of 4 x 4 outputs takes 36 products for each pair of channels instead of 144. The tiles
are worked through in bands that stay in the cache, otherwise moving them costs what the products save.
"""

from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from numpy.typing import NDArray
from torch import Tensor

_BAND_BYTES = 12 * 2**20
"""Size of the transformed tiles of one band: fits the cache, yet enough tiles for a fast matrix product."""

_POINTS = (0.0, 5 / 8, -5 / 8, 8 / 5, -8 / 5)
"""Where the polynomials are evaluated, besides infinity. The usual 0, 1, -1, 2, -2 make twice the rounding error."""


class Convolution(Protocol):
    """A frozen 3 x 3 convolution with stride 1 and zero padding 1; no autograd inside."""

    def __call__(self, x: Tensor) -> Tensor:
        """Convolve (1, in, h, w) to (1, out, h, w) and add the bias."""

    def adjoint(self, grad: Tensor) -> Tensor:
        """Carry a gradient of the output, (1, out, h, w), back to the input, (1, in, h, w)."""


class DirectConvolution:
    """The library's own convolution: best for few channels, for graphics processors and for float64."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight, self.bias = weight, bias

    def __call__(self, x: Tensor) -> Tensor:
        """See `Convolution`."""
        return F.conv2d(x, self.weight, self.bias, padding=1)

    def adjoint(self, grad: Tensor) -> Tensor:
        """See `Convolution`."""
        return F.conv_transpose2d(grad, self.weight, padding=1)


class WinogradConvolution:
    """The same by Winograd's F(4 x 4, 3 x 3); relative rounding error in float32 about 1e-6."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.out_channels, self.in_channels = weight.shape[:2]
        self.bias = bias.view(-1, 1, 1)
        of_inputs, of_kernel, of_outputs = _transforms(_POINTS)
        self.to_tiles = _both_axes(of_inputs, weight)  # (36, 36): 6 x 6 inputs to 6 x 6 points
        self.from_tiles = _both_axes(of_outputs, weight)  # (16, 36): 6 x 6 points to 4 x 4 outputs
        kernels = _both_axes(of_kernel, weight) @ weight.reshape(-1, 9).T  # (36, out * in)
        self.kernels = kernels.view(36, self.out_channels, self.in_channels).contiguous()

    def __call__(self, x: Tensor) -> Tensor:
        """See `Convolution`."""
        height, width = x.shape[2:]
        rows, columns = -(-height // 4), -(-width // 4)
        padded = F.pad(x, (1, 4 * columns + 1 - width, 1, 4 * rows + 1 - height))[0]
        channel, line, pixel = padded.stride()
        y = x.new_empty(self.out_channels, rows, 4, columns, 4)
        for first, count in self._bands(rows, columns):
            # Tiles of 6 x 6 that overlap by 2, as a view: (6, 6, in, count, columns).
            tiles = padded.as_strided(
                (6, 6, self.in_channels, count, columns), (line, pixel, channel, 4 * line, 4 * pixel), 4 * first * line
            )
            points = (self.to_tiles @ tiles.reshape(36, -1)).view(36, self.in_channels, -1)
            products = torch.bmm(self.kernels, points).view(36, -1)
            outputs = (self.from_tiles @ products).view(4, 4, self.out_channels, count, columns)
            y[:, first : first + count] = outputs.permute(2, 3, 0, 4, 1)
        return (y.view(self.out_channels, 4 * rows, 4 * columns)[:, :height, :width] + self.bias)[None]

    def adjoint(self, grad: Tensor) -> Tensor:
        """See `Convolution`. Every step of the forward transform, transposed and in reverse order."""
        height, width = grad.shape[2:]
        rows, columns = -(-height // 4), -(-width // 4)
        padded = F.pad(grad, (0, 4 * columns - width, 0, 4 * rows - height))
        tiles = padded.view(self.out_channels, rows, 4, columns, 4)
        x = grad.new_zeros(self.in_channels, rows + 1, 4, columns + 1, 4)
        for first, count in self._bands(rows, columns):
            end = first + count
            band = tiles[:, first:end].permute(2, 4, 0, 1, 3).reshape(16, -1)
            products = (self.from_tiles.T @ band).view(36, self.out_channels, -1)
            points = torch.bmm(self.kernels.transpose(1, 2), products).view(36, -1)
            inputs = (self.to_tiles.T @ points).view(6, 6, self.in_channels, count, columns).permute(2, 3, 0, 4, 1)
            # Neighbouring tiles of 6 x 6 overlap by 2: the far rows and columns belong to the next tile as well.
            x[:, first:end, :, :columns] += inputs[:, :, :4, :, :4]
            x[:, first + 1 : end + 1, :2, :columns] += inputs[:, :, 4:, :, :4]
            x[:, first:end, :, 1:, :2] += inputs[:, :, :4, :, 4:]
            x[:, first + 1 : end + 1, :2, 1:, :2] += inputs[:, :, 4:, :, 4:]
        return x.view(1, self.in_channels, 4 * rows + 4, 4 * columns + 4)[:, :, 1 : height + 1, 1 : width + 1]

    def _bands(self, rows: int, columns: int) -> list[tuple[int, int]]:
        """(first, count) of the rows of tiles that are worked on together."""
        row_bytes = 36 * 4 * max(self.in_channels, self.out_channels) * columns
        count = max(1, round(_BAND_BYTES / row_bytes))
        return [(first, min(count, rows - first)) for first in range(0, rows, count)]


def _transforms(points: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """B^T, G and A^T of the one-dimensional F(4, 3), for inputs, kernel and outputs (Blahut 2010, section 5.2).

    Four outputs are coefficients of a product of polynomials, found from its values at five points and at infinity.
    """
    of_outputs = np.array([[point**power for point in points] + [float(power == 3)] for power in range(4)])
    of_inputs, of_kernel = np.zeros((6, 6)), np.zeros((6, 3))
    for row, point in enumerate(points):
        others = [other for other in points if other != point]
        of_inputs[row, :5] = np.poly(others)[::-1]
        of_kernel[row] = point ** np.arange(3) / np.prod(point - np.array(others))
    of_inputs[5] = np.poly(points)[::-1]
    of_kernel[5, 2] = 1
    return of_inputs, of_kernel, of_outputs


def _both_axes(matrix: NDArray[np.float64], like: Tensor) -> Tensor:
    return torch.from_numpy(np.kron(matrix, matrix)).to(like)


def fastest_convolution(weight: Tensor, bias: Tensor) -> Convolution:
    """Choose by what was measured: Winograd pays from 64 to 128 channels on, in float32 on a processor."""
    wide = weight.shape[0] * weight.shape[1] >= 64 * 128
    if wide and weight.device.type == "cpu" and weight.dtype == torch.float32:
        return WinogradConvolution(weight, bias)
    return DirectConvolution(weight, bias)


class _ConvolveReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, convolution: Convolution) -> Tensor:
        y = convolution(x).relu_()
        ctx.convolution = convolution
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (y,) = ctx.saved_tensors
        # The output alone tells where the ReLU let through, so nothing else need be kept.
        return ctx.convolution.adjoint(torch.ops.aten.threshold_backward(grads[0], y, 0)), None


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, convolution: Convolution) -> Tensor:
        ctx.convolution = convolution
        return convolution(x)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return ctx.convolution.adjoint(grads[0]), None


def convolve_relu(x: Tensor, convolution: Convolution) -> Tensor:
    """max(0, x * W + b), differentiable in x alone. (1, in, h, w) to (1, out, h, w)."""
    y: Tensor = _ConvolveReLU.apply(x, convolution)
    return y


def convolve(x: Tensor, convolution: Convolution) -> Tensor:
    """X * W + b, differentiable in x alone. (1, in, h, w) to (1, out, h, w)."""
    y: Tensor = _Convolve.apply(x, convolution)
    return y
