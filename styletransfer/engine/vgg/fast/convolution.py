"""The network's one expensive operation: a frozen 3 x 3 convolution, and carrying a gradient back through it.

What sets it apart from `torch.nn.Conv2d`: the weights never change, so only the gradient of the input is ever computed;
and where that pays it is done in tiles, see `winograd`.
"""

import math
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from styletransfer.engine.matrix_products import ONEDNN, TORCH, bfloat16_by_vectors, full_width_is_onednn, product
from styletransfer.engine.vgg.fast.winograd import WinogradConvolution

_THIN = 4
"""Up to so many input channels, a window of 9 pixels has fewer numbers than an output has channels."""

_PAYS_WITH_MKL, _PAYS_WITH_ONEDNN, _PAYS_IN_BFLOAT16 = 64, 256, 128
"""Channels on both sides from which on Winograd's algorithm is faster than a convolution of the library's, by what
multiplies the matrices, and where bfloat16 is multiplied by vectors. Measured on a Xeon and on a Zen 5; see
benchmarks/README.md."""
_ROUNDS_WELL, _ROUNDS_WELL_IF_WIDE = 512, 256
"""Channels from which on features in bfloat16 may be found so: of any picture, and of one that is not small."""
_WIDE = 64
"""Columns of features from which on a picture is not small, 256 pixels of its own where there are 256 channels: losses
are within 0.4 % there, and up to 1.5 % off at 96 pixels. In stripes of a picture they are as many as in the whole."""


class Convolution(Protocol):
    """A frozen 3 x 3 convolution with stride 1 and zero padding 1; no autograd inside."""

    def __call__(self, x: Tensor, rows: slice | None = None) -> Tensor:
        """Convolve (1, in, h, w) to (1, out, h, w) and add the bias.

        Args:
            x: What to convolve.
            rows: The rows of the output that are wanted, all if None; they may border on rows of `x` beyond them.
        """

    def backward(self, grad: Tensor, rows: slice | None = None, out: Tensor | None = None) -> Tensor:
        """Carry a gradient of the output, (1, out, h, w), back to the input, (1, in, h, w).

        Args:
            grad: The gradient.
            rows: The rows that are wanted, all if None.
            out: Where to put them, the channels of a pixel side by side; a new tensor if None.
        """


class DirectConvolution:
    """The library's own convolution: for float64, and where Winograd's does not pay."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight, self.bias = weight.contiguous(memory_format=torch.channels_last), bias

    def __call__(self, x: Tensor, rows: slice | None = None) -> Tensor:
        """See `Convolution`."""
        near, wanted = _near(rows, x.shape[2])
        return F.conv2d(x[:, :, near], self.weight, self.bias, padding=1)[:, :, wanted]

    def backward(self, grad: Tensor, rows: slice | None = None, out: Tensor | None = None) -> Tensor:
        """See `Convolution`."""
        near, wanted = _near(rows, grad.shape[2])
        y = self._transposed(grad[:, :, near])[:, :, wanted]
        return y if out is None else out.copy_(y)

    def _transposed(self, grad: Tensor) -> Tensor:
        return F.conv_transpose2d(grad, self.weight, padding=1)


def _near(rows: slice | None, height: int) -> tuple[slice, slice]:
    """What is needed of `height` rows for some of the output's, all if None, and where these are in what comes out."""
    first, end, _ = (rows or slice(None)).indices(height)
    near = slice(max(first - 1, 0), min(end + 1, height))
    return near, slice(first - near.start, end - near.start)


class CardConvolution(DirectConvolution):
    """The library's own on a graphics card: the way back is a convolution as well, by kernels turned by 180 degrees.

    For that cuDNN has fast kernels in every precision. What it takes in float32 to carry a gradient back by itself,
    Fourier transforms, takes three times as long.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__(weight, bias)
        self._turned = weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last)

    def _transposed(self, grad: Tensor) -> Tensor:
        return F.conv2d(grad, self._turned, padding=1)


class ThinConvolution(DirectConvolution):
    """For very few input channels, such as a picture's three: a gradient goes back by one matrix product.

    It gives what each output's gradient means to each number of its 3 x 3 window, and the windows are added up.
    """

    def _transposed(self, grad: Tensor) -> Tensor:
        height, width = grad.shape[2:]
        outputs, inputs = self.weight.shape[:2]
        by_place = self.weight.permute(2, 3, 1, 0).reshape(-1, outputs)
        windows = product(by_place, grad[0].permute(1, 2, 0).reshape(-1, outputs).T).view(3, 3, inputs, height, width)
        y = grad.new_zeros(1, inputs, height + 2, width + 2)
        for down in range(3):
            for right in range(3):
                y[0, :, down : down + height, right : right + width] += windows[down, right]
        return y[:, :, 1:-1, 1:-1]


class GradientInTiles(DirectConvolution):
    """The library's own, but for carrying a gradient back: that by Winograd's algorithm.

    In bfloat16 it rounds seven times as much, which is little beside what a gradient there is off by as it is.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__(weight, bias)
        self._tiles = WinogradConvolution(weight, bias)

    def backward(self, grad: Tensor, rows: slice | None = None, out: Tensor | None = None) -> Tensor:
        """See `Convolution`."""
        return self._tiles.backward(grad, rows, out)


class TilesWhereWide(GradientInTiles):
    """Winograd's algorithm both ways, but the library's own for features of a small picture.

    What is rounded evens out over the positions, if there are enough.
    """

    def __call__(self, x: Tensor, rows: slice | None = None) -> Tensor:
        """See `Convolution`."""
        return self._tiles(x, rows) if x.shape[3] >= _WIDE else super().__call__(x, rows)


def fastest_convolution(weight: Tensor, bias: Tensor, scratch: Tensor | None = None) -> Convolution:
    """Choose by what was measured: on processors Winograd's algorithm pays from some width on.

    See `WinogradConvolution` for `scratch`.
    """
    if weight.device.type != "cpu":
        return CardConvolution(weight, bias)
    width = math.sqrt(weight.shape[0] * weight.shape[1])
    by_vectors = weight.dtype == torch.bfloat16 and bfloat16_by_vectors()
    if weight.shape[1] <= _THIN and (weight.dtype != torch.bfloat16 or by_vectors):
        return ThinConvolution(weight, bias)
    if by_vectors and width >= _PAYS_IN_BFLOAT16:
        if width >= _ROUNDS_WELL:
            return WinogradConvolution(weight, bias)
        return (TilesWhereWide if width >= _ROUNDS_WELL_IF_WIDE else GradientInTiles)(weight, bias)
    onednn = full_width_is_onednn()
    if weight.dtype == torch.float32 and width >= (_PAYS_WITH_ONEDNN if onednn else _PAYS_WITH_MKL):
        return WinogradConvolution(weight, bias, scratch, ONEDNN if onednn else TORCH)
    return DirectConvolution(weight, bias)
