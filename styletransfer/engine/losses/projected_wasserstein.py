"""The Wasserstein distance of two Gaussians in four projections: for several regions, each with roots of its own.

What takes time in `wasserstein` is the root of a matrix as large as the layer is wide. Here both clouds are projected
onto four subspaces, those of the painting's principal directions from the strongest to the faintest, and the squared
distances of the projections are added up: four roots of matrices of a quarter of the size take a seventh of the time.
The sum is 0 where the clouds agree, and at most the whole distance (what carries one cloud into the other carries the
projections as well). Measured in relu4_1 and relu5_1 of VGG-16, between photos and paintings: 6 to 15 % below the
whole; what it asks of the features differs from what the whole asks by a cosine of 0.92 to 0.97.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.losses.wasserstein import principal_variances, trace_of_root, usable_floor

WIDE = 256
"""Channels up to which a layer's whole root takes less time than projecting it."""
_PARTS = 4


@dataclass(frozen=True)
class ProjectedTarget:
    """A painting's features of one layer as a Gaussian, along its principal directions.

    Attributes:
        mean: (c,).
        directions: The principal directions, (c, c), as columns.
        roots: Square roots of the variances along them, the floor included, (c,).
        floor: What is added to each direction's variance.
    """

    mean: Tensor
    directions: Tensor
    roots: Tensor
    floor: Tensor

    @classmethod
    def of(cls, moments: Moments) -> "ProjectedTarget":
        """The Gaussian of a painting's moments."""
        values, vectors, floor = principal_variances(moments)
        like = moments.mean
        return cls(like, vectors.to(like), values.sqrt().to(like), floor.to(like))


def projected_loss(moments: Moments, target: ProjectedTarget) -> Tensor:
    """The sum of the projections' squared Wasserstein-2 distances, relative to the painting's variance.

    As `wasserstein_loss`, which it stands for. Scalar; differentiable in the moments.
    """
    apart = (moments.mean - target.mean).square().sum()
    covariance = moments.covariance
    floor = usable_floor(moments, target.floor)
    variance = covariance.diagonal().sum() + len(covariance) * floor
    painted = target.roots.square().sum()
    parts = zip(
        torch.chunk(target.directions, _PARTS, 1),
        torch.chunk(covariance @ target.directions, _PARTS, 1),
        torch.chunk(target.roots, _PARTS),
        strict=True,
    )
    shared = [trace_of_root(along.T @ onto, roots, floor) for along, onto, roots in parts]
    return (apart + variance + painted - 2 * torch.stack(shared).sum()) / painted
