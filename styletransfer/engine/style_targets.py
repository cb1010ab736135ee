"""The paintings as the network looks at them: in whose colours, how large, in which parts, and how much each counts.

Knows nothing of the network but that it gives moments, which are means over a picture's positions.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from PIL import Image

from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.tensors import squeezed
from styletransfer.imaging.color import match_palette
from styletransfer.imaging.images import scaled_shape, split_alpha
from styletransfer.settings import SMALLEST_SIDE, SMALLEST_SIZE, Settings


class StyleTargets:
    """One to four paintings that a photo is to be painted like.

    Args:
        images: RGB or RGBA, each of any shape.
        photo: RGB or RGBA, for the palette.
        settings: Give the palette, the shares and the stroke size.

    Raises:
        StyleTransferError: There are too many, or another number than shares.
    """

    def __init__(self, images: Sequence[Image.Image], photo: Image.Image, settings: Settings) -> None:
        self._shares = settings.shares(len(images))
        self._settings = settings
        if settings.palette == "photo":
            images = [match_palette(image, photo) for image in images]
        self._images = [split_alpha(image)[0] for image in images]
        if settings.shape and settings.stroke_size == 1:
            self._images = [squeezed(image, settings.shape) for image in self._images]

    def moments(self, look: Callable[[Image.Image], Sequence[Moments]], shape: tuple[int, int]) -> list[Moments]:
        """What the picture's moments are to become, for each layer: the paintings' own, in their shares.

        Args:
            look: Gives the moments of a picture.
            shape: (height, width) of the picture that is painted.
        """
        return self._blend(zip(self._images, self._shares, strict=True), look, shape)

    def each(self, look: Callable[[Image.Image], Sequence[Moments]], shape: tuple[int, int]) -> list[list[Moments]]:
        """The moments of each painting, for each layer; one that stands twice is looked at once. Else as `moments`."""
        seen: list[list[Moments]] = []
        for number, image in enumerate(self._images):
            before = self._images.index(image)  # of equal pixels
            seen.append(seen[before] if before < number else self._blend([(image, 1.0)], look, shape))
        return seen

    def _blend(
        self,
        images: Iterable[tuple[Image.Image, float]],
        look: Callable[[Image.Image], Sequence[Moments]],
        shape: tuple[int, int],
    ) -> list[Moments]:
        """The moments of paintings in their shares, for each layer."""
        blend: list[Moments] = []
        for image, share in images:
            if share == 0:
                continue
            for part, area in self._parts(image, shape):
                part_of = share * area
                seen = [Moments(part_of * mean, part_of * second) for mean, second in look(part)]
                blend = [_sum(one, other) for one, other in zip(blend, seen, strict=True)] if blend else seen
        return blend

    def _parts(self, image: Image.Image, shape: tuple[int, int]) -> Iterator[tuple[Image.Image, float]]:
        """The painting at the size at which it is looked at, in parts, each with its share of the whole area.

        Broad strokes need more of the painting's pixels than the picture has. So that they need no more memory than
        the picture does, no part is longer than it; and then as much of a part lies at a border as of the picture.
        """
        height, width = self._size(image, shape)
        longest = max(shape) if self._settings.stroke_size > 1 else max(height, width)
        rows, columns = math.ceil(height / longest), math.ceil(width / longest)
        for top, bottom in _spans(height, rows):
            for left, right in _spans(width, columns):
                across, down = image.width / width, image.height / height
                box = (left * across, top * down, right * across, bottom * down)
                size = (right - left, bottom - top)
                part = image.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=3.0)
                yield part, (right - left) * (bottom - top) / (height * width)

    def _size(self, image: Image.Image, shape: tuple[int, int]) -> tuple[int, int]:
        """(height, width) at which a painting is looked at beside a picture of that shape."""
        stroke = self._settings.stroke_size
        if self._settings.shape:
            return max(SMALLEST_SIDE, round(stroke * shape[0])), max(SMALLEST_SIDE, round(stroke * shape[1]))
        narrowest = math.ceil(SMALLEST_SIDE * max(image.size) / min(image.size))
        return scaled_shape(*image.size, max(round(stroke * max(shape)), narrowest, SMALLEST_SIZE))


def _sum(one: Moments, other: Moments) -> Moments:
    return Moments(one.mean + other.mean, one.second + other.second)


def _spans(length: int, parts: int) -> list[tuple[int, int]]:
    ends = [round(length * part / parts) for part in range(parts + 1)]
    return list(pairwise(ends))
