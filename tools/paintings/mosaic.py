"""A peacock in a vine, in Byzantine mosaic: stones and gold in uneven rows that flow around what they show."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.cartoon import Cartoon
from tools.paintings.peacock import bird, train
from tools.paintings.shapes import Field, colour, noise, picture
from tools.paintings.tesserae import Labels, Stones, cells, enlarged, lit, rows, settle
from tools.paintings.vine import flowers, ground, vine

GROUT = colour("4a3f36")


def laid(rng: np.random.Generator, cartoon: Cartoon, labels: Labels) -> Stones:
    """Set out the stones of every region in rows."""
    height = len(labels)
    parts = []
    for number, region in enumerate(cartoon.regions):
        own = labels == number
        if not own.any():
            continue
        inner = ndimage.distance_transform_edt(own if region.inward else labels <= number) / height
        across = ndimage.gaussian_filter(np.asarray(inner), 1.0 if region.inward else 3.0)
        places = rows(rng, labels, number, across, region.size)
        if not len(places):
            places = (np.argwhere(own)[:1, ::-1] + 0.5) / height
        wide = ndimage.gaussian_filter(across, 2.5)
        column, row = np.clip((places * height).astype(int), 0, np.array(labels.shape[::-1]) - 1).T
        down, right = np.gradient(wide)
        turns = np.arctan2(down[row, column], right[row, column]) + np.pi / 2 + rng.normal(0, 0.05, len(places))
        count = len(places)
        sizes = region.size * np.exp(rng.normal(0, 0.07, count))
        parts.append(Stones(places, np.full(count, number), sizes, turns))
    return Stones(
        *(np.concatenate([getattr(p, name) for p in parts]) for name in ("places", "regions", "sizes", "turns"))
    )


def coloured(rng: np.random.Generator, cartoon: Cartoon, stones: Stones, size: tuple[int, int]) -> tuple[Field, Field]:
    """The colour and the shine of every stone."""
    width, height = size
    column, row = np.clip((stones.places * height).astype(int), 0, np.array([width - 1, height - 1])).T
    slow, quick = noise(rng, width, height, 0.28, 3)[row, column], noise(rng, width, height, 0.05, 2)[row, column]
    colours, shine = np.empty((len(row), 3)), np.empty(len(row))
    for number, region in enumerate(cartoon.regions):
        own = np.flatnonzero(stones.regions == number)
        if not len(own):
            continue
        across = stones.places[own] @ np.asarray(region.light)
        extent = np.ptp(across)
        tone = (across - across.min()) / extent if extent > 0.02 else np.full(len(own), 0.5)
        tone = (0.5 if region.shine == 1 else 0.25) + (0.0 if region.shine == 1 else 0.5) * tone
        tone = tone + 0.14 * slow[own] + 0.08 * quick[own] + rng.normal(0, 0.12, len(own))
        table = np.array(region.stones)
        at = np.clip(tone, 0, 1) * (len(table) - 1)
        base = np.stack([np.interp(at, np.arange(len(table)), table[:, c]) for c in range(3)], axis=1)
        colours[own] = np.clip(
            base * np.exp(rng.normal(0, 0.07, (len(own), 1))) + rng.normal(0, 0.02, base.shape), 0, 1
        )
        shine[own] = region.shine
    return colours, shine


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the mosaic, `width` x `height` pixels."""
    cartoon = Cartoon(Image.new("I", (width, height)), height)
    ground(cartoon, width / height)
    flowers(cartoon, rng)
    vine(cartoon, rng)
    train(cartoon, rng)
    bird(cartoon)
    labels = np.array(cartoon.image, dtype=np.int64)
    stones = settle(laid(rng, cartoon, labels), labels[::2, ::2], 5)
    colours, shine = coloured(rng, cartoon, stones, (width, height))
    owner = cells(stones, enlarged(labels))
    return picture(lit(rng, owner, colours, shine, GROUT, (width, height)))
