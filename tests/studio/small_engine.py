"""The real engine on a network of random weights and few channels, so that a step takes milliseconds."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.settings import Settings, Weighting

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
    import torch  # only here, so that the tests' own process can do without

    from styletransfer.engine.stylize import stylize as real
    from styletransfer.engine.vgg.weights import Weights

    generator = torch.Generator().manual_seed(0)
    convolutions = tuple(
        (torch.randn(after, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5, torch.zeros(after))
        for before, after in zip((3, *WIDTHS), WIDTHS, strict=False)
    )
    weights = Weights("vgg16", convolutions, torch.ones(len(WIDTHS)), "random numbers for tests")
    yield from real(content, style, settings, weights=weights, steer=steer, **more)
