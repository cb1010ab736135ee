"""Regions of the photo as the page has them, and the masks that the engine is given for them. No Streamlit.

A region is a part of the photo, with what becomes of it: painted after one of the chosen paintings with a strength of
its own, or left as it is. What no region covers follows the first painting. The engine knows paintings and masks only:
regions of the same painting and strength are one to it, and a painting with two strengths stands there twice.
"""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.settings import MOST_PAINTINGS
from styletransfer.texts import Text

SMALL_COPY = 1024
"""Long side in pixels of the copy of the photo that is painted on; masks have its size."""
MOST_REGIONS = 8
LONGEST_NAME = 40
LARGEST_FEATHER = 4.0
"""Percent of the long side."""
FEATHER = 0.4
"""Where it stands at first."""
COLORS = ("#e0475b", "#2f8fd6", "#e3a008", "#3fa66a", "#9a5bd1", "#e2711d", "#12a5a0", "#c2478f")
"""In which regions are shown, in their order."""

URL = "data:image/png;base64,"
"""How a mask's `data:` URL begins."""
NOTHING = 8
"""Level up to which a mask is as good as black everywhere."""
_SMALLEST = 0.0005
"""Share of the photo that can be painted: eight pixels of the smallest picture, see `imaging.masks`."""
_TOO_MANY = Text(
    "The regions are painted in {count} ways, each with a painting and a strength of its own; {most} are possible. "
    "Give some of them the same, or leave them as they are."
)
_TOO_SMALL = Text("{region} is too small to be painted: make it larger, or remove it.")
_ALL_KEPT = Text("All of the photo is to stay as it is, so that nothing is left to paint: take something out.")


@dataclass(frozen=True)
class Region:
    """A part of the photo and what becomes of it.

    Attributes:
        name: As the user calls it.
        color: In which it is shown, #rrggbb.
        painting: The place of the painting that it follows, or None where the photo stays as it is.
        weight: How strong the style is in it, 0 to 4; 1 as everywhere.
        mask: A PNG (mode L), white where it is; None as long as nothing is.
    """

    name: str
    color: str
    painting: str | None
    weight: float = 1.0
    mask: bytes | None = None


@dataclass(frozen=True)
class Regions:
    """All regions of a photo.

    Attributes:
        size: (height, width) of the masks in pixels.
        feather: Standard deviation of the blur of their edges, in percent of the long side, 0 to 4.
        regions: They themselves, at most `MOST_REGIONS`.
    """

    size: tuple[int, int]
    feather: float = FEATHER
    regions: tuple[Region, ...] = ()

    @property
    def painted(self) -> tuple[Region, ...]:
        """Those in which something is."""
        return tuple(region for region in self.regions if region.mask is not None)

    def fit(self, photo: tuple[int, int]) -> bool:
        """Whether a photo of that (height, width) has the shape that they were painted on, to a pixel of the masks."""
        (height, width), (photo_height, photo_width) = self.size, photo
        scale = max(self.size) / max(photo)
        return abs(photo_height * scale - height) <= 1 and abs(photo_width * scale - width) <= 1


@dataclass(frozen=True)
class Masks:
    """What the engine is given for regions.

    Attributes:
        paintings: The places of the paintings in their order, which may stand there more than once.
        masks: For each of them a PNG (mode L), white where it applies; none where all apply everywhere.
        keep: A PNG, white where the photo stays as it is, or None.
        weights: How strong the style is in each mask; None without masks.
    """

    paintings: tuple[str, ...]
    masks: tuple[bytes, ...] = ()
    keep: bytes | None = None
    weights: tuple[float, ...] | None = None


@lru_cache(maxsize=4)
def masks_of(regions: Regions, places: tuple[str, ...]) -> Masks:
    """What the engine is given for regions.

    Args:
        regions: They.
        places: The places of all paintings that are chosen, the first one first. A region whose painting is not among
            them follows the first one.

    Raises:
        StyleTransferError: There are more than four masks, or nothing is left to paint.
    """
    kept, parts = _parts(regions, places)
    keep, levels = _levels(kept), {part: _levels(mask) for part, mask in parts.items()}
    rest = 255 - np.minimum(255, np.sum([keep, *levels.values()], axis=0, dtype=np.int32))
    stays = png(keep) if keep.max() > NOTHING else None
    if not levels:
        if _tiny(rest):
            raise StyleTransferError(_ALL_KEPT)
        return Masks(places, keep=stays)
    first = _levels(rest.astype(np.float32) + levels.pop((places[0], 1.0), 0))
    ways = {**({} if _tiny(first) else {(places[0], 1.0): first}), **levels}
    for (place, weight), mask in ways.items():
        if _tiny(mask):
            small = next(each for each in regions.painted if (place_of(each, places), each.weight) == (place, weight))
            raise StyleTransferError(_TOO_SMALL, region=small.name)
    if len(ways) > MOST_PAINTINGS:
        raise StyleTransferError(_TOO_MANY, count=len(ways), most=MOST_PAINTINGS)
    paintings, weights = tuple(place for place, _ in ways), tuple(weight for _, weight in ways)
    if weights == (1.0,):
        return Masks(paintings, keep=stays)
    # What is kept is nobody's to the engine: there, the parts are shares of what is left.
    left = np.maximum(255 - keep.astype(np.float32), 1)
    shares = (_levels(255 * mask.astype(np.float32) / left) for mask in ways.values())
    return Masks(paintings, tuple(map(png, shares)), stays, weights)


def place_of(region: Region, places: tuple[str, ...]) -> str | None:
    """The place of the painting that a region follows; the first one's where its own was taken out."""
    return region.painting if region.painting is None or region.painting in places else places[0]


def regions_from(
    paintings: Sequence[str],
    masks: Sequence[Image.Image],
    keep: Image.Image | None,
    weights: Sequence[float] | None,
    *,
    name: Callable[[int], str],
) -> Regions:
    """Regions for what a run was given; `masks_of` gives almost the same masks again, no larger than the small copy.

    Args:
        paintings: For each mask the place of its painting.
        masks: White where each painting applies, mode L, all of the photo's shape.
        keep: White where the photo stays, likewise.
        weights: How strong the style is in each; None for 1 in all.
        name: What to call each region, by its number from 1 on.
    """
    size = small_size((keep or masks[0]).size)
    given: list[tuple[str | None, float, Image.Image]] = [] if keep is None else [(None, 1.0, keep)]
    for number, place in enumerate(paintings[: len(masks)]):
        weight = weights[number] if weights else 1.0
        if number or weight != 1.0:  # else it is what no region covers
            given.append((place, weight, masks[number]))
    regions: list[Region] = []
    for (painting, weight, mask), color in zip(given, COLORS, strict=False):
        levels = np.asarray(_resized(mask, size))
        if keep is not None and painting is not None:
            levels = _levels(levels * (1 - np.asarray(_resized(keep, size), dtype=np.float32) / 255))
        if levels.max() > NOTHING:
            regions.append(Region(name(len(regions) + 1), color, painting, weight, png(levels)))
    return Regions(size, 0.0, tuple(regions))


def stretched(regions: Regions, size: tuple[int, int]) -> Regions:
    """Regions brought to a small copy of another (height, width), whatever its shape."""
    pixels = {region: _pixels(region.mask, regions.size) for region in regions.regions if region.mask is not None}
    wide = {
        region: png(_levels(np.asarray(cv2.resize(mask, size[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)))
        for region, mask in pixels.items()
    }
    return replace(
        regions,
        size=size,
        regions=tuple(replace(region, mask=wide.get(region)) for region in regions.regions),
    )


def small_size(size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of a small copy of a picture of that (width, height)."""
    scale = min(1.0, SMALL_COPY / max(size))
    return max(1, round(size[1] * scale)), max(1, round(size[0] * scale))


def png(mask: npt.NDArray[np.uint8]) -> bytes:
    """A mask as a PNG (mode L)."""
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def data_url(mask: bytes) -> str:
    """A mask as a `data:` URL."""
    return URL + base64.b64encode(mask).decode("ascii")


def _parts(
    regions: Regions, places: tuple[str, ...]
) -> tuple[npt.NDArray[np.float32], dict[tuple[str, float], npt.NDArray[np.float32]]]:
    """What stays, and what is painted after each painting with each weight: levels of 0 to 255, feathered."""
    kept = np.zeros(regions.size, np.float32)
    parts: dict[tuple[str, float], npt.NDArray[np.float32]] = {}
    for region in regions.painted:
        mask = _softened(_pixels(region.mask or b"", regions.size), regions.feather / 100 * max(regions.size))
        place = place_of(region, places)
        if place is None:
            kept += mask
        else:
            parts[place, region.weight] = parts.get((place, region.weight), 0) + mask
    return kept, parts


def _tiny(mask: npt.NDArray[Any]) -> bool:
    return bool(mask.mean() < 255 * _SMALLEST)


def _resized(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    height, width = size
    return mask if mask.size == (width, height) else mask.resize((width, height), Image.Resampling.BOX)


def _pixels(mask: bytes, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    with Image.open(io.BytesIO(mask), formats=["PNG"]) as opened:
        return np.asarray(_resized(opened.convert("L"), size), dtype=np.float32)


def _softened(mask: npt.NDArray[np.float32], radius: float) -> npt.NDArray[np.float32]:
    if radius < 0.3:
        return mask
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), radius, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)


def _levels(mask: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint8]:
    levels: npt.NDArray[np.uint8] = np.clip(np.rint(mask), 0, 255).astype(np.uint8)
    return levels
