"""How far a layer's features are from the painting's, as clouds of points: the Wasserstein distance of two Gaussians.

A Gram matrix is compared entry by entry, so a few strong channels drown all others. Here the features of a layer, one
point for each position, are taken for a Gaussian cloud, and the loss is the least work that carries one cloud into the
other (Mroueh 2019, "Wasserstein Style Transfer"; the formula is Olkin and Pukelsheim's, 1982). Weak directions count by
how far they are to be carried, and none can be neglected for another.
"""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.losses.polar_factor import polar_factor

SCALE = 1e-2
"""Factor on the loss with which the weights that suit the Gram loss suit this one as well."""
SHALLOW_FIRST = (16.0, 8.0, 5.0, 0.65, 0.13)
"""How much a layer of each block counts, before all are divided by their sum. What shallow layers ask for, palette and
touch, is soon reached and then costs little; deep ones would otherwise bend the photo's shapes to win their last
percent."""
_FLOOR = 4e-3
"""Variance that is added in every direction, as a share of the painting's mean variance: where a painting has none, the
distance's slope would be infinite."""
_SMALLEST_ROOT = 1e-4
"""Roots below this share of the largest are rounding and are left out of the gradient."""
_ROUNDING = 1e-6
"""By so much of the sum of a picture's second moments at most the variance in a direction is off in float32. A floor
that is lower is no floor."""


@dataclass(frozen=True)
class GaussianTarget:
    """A painting's features of one layer as a Gaussian, ready to be compared with.

    Attributes:
        mean: (c,).
        variance: Trace of the covariance, the floor included.
        root: The covariance's symmetric square root, (c, c).
        floor: What is added to each direction's variance.
    """

    mean: Tensor
    variance: Tensor
    root: Tensor
    floor: Tensor

    @classmethod
    def of(cls, moments: Moments) -> "GaussianTarget":
        """The Gaussian of a painting's moments."""
        values, vectors, floor = principal_variances(moments)
        root = (vectors * values.sqrt()) @ vectors.T
        like = moments.mean
        return cls(like, values.sum().to(like), root.to(like), floor.to(like))


def principal_variances(moments: Moments) -> tuple[Tensor, Tensor, Tensor]:
    """A painting's variances along its principal directions, ascending, with the floor in them; these; the floor.

    The directions are columns. In float64, on a device where eigenvalues can be found.
    """
    covariance = _on_a_solver(moments.covariance).double()
    floor = _FLOOR * covariance.trace() / len(covariance) + torch.finfo(torch.float32).tiny
    values, vectors = _eigh(covariance)
    return values.clamp_min(0) + floor, vectors, floor


def wasserstein_loss(moments: Moments, target: GaussianTarget) -> Tensor:
    """Squared Wasserstein-2 distance of the Gaussians N(m, C) and N(n, A), relative to the variance of the latter.

    (|m - n|^2 + tr(C + A - 2 (A^1/2 C A^1/2)^1/2)) / tr A: 0 where they agree, 1 where C and m - n are nothing. Not
    finite where the moments are not.

    Returns:
        Scalar; differentiable in the moments.
    """
    apart = (moments.mean - target.mean).square().sum()
    covariance = moments.covariance
    floor = usable_floor(moments, target.floor)
    # Not `trace`: a graphics card would be waited for on its way back.
    variance = covariance.diagonal().sum() + len(covariance) * floor
    shared = trace_of_root(covariance, target.root, floor)
    return (apart + variance + target.variance - 2 * shared) / target.variance


def trace_of_root(covariance: Tensor, root: Tensor, floor: Tensor) -> Tensor:
    """tr((R (C + f I) R)^1/2); scalar, differentiable in C.

    Args:
        covariance: C, (c, c), symmetric.
        root: R, (c, c), symmetric, or (c,), the diagonal of one that has nothing else.
        floor: f, scalar.
    """
    return cast("Tensor", _TraceOfRoot.apply(covariance, root, floor))


class _TraceOfRoot(torch.autograd.Function):
    """`trace_of_root`; its gradient in C is R (R (C + f I) R)^-1/2 R / 2."""

    @staticmethod
    def forward(ctx: Any, covariance: Tensor, root: Tensor, floor: Tensor) -> Tensor:
        find = _from_factor if _by_factors(covariance) else _from_eigenvalues
        shared, slope = find(covariance, root, floor)
        ctx.save_for_backward(slope)
        return shared

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (slope,) = ctx.saved_tensors
        return grads[0] * slope, None, None


def usable_floor(moments: Moments, floor: Tensor) -> Tensor:
    """A painting's floor, or what a picture's moments need where roots are found by factors."""
    if not _by_factors(moments.second):
        return floor
    return torch.maximum(floor, _ROUNDING * moments.second.diagonal().sum().detach())


def _by_factors(covariance: Tensor) -> bool:
    """Whether its device has to be waited for where eigenvalues are found, and is fast at products."""
    return covariance.device.type == "cuda"


def _from_eigenvalues(covariance: Tensor, root: Tensor, floor: Tensor) -> tuple[Tensor, Tensor]:
    """The trace, and its gradient in C; both not finite where C is not."""
    if root.ndim == 1:
        product = root[:, None] * covariance * root + (floor * root.square()).diag()
    else:
        product = root @ covariance @ root + floor * (root @ root)
    product = (product + product.T) / 2
    try:
        values, vectors = _eigh(_on_a_solver(product))
    except RuntimeError:  # LinAlgError: what is not finite has no roots
        return covariance.new_tensor(torch.nan), torch.full_like(covariance, torch.nan)
    roots = values.clamp_min(0).sqrt()
    inverse = torch.where(roots > _SMALLEST_ROOT * roots.max(), 1 / roots, 0)
    half = _times(root, (vectors * inverse.sqrt()).to(root))
    return roots.sum().to(root), half @ half.T / 2


def _from_factor(covariance: Tensor, root: Tensor, floor: Tensor) -> tuple[Tensor, Tensor]:
    """The same by factors of C, which in float32 rounds less.

    With C + f I = L L^T, and R L = U P with U orthogonal, the trace is that of P, and its gradient R U L^-1 / 2.
    """
    within = (covariance + covariance.T) / 2 + floor * torch.eye(len(root), device=root.device)
    lower, failed = torch.linalg.cholesky_ex(within.double())
    lower = torch.where(failed > 0, torch.nan, lower).to(root)
    matrix = _times(root, lower)
    polar = polar_factor(matrix)
    slope = torch.linalg.solve_triangular(lower, _times(root, polar), upper=False, left=False)
    return (polar * matrix).sum(), (slope + slope.T) / 4


def _times(root: Tensor, matrix: Tensor) -> Tensor:
    """The product of a root, or of a diagonal one's diagonal, and a matrix."""
    return root[:, None] * matrix if root.ndim == 1 else root @ matrix


def _eigh(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of a symmetric matrix; on a processor, found by one thread.

    Several wait for each other at every column, where threads that wait briefly (`machine.threads`) have to be woken:
    with two, 256 x 256 take 21 ms instead of 2.3, and 512 x 512 take 61 ms instead of 15 (Zen 5, beside other work).
    """
    threads = torch.get_num_threads()
    if matrix.device.type == "cpu":
        torch.set_num_threads(1)
    try:
        values, vectors = torch.linalg.eigh(matrix)
    finally:
        torch.set_num_threads(threads)
    return values, vectors


def _on_a_solver(matrix: Tensor) -> Tensor:
    """The matrix where its eigenvalues can be found: not on Apple's graphics processors."""
    return matrix.cpu() if matrix.device.type == "mps" else matrix
