"""The real engines on a network of random weights and few channels, so that a step takes milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.settings import Settings, Weighting

if TYPE_CHECKING:
    from styletransfer.engine.vgg.weights import Weights
    from styletransfer.video.progress import Progress
    from styletransfer.video.request import FilmRequest

Steer = Callable[[], Weighting]

WIDTHS = (4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 8, 8, 8)
"""Channels of VGG-16's thirteen convolutions here."""


def stylize(
    content: Image.Image,
    style: Sequence[Image.Image],
    settings: Settings,
    *,
    steer: Callable[[], Weighting],
    **more: Any,
) -> Iterator[Frame]:
    """Paint as the real engine does."""
    from styletransfer.engine.stylize import stylize as real

    yield from real(content, style, settings, weights=weights(), steer=steer, **more)


def paint_film(request: FilmRequest, *, part: Path | None = None) -> Iterator[Progress]:
    """Paint a film as the real engine does."""
    from styletransfer.video import job

    job.load_weights = lambda *_: weights()
    yield from job.paint_film(request, part=part)


@cache
def weights() -> Weights:
    """Those of the network."""
    import torch  # only here, so that the tests' own process can do without

    from styletransfer.engine.vgg.weights import Weights

    generator = torch.Generator().manual_seed(0)
    convolutions = tuple(
        (torch.randn(after, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5, torch.zeros(after))
        for before, after in zip((3, *WIDTHS), WIDTHS, strict=False)
    )
    return Weights("vgg16", convolutions, torch.ones(len(WIDTHS)), "random numbers for tests")
