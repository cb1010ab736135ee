"""Which library multiplies float32 matrices at a processor's full width.

Torch leaves that to Intel's MKL, which uses half of the width of an AMD processor with AVX-512; oneDNN, which does
torch's convolutions, uses all of it. Measured on a Zen 5 (two cores, GFLOP/s of 36 products of 150 x 512 by 512 x 512):
MKL 190, oneDNN 350; a plain convolution there runs at 520, so that Winograd's needs wide layers to pay.
"""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

Products = Callable[[Tensor, Tensor], Tensor]
"""(n, a, b) by (n, b, c) to (n, a, c)."""


def mkl_products(first: Tensor, second: Tensor) -> Tensor:
    """(n, a, b) by (n, b, c) to (n, a, c)."""
    return torch.bmm(first, second)


def onednn_products(first: Tensor, second: Tensor) -> Tensor:
    """The same in float32, where `full_width_is_onednn`."""
    multiply = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - no public function of torch's leads there
    return torch.stack([multiply(one, other.T, None, "none", [], "") for one, other in zip(first, second, strict=True)])


@cache
def full_width_is_onednn() -> bool:
    """Whether the processor is one whose full width only oneDNN uses, and torch lends it for products.

    A fact of the machine, never a matter of time: rounding differs, and the same command is to paint the same picture.
    """
    try:
        facts = torch.cpu.get_capabilities()
    except (AttributeError, RuntimeError):  # an older torch
        return False
    lent = hasattr(torch.ops.mkldnn, "_linear_pointwise")
    return lent and "AMD" in str(facts.get("cpu_name")) and bool(facts.get("avx512_f"))
