"""Regions as the browser has sent them, which is not to be trusted: checked, or a sentence."""

import base64
import binascii
import io
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.settings import LARGEST_REGION_WEIGHT
from styletransfer.studio.regions import (
    COLORS,
    LARGEST_FEATHER,
    LONGEST_NAME,
    MOST_REGIONS,
    NOTHING,
    SMALL_COPY,
    URL,
    Region,
    Regions,
    png,
)
from styletransfer.texts import Text

_LONGEST_MASK = 4 * 1024 * 1024
"""Characters; noise of that size would have more than a hand paints."""
_UNREADABLE = Text("The regions that your browser has sent cannot be read; those before stay as they were.")


def read_regions(values: object) -> Regions:
    """Regions as the browser has sent them. Raises StyleTransferError."""
    try:
        if not isinstance(values, Mapping) or not isinstance(values["regions"], list):
            raise TypeError("regions")
        size = _whole(values["height"]), _whole(values["width"])
        if len(values["regions"]) > MOST_REGIONS:
            raise ValueError("too many regions")
        regions = tuple(_region(region, size) for region in values["regions"])
        return Regions(size, _number(values["feather"], LARGEST_FEATHER), regions)
    except (KeyError, TypeError, ValueError, OSError, Image.DecompressionBombError, SyntaxError) as error:
        raise StyleTransferError(_UNREADABLE) from error


def _region(values: Mapping[str, Any], size: tuple[int, int]) -> Region:
    name, color, painting, url = values["name"], values["color"], values["painting"], values["mask"]
    if not isinstance(name, str) or len(name) > LONGEST_NAME or color not in COLORS:
        raise ValueError("name or color")
    if painting is not None and not isinstance(painting, str):
        raise TypeError("painting")
    weight = _number(values["weight"], LARGEST_REGION_WEIGHT)
    return Region(name, color, painting, weight, None if url is None else _decoded(url, size))


def _decoded(url: object, size: tuple[int, int]) -> bytes | None:
    """A mask's PNG, mode L, from a `data:` URL; None if it is black. Raises ValueError, OSError."""
    if not isinstance(url, str) or not url.startswith(URL) or len(url) > _LONGEST_MASK:
        raise ValueError("no mask")
    return _checked(url, size)


@lru_cache(maxsize=2 * MOST_REGIONS)
def _checked(url: str, size: tuple[int, int]) -> bytes | None:
    """Kept for a while: a browser sends all masks again when one has changed."""
    try:
        data = base64.b64decode(url[len(URL) :], validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
        if (opened.height, opened.width) != size:
            raise ValueError("another size")
        levels = np.asarray(opened.convert("L"))
    return png(levels) if levels.max() > NOTHING else None


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= SMALL_COPY:
        raise ValueError("no size")
    return value


def _number(value: object, largest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("no number")
    if not 0 <= value <= largest:
        raise ValueError("out of range")
    return round(float(value), 3)
