"""Which numbers the network reckons with: float32, or bfloat16 where the machine multiplies those by itself.

A bfloat16 has the range of a float32, but only 8 of its 24 bits. Sums over positions are taken in float32, and so is
everything but the network. The losses of a picture come out within 1e-2 of the exact ones, most within 3e-3. Its
gradient is off by 7 to 14 % (by norm), as another one of four rounded features may be the largest, and by 9 to 15 %
where wide layers are worked on in tiles (`fast.winograd`); yet a painting comes down as low in as many epochs. Measured
at 225 x 338, the notebook's recipe and the default one on VGG-16, three and four pairs of pictures.

The choice is made from what the machine is, never from how fast it happens to be: a clock tells another tale on a busy
machine, and the same command would paint another picture.
"""

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Precision

P = ParamSpec("P")
T = TypeVar("T")


def network_dtype(device: torch.device, precision: Precision, begun: Precision = "auto") -> torch.dtype:
    """What to reckon with on a device: float32 for "full", bfloat16 for "half", and for "auto" what is fast there.

    Args:
        device: The device.
        precision: What is asked for.
        begun: What the painting was begun with, if it is gone on with: that is what "auto" stands for then.

    Raises:
        StyleTransferError: It is "half", and the device cannot do it.
    """
    precision = begun if precision == "auto" else precision
    if precision == "half" and not _can_bfloat16(device.type):
        raise StyleTransferError(
            "The {device} device of this machine cannot reckon in half precision; choose another device, or paint "
            "anew in full precision.",
            device=device.type,
        )
    if precision == "half" or (precision == "auto" and _has_bfloat16(device.type)):
        return torch.bfloat16
    return torch.float32


def settled_precision(device: torch.device, precision: Precision) -> Precision:
    """What `network_dtype` says, as the precision to ask for, so that the choice is no other one elsewhere or later."""
    return "half" if network_dtype(device, precision) == torch.bfloat16 else "full"


def _can_bfloat16(kind: str) -> bool:
    """Whether a kind of device can reckon in bfloat16 at all, however slowly."""
    return kind == "cpu" or (kind == "cuda" and bool(torch.cuda.is_bf16_supported()))


def _has_bfloat16(kind: str) -> bool:
    """Whether a kind of device multiplies bfloat16 by itself."""
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return kind == "cpu" and _processor_has_bfloat16()


def _processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 by itself, and torch's convolutions make use of it.

    What tells so is no public part of torch: where it is missing, the answer is no.
    """
    try:
        usable = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001
    except (AttributeError, RuntimeError):
        return False
    if platform.machine().lower() in ("arm64", "aarch64"):
        return usable
    # On an x86 processor AVX-512 is enough for a yes, where bfloat16 may still be done by hand.
    asked = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return usable and any(bool(ask()) for ask in asked if ask is not None)


def in_true_float32(paint: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """Let a generator reckon in float32 where it says so, as graphics cards round that to 10 bits unless told not to.

    The rounding is a switch of the whole process, so it is put back whenever the generator hands something out: what
    others reckon meanwhile, and a second painting that takes turns with this one, find it as they have left it.
    """

    @wraps(paint)
    def painted(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        steps = paint(*args, **kwargs)
        del args, kwargs  # it lets go of some of them on the way
        while True:
            with _true_float32():
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step
            del step  # else it would be held while the next one is made

    return painted


@contextmanager
def _true_float32() -> Iterator[None]:
    convolutions, products = torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = convolutions
        torch.set_float32_matmul_precision(products)
