"""Which positions of features count for a style tap: all but a margin, or the regions that a picture is painted in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from torch import Tensor

from styletransfer.engine.losses.guided_moments import GuidanceChannel, add_guided_gradient, guided_sums
from styletransfer.engine.losses.moments import add_sums_gradient, feature_sums


class Window(Protocol):
    """What counts for the sums of a style tap."""

    def sums(self, features: Tensor) -> list[Tensor]:
        """[sum m x x^T, sum m x] of features (1, c, h, w), for each region; (c, c + 1)."""

    def add_gradient(self, grad: Tensor, features: Tensor, grad_sums: Sequence[Tensor | None]) -> None:
        """Add to `grad`, (1, c, h, w), what comes back through those sums; None stands for zero."""

    def stripe(self, source: slice, keep: slice) -> "Window":
        """What counts in a stripe: of its rows `source` those in `keep`, which are counted in the stripe."""


class Rectangle(NamedTuple):
    """All positions in some rows and columns, alike."""

    rows: slice = slice(None)
    columns: slice = slice(None)

    def of(self, features: Tensor) -> Tensor:
        """The part of features (1, c, h, w)."""
        return features[:, :, self.rows, self.columns]

    def sums(self, features: Tensor) -> list[Tensor]:
        """See `Window`."""
        return [feature_sums(self.of(features))]

    def add_gradient(self, grad: Tensor, features: Tensor, grad_sums: Sequence[Tensor | None]) -> None:
        """See `Window`."""
        (terms,) = grad_sums
        if terms is not None:
            add_sums_gradient(self.of(grad), self.of(features), terms)

    def stripe(self, source: slice, keep: slice) -> "Rectangle":
        """See `Window`."""
        edges = self.rows.start, self.rows.stop
        first, end = (min(max(edge - source.start, keep.start), keep.stop) for edge in edges)
        return Rectangle(slice(first, end), self.columns)


EVERYWHERE = Rectangle()


@dataclass(frozen=True)
class Guided:
    """The positions of each region, weighted.

    Attributes:
        channels: Where the regions are.
        width: Of the features.
    """

    channels: Sequence[GuidanceChannel]
    width: int

    def sums(self, features: Tensor) -> list[Tensor]:
        """See `Window`."""
        return [guided_sums(features, channel) for channel in self.channels]

    def add_gradient(self, grad: Tensor, features: Tensor, grad_sums: Sequence[Tensor | None]) -> None:
        """See `Window`."""
        for channel, terms in zip(self.channels, grad_sums, strict=True):
            if terms is not None:
                add_guided_gradient(grad, features, channel, terms)

    def stripe(self, source: slice, keep: slice) -> "Guided":
        """See `Window`."""
        rows = slice(source.start + keep.start, source.start + keep.stop)
        return Guided([channel.stripe(rows, source.start, self.width) for channel in self.channels], self.width)
