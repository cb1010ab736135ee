"""The orthogonal part of a matrix by matrix products alone, which graphics cards are fast at.

Finding singular values or eigenvalues takes ten times as long there as all the rest of a step, and has to be waited
for.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

_LEAST = 1e-5
"""Singular values from this share of the largest on are found to be such. Of those that a style loss asks for the
least is 2.5e-5 of it."""


def polar_factor(matrix: Tensor) -> Tensor:
    """U of A = U P, with U orthogonal and P symmetric, not negative; of a square matrix A, (c, c).

    Newton and Schulz's iteration (Higham 2008, "Functions of Matrices", eq. 8.20), each of whose steps is scaled so
    that the least singular value grows as fast as it can (Chen and Chow 2014, "A Stable Scaling of Newton-Schulz for
    Improving the Sign Function Computation of a Hermitian Matrix"). It knows no bad start: what is smaller than it can
    make 1 stays between 0 and 1.
    """
    size = torch.linalg.matrix_norm(matrix).clamp_min(torch.finfo(matrix.dtype).tiny)
    factor: Tensor = matrix / size
    thrice = 3 * torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
    for scale in _scales(_LEAST):
        factor = (scale / 2) * (factor @ (thrice - scale**2 * (factor.T @ factor)))
    return factor


def _scales(least: float) -> Iterator[float]:
    """Chen and Chow's factor for each step, until all values from `least` to 1 have become 1."""
    while least < 1 - 1e-6:
        scale = math.sqrt(3 / (1 + least + least**2))
        yield scale
        least = scale * least * (3 - (scale * least) ** 2) / 2
    yield 1.0
