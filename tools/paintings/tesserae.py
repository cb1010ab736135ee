"""Lays a mosaic: stones in rows that follow a design, cut to fit each other, under a raking light.

Places and sizes are in units of the picture's height. A design is a picture of region numbers; the stones of a region
run along the level lines of a field of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, spatial
from skimage import measure

from tools.paintings.shapes import Field, Points, noise

Labels = NDArray[np.int64]

FINE = 1.5  # laid that much larger than the picture, so that joints come out smooth
NEIGHBOURS = 12


@dataclass
class Stones:
    """Stones on their way into the wall, one a row: place, region, size and the direction of their rows."""

    places: Points
    regions: Labels
    sizes: Field
    turns: Field


def rows(rng: np.random.Generator, labels: Labels, region: int, across: Field, size: float) -> Points:
    """Places along the level lines of `across` (in heights) inside one region, a stone's `size` apart."""
    height = len(labels)
    inside = labels == region
    places = []
    low, high = float(across[inside].min()), float(across[inside].max())
    level = low + 0.5 * size * rng.uniform(0.9, 1.1)
    while level < high + 0.3 * size:
        lines = measure.find_contours(across, min(level, 0.8 * high))  # type: ignore[no-untyped-call]
        for line in lines:
            path = line[:, ::-1]
            steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]) / height
            count = max(1, round(float(steps[-1]) / (1.04 * size)))
            marks = np.cumsum(rng.uniform(0.7, 1.3, count))
            marks = (marks - marks[0] * rng.random()) * steps[-1] / marks[-1]
            places.append(np.stack([np.interp(marks, steps, path[:, axis]) for axis in (0, 1)], axis=1))
        level += size * rng.uniform(0.92, 1.08)
    if not places:
        return np.empty((0, 2))
    found = np.vstack(places)
    column, row = np.round(found).astype(int).T
    found = (found[inside[row, column]] + 0.5) / height
    kept = np.ones(len(found), dtype=bool)
    for first, second in sorted(spatial.cKDTree(found).query_pairs(0.62 * size)):
        kept[second] &= not kept[first]
    return np.asarray(found[kept])


def cells(stones: Stones, labels: Labels) -> Labels:
    """Which stone covers each pixel of `labels`: the nearest of its region, measured square along its rows."""
    height, width = labels.shape
    tree = spatial.cKDTree(stones.places)
    cos, sin = np.cos(stones.turns), np.sin(stones.turns)
    result = np.empty(labels.shape, dtype=np.int64)
    for top in range(0, height, 64):
        part = labels[top : top + 64]
        y, x = np.mgrid[top : top + len(part), 0:width]
        at = (np.stack([x, y], axis=-1) + 0.5).reshape(-1, 2) / height
        _, near = tree.query(at, NEIGHBOURS)
        away = at[:, None, :] - stones.places[near]
        along = np.abs(away[..., 0] * cos[near] + away[..., 1] * sin[near])
        beside = np.abs(away[..., 1] * cos[near] - away[..., 0] * sin[near])
        far = (np.maximum(along / 1.08, beside) + 0.15 * (along + beside)) / stones.sizes[near]
        far += 1000.0 * (stones.regions[near] != part.reshape(-1, 1))
        result[top : top + 64] = near[np.arange(len(at)), far.argmin(axis=1)].reshape(part.shape)
    return result


def settle(stones: Stones, labels: Labels, rounds: int) -> Stones:
    """Move every stone to the middle of what it covers, some times over; drop those that cover next to nothing."""
    height = len(labels)
    y, x = np.mgrid[0:height, 0 : labels.shape[1]]
    for _ in range(rounds):
        owner, count = cells(stones, labels).ravel(), len(stones.places)
        area = np.bincount(owner, minlength=count)
        middle = np.stack([np.bincount(owner, weights=v.ravel(), minlength=count) for v in (x, y)], axis=1)
        kept = area > 0.12 * (stones.sizes * height) ** 2
        places = (middle[kept] / area[kept, None] + 0.5) / height
        stones = Stones(places, stones.regions[kept], stones.sizes[kept], stones.turns[kept])
    return stones


def enlarged(labels: Labels) -> Labels:
    """The region numbers at the scale at which the stones are laid."""
    size = (round(labels.shape[1] * FINE), round(labels.shape[0] * FINE))
    image = Image.fromarray(labels.astype(np.int32)).resize(size, Image.Resampling.NEAREST)
    return np.asarray(image, dtype=np.int64)


def lit(
    rng: np.random.Generator, owner: Labels, colours: Field, shine: Field, grout: Field, size: tuple[int, int]
) -> Field:
    """The wall under light from the upper left, `size` (width, height).

    `owner` says which stone covers each pixel; `colours`, shape (n, 3), and `shine` (0 stone, 1 gold), shape (n,), are
    one a stone. Every stone sits a little crooked and returns the light differently, gold most of all.
    """
    height, width = owner.shape
    joints = np.zeros(owner.shape, dtype=bool)
    joints[:, 1:] |= owner[:, 1:] != owner[:, :-1]
    joints[1:] |= owner[1:] != owner[:-1]
    deep = np.asarray(ndimage.distance_transform_edt(~joints)) + 0.35 * noise(rng, width, height, 0.006, 2)
    cover = np.clip((deep - 1.1 - 0.5 * np.clip(noise(rng, width, height, 0.03, 2), -1, 2)) / 1.4, 0, 1)
    tilt = rng.normal(0, 1, (len(colours), 2))
    flash = np.clip((tilt @ np.array([0.6, 0.8])) * 0.5, -1, 1.3) * shine
    own = np.clip(colours * (1 + 0.26 * flash[:, None]) + 0.28 * np.clip(flash - 0.6, 0, 1)[:, None], 0, 1)
    down, right = np.gradient(ndimage.gaussian_filter(np.minimum(deep, 3.5), 0.9))
    y, x = np.mgrid[0:height, 0:width]
    slope = 0.035 * (tilt[owner, 0] * np.cos(x / 9.0 + owner) + tilt[owner, 1] * np.cos(y / 9.0 + 2 * owner))
    veins = 0.05 * noise(rng, width, height, 0.010, 3) + 0.03 * noise(rng, width, height, (0.012, 0.003), 2)
    light = 1 + 0.17 * np.clip(down + 0.8 * right, -1, 1.0) + slope + veins
    light *= 1 + 0.06 * noise(rng, width, height, 0.7, 2)
    large = (grout + cover[..., None] * (own[owner] - grout)) * np.clip(light, 0.5, 1.5)[..., None]
    image = Image.fromarray(np.round(np.clip(large, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS), dtype=np.float64) / 255
