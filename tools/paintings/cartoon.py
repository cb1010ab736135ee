"""Designs for mosaics: regions one over the other, and the stones that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from tools.paintings.shapes import Colour, Field, Points, palette, ribbon, spline

GOLD = palette("6e4a16 93651c b5842a cf9f3a dcb452 e9cb74 f3df9c")  # dark to light, as all of these
NIGHT = palette("0e1336 161f52 20306e")
COBALT = palette("14246e 1c3a9c 2a58c0 3f84d0 7ab4dc")
SEA = palette("0c3a4e 12606e 1f8a8c 4fb0a0 a0d0b4")
LEAF = palette("16382a 24543a 3f7a44 6c9a4a a8b85a")
MEADOW = palette("12302e 1c4838 2f6440 557f44 8a9a4c")
BARK = palette("3a2420 5e3826 84532e a97a44")
WINE = palette("3a1230 64183c 8e2440 b8404e")
RED = palette("7a1c20 a82a26 c8452e de7a4a")
CREAM = palette("b8a684 d6c6a0 ece0c0 f8f2de")
WATER = palette("14285e 1f4a8c 3f78b4 86b4cc d4e0d0")


@dataclass
class Region:
    """A part of the design: its stones from dark to light, their size, which way they lighten, and whether they shine.

    `light` is the direction (x, y) in which the stones lighten across the region. `shine` goes from 0, dull stone, to
    1, gold. With `inward`, rows follow the edge of what is seen of it, else only that of what lies on it.
    """

    stones: list[Colour]
    size: float
    light: tuple[float, float] = (-0.5, -0.8)
    shine: float = 0.12
    inward: bool = True


@dataclass
class Cartoon:
    """The design below a mosaic: a picture of region numbers, and what each region is made of."""

    image: Image.Image
    unit: float
    regions: list[Region] = field(default_factory=list)

    def add(self, outlines: Sequence[Points], region: Region) -> None:
        """Add a region of one or more outlines; it covers what was there."""
        self.regions.append(region)
        for outline in outlines:
            path = [(float(x), float(y)) for x, y in np.asarray(outline) * self.unit]
            ImageDraw.Draw(self.image).polygon(path, fill=len(self.regions) - 1)

    def edge(self, outline: Points, width: float, region: Region) -> None:
        """Add a line of even width along a closed outline."""
        self.add([ribbon(np.vstack([outline, outline[:3]]), width)], region)

    def band(self, knots: ArrayLike, widths: ArrayLike, region: Region, count: int = 60) -> Points:
        """Add a ribbon along a spline; `widths` are spread over it. Returns the spline."""
        spine = spline(knots, count)
        given = np.atleast_1d(np.asarray(widths, dtype=np.float64))
        self.add([ribbon(spine, np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(given)), given))], region)
        return spine


def egg(centre: ArrayLike, radius: float, turn: float, stretch: float, uneven: Field) -> Points:
    """A rounded outline, longer along `turn`, narrower at its far end, pushed about by `uneven`, shape (n,)."""
    t = np.linspace(0, 2 * np.pi, len(uneven), endpoint=False)
    far = radius * (1 + uneven)
    along, across = far * stretch * np.cos(t), far * np.sin(t) * (1 - 0.18 * np.cos(t))
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(np.stack([along * c - across * s, along * s + across * c], axis=1) + np.asarray(centre))
