"""Which numbers the network reckons with: float32, or bfloat16 where the machine is much faster with those.

A bfloat16 has the range of a float32, but only 8 of its 24 bits. Sums over positions are taken in float32, and so is
everything but the network. The losses of a picture come out within 1e-2 of the exact ones, most within 1e-3. Its
gradient is off by 7 % (by norm), as another one of four rounded features may be the largest; yet a painting comes down
as low in as many epochs. Measured at 300 x 450, the notebook's recipe on VGG-16.
"""

import time
from functools import lru_cache

import torch

from styletransfer.convolution import Convolution, fastest_convolution
from styletransfer.settings import Precision

GAIN = 2.0
"""How many times as fast as in float32 a convolution must be for bfloat16 to be chosen."""
_CHANNELS, _SIDE, _ROUNDS = 128, 32, 5
_TOO_LONG = 0.05
"""Seconds after which a machine that does bfloat16 by hand is not asked again."""


def network_dtype(device: torch.device, precision: Precision) -> torch.dtype:
    """What to reckon with on a device: float32 for "full"; for "auto", whatever pays there."""
    if precision == "full" or not _pays(device.type):
        return torch.float32
    return torch.bfloat16


@lru_cache
def _pays(kind: str) -> bool:
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return kind == "cpu" and _seconds(torch.bfloat16) * GAIN < _seconds(torch.float32)


def _seconds(dtype: torch.dtype) -> float:
    """Seconds of one convolution of the network's kind on the processor."""
    weight = torch.full((_CHANNELS, _CHANNELS, 3, 3), 0.01, dtype=dtype)
    convolution = fastest_convolution(weight, weight.new_zeros(_CHANNELS))
    x = torch.full((1, _CHANNELS, _SIDE, _SIDE), 0.1, dtype=dtype).contiguous(memory_format=torch.channels_last)
    first = _timed(convolution, x)
    return first if first > _TOO_LONG else min(_timed(convolution, x) for _ in range(_ROUNDS))


def _timed(convolution: Convolution, x: torch.Tensor) -> float:
    begin = time.perf_counter()
    convolution(x)
    return time.perf_counter() - begin
