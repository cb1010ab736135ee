"""What a processor multiplies matrices with, and products of features that use its full width.

Torch leaves float32 to Intel's MKL, which uses half of the width of an AMD processor with AVX-512; oneDNN, which does
torch's convolutions, uses all of it. So it is asked there, for a linear layer or a convolution of one pixel by one
pixel, through which no gradient of autograd's goes back. Measured on a Zen 5 (two cores, GFLOP/s): MKL 190, oneDNN 500.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.grad import conv2d_weight


@cache
def full_width_is_onednn() -> bool:
    """Whether the processor is one whose full width only oneDNN uses, and torch lends it for products.

    A fact of the machine, never a matter of time: rounding differs, and the same command is to paint the same picture.
    """
    facts = _facts()
    lent = all(hasattr(torch.ops.mkldnn, name) for name in ("_linear_pointwise", "_convolution_pointwise_"))
    return lent and "AMD" in str(facts.get("cpu_name")) and bool(facts.get("avx512_f"))


@cache
def bfloat16_by_vectors() -> bool:
    """Whether bfloat16 is multiplied by vectors: by a matrix unit it is so fast that moving numbers costs more."""
    facts = _facts()
    return bool(facts.get("avx512_bf16")) and not facts.get("amx_bf16") and not facts.get("amx_tile")


def _facts() -> dict[str, object]:
    try:
        return dict(torch.cpu.get_capabilities())
    except (AttributeError, RuntimeError):  # an older torch
        return {}


class Products(NamedTuple):
    """What multiplies matrices.

    Attributes:
        one: (a, b) by (b, c) to (a, c).
        many: (n, a, b) by (n, b, c) to (n, a, c).
    """

    one: Callable[[Tensor, Tensor], Tensor]
    many: Callable[[Tensor, Tensor], Tensor]


def _onednn_product(first: Tensor, second: Tensor) -> Tensor:
    if not (second.is_contiguous() or second.T.is_contiguous()):
        second = second.contiguous()  # whatever lies otherwise takes a thousand times as long
    multiply = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - no public function of torch's leads there
    result: Tensor = multiply(first.contiguous(), second.T, None, "none", [], "")
    return result


def _onednn_products(first: Tensor, second: Tensor) -> Tensor:
    products = first.new_empty(*first.shape[:2], second.shape[2])
    for place, one, other in zip(products, first, second, strict=True):
        place.copy_(_onednn_product(one, other))  # at once, while it is in the cache
    return products


TORCH = Products(torch.mm, torch.bmm)
"""Of any numbers, anywhere."""
ONEDNN = Products(_onednn_product, _onednn_products)
"""In float32, where `full_width_is_onednn`."""


def _wants_onednn(factor: Tensor) -> bool:
    """Whether products of such a matrix take oneDNN to use the full width."""
    return factor.dtype == torch.float32 and factor.device.type == "cpu" and full_width_is_onednn()


def product(first: Tensor, second: Tensor) -> Tensor:
    """A B, (a, c), of (a, b) and (b, c)."""
    return (ONEDNN if _wants_onednn(first) else TORCH).one(first, second)


def summed_products(first: Tensor, second: Tensor) -> Tensor:
    """A^T B, (a, b), of two matrices of one row for each position, (n, a) and (n, b)."""
    if not len(first) or not _wants_onednn(first):
        return first.T @ second
    # How the weights (a, b, 1, 1) of a convolution of B count, if A is the gradient of what it gives.
    shape = (first.shape[1], second.shape[1], 1, 1)
    products: Tensor = conv2d_weight(_pixels(second), shape, _pixels(first))  # type: ignore[no-untyped-call]
    return products.view(shape[:2])


def add_linear(total: Tensor, rows: Tensor, weight: Tensor, bias: Tensor) -> None:
    """Add rows @ weight^T + bias, as of `torch.nn.functional.linear`, to `total`, in place.

    Args:
        total: (n, b), row by row in memory.
        rows: (n, a).
        weight: (b, a).
        bias: (b,).
    """
    if total.device.type != "cpu" or total.dtype == torch.float64 or not full_width_is_onednn():
        total.addmm_(rows, weight.T).add_(bias)
        return
    # Added before it is rounded, and without a second way through memory. It takes for granted how numbers lie there.
    add_convolved = torch.ops.mkldnn._convolution_pointwise_.binary
    none, once = [0, 0], [1, 1]
    images = _pixels(total), _pixels(rows.contiguous())
    kernels, bias = weight.contiguous()[:, :, None, None], bias.contiguous()
    add_convolved(*images, kernels, bias, none, once, once, 1, "add", 1.0, None, [], None)


def _pixels(rows: Tensor) -> Tensor:
    """Rows (n, c) as an image (1, c, n, 1), the channels of a pixel side by side."""
    return rows[None, :, None].permute(0, 3, 1, 2)
