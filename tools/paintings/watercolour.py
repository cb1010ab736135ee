"""A mountain lake in watercolour, with autumn trees and a sailing boat."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.shapes import Canvas, Field, Points, colour, mask, picture, spline, warped
from tools.paintings.washes import Sheet

TREES = [  # x and y of the crown, radius, colour
    (0.44, 0.615, 0.055, "f29a3a"), (0.52, 0.630, 0.040, "ee6a4a"), (0.93, 0.620, 0.055, "f7bc3e"),
    (1.01, 0.630, 0.042, "e2565a"), (0.36, 0.628, 0.046, "f7c84a"), (0.60, 0.640, 0.026, "f0883a"),
]  # fmt: skip

SAILS = [[(0.745, 0.69), (0.735, 0.785), (0.69, 0.785)], [(0.75, 0.70), (0.753, 0.785), (0.785, 0.785)]]
HULL = [[(0.68, 0.79), (0.80, 0.79), (0.78, 0.81), (0.70, 0.81)]]


def fir(foot: float, ground: float, tall: float, rng: np.random.Generator) -> Points:
    """The ragged outline of a fir."""
    left, right = [], []
    for step in range(12):
        share = step / 11
        wide = 0.21 * tall * (0.08 + 0.92 * share) * rng.uniform(0.75, 1.2)
        y = ground - tall * (1 - share)
        left += [(foot - wide, y + 0.03 * tall), (foot - 0.45 * wide, y + 0.025 * tall)]
        right += [(foot + wide, y + 0.03 * tall), (foot + 0.45 * wide, y + 0.025 * tall)]
    return np.array([(foot, ground - 1.06 * tall), *right, *left[::-1]])


def crests(sheet: Sheet) -> list[Field]:
    """The outlines of the mountain ranges, y for every pixel, from the far one to the near one."""
    result = []
    for base, rise, pace in ((0.50, 0.26, 3.1), (0.56, 0.19, 4.7), (0.605, 0.11, 6.1), (0.64, 0.06, 8.3)):
        peaks = (
            1
            - np.abs(np.sin(pace * sheet.x + 19 * base))
            + 0.4 * (1 - np.abs(np.sin(2.7 * pace * sheet.x + 40 * base)))
        )
        result.append(base - rise * (peaks - 0.4) + 0.012 * sheet.noise((0.08, 2.0), 5))
    return result


def crown(sheet: Sheet, at: float, y: float, size: float) -> Field:
    """The loose crown of a round tree."""
    return np.hypot((sheet.x - at) / size, (sheet.y - y) / (1.15 * size)) + 0.2 * sheet.noise(0.04, 4)


def sky(sheet: Sheet) -> None:
    """Wet in wet: warm light near the mountains, clouds left white, blue and violet run in from above."""
    y, clouds = sheet.y, sheet.noise((0.36, 0.16), 5)
    sheet.lay(np.clip((y - 0.10) * 4, 0, 1) * (y < 0.62), colour("ffcf86"), 0.75, rim=0, wet=0.03)
    sheet.lay(((y > 0.20) & (y < 0.42) & (clouds > 0.2)).astype(float), colour("f7a08e"), 0.7, rim=0.1, wet=0.025)
    sheet.lay(((clouds < 0.35) & (y < 0.30)).astype(float), colour("5ba6e0"), 1.05 - 1.7 * y, rim=0.6, wet=0.010)
    sheet.lay(((clouds < -0.35) & (y < 0.24)).astype(float), colour("3a66c4"), 0.85, rim=0.4, wet=0.014)
    sheet.lay(((clouds > 0.9) & (y < 0.34)).astype(float), colour("a893cc"), 0.7, rim=0.7, wet=0.008)
    for at, radius in (((0.24, 0.13), 0.11), ((0.98, 0.12), 0.14), ((0.62, 0.19), 0.085), ((1.25, 0.24), 0.08)):
        sheet.bloom(at, radius, colour("5a86d0"))


def mountains(sheet: Sheet, ridges: list[Field], kept: Field) -> None:
    """Ranges from pale to dark; each keeps off the next one, and a second glaze gives it shadows."""
    inks = (("a9b8e6", "8a86d0"), ("8aa0d8", "8f6ab8"), ("6fa0b8", "4a6fae"), ("6fae8c", "2f7a78"))
    covers = [sheet.wander(sheet.below(ridge), 0.002, 0.03) * (sheet.y < 0.655) for ridge in ridges]
    for number, (ridge, cover, (ink, glaze)) in enumerate(zip(ridges, covers, inks, strict=True)):
        ahead = covers[number + 1] if number < 3 else np.zeros_like(cover)
        sheet.reserve = np.clip(0.92 * ahead + kept, 0, 1)
        fade = np.clip(1.15 - (sheet.y - ridge) / 0.20, 0.25, 1.1)
        sheet.lay(cover, colour(ink), fade, rim=0.8)
        # Light from the left: the shadow of every slope slants down to the right of its ridge.
        slant = 0.55 * (sheet.y - ridge) + 0.02 * sheet.noise((0.05, 0.08), 4)
        facing = warped(np.gradient(ridge, axis=1) * sheet.height, -slant, np.zeros_like(slant))
        facing += 0.35 * sheet.noise((0.05, 0.09), 4)
        sheet.lay((facing > 0.25) * cover, colour(glaze), 0.8 * fade, rim=0.7, wet=0.0015)
        sheet.lay((facing > 0.8) * cover, colour(glaze), 0.6 * fade, rim=0.6, wet=0.003)


def lake(sheet: Sheet, ridges: list[Field]) -> None:
    """The water: the mountains upside down in soft washes, crossed by dry horizontal strokes."""
    y = sheet.y
    water = (y > 0.655).astype(float)
    sheet.lay(water * (y > 0.76), colour("7fc0e6"), 0.35 + 1.6 * (y - 0.76), rim=0.2, wet=0.02)
    sheet.lay(water * (y < 0.86), colour("ffcf96"), 0.6, rim=0, wet=0.03)
    for ridge, ink, amount in zip(ridges, ("a9b8e6", "8aa0d8", "6fa0b8", "5a9a86"), (0.7, 0.6, 0.5, 0.6), strict=True):
        edge = 0.655 + 0.75 * (0.655 - ridge) + 0.012 * sheet.noise((0.10, 0.012), 3)
        sheet.lay(water * (y < edge), colour(ink), amount, rim=0.5, wet=0.004)
    for threshold, ink in ((1.15, "7fb0e0"), (1.7, "5a84c8")):
        ripples = sheet.noise((0.34, 0.016), 3) + 1.6 * (y - 0.80)
        sheet.lay(water * (ripples > threshold), colour(ink), 0.75, rim=0.8)
    for at, radius in (((0.84, 0.81), 0.09), ((0.47, 0.86), 0.11)):
        sheet.bloom(at, radius, colour("5a86c0"))


def firs(sheet: Sheet) -> None:
    """Firs on both banks in three depths, and their reflections."""
    rng = sheet.rng
    for band, (ink, size, count) in enumerate((("7fc0b0", 0.10, 20), ("4f9a80", 0.17, 12), ("1f5a50", 0.29, 7))):
        ground, reach = 0.658 + 0.016 * band, 0.10 * band
        at = np.concatenate([rng.uniform(-0.03, 0.42 - reach, count), rng.uniform(1.02 + reach, 1.36, count)])
        trees = [fir(place, ground + rng.uniform(-0.006, 0.008), size * rng.uniform(0.6, 1.15), rng) for place in at]
        sheet.lay(
            sheet.wander(mask(sheet.width, sheet.height, trees), 0.002, 0.02), colour(ink), 0.6 + 0.1 * band, rim=1.0
        )
        glassy = [np.stack([tree[:, 0], 1.75 * ground - 0.75 * tree[:, 1]], axis=1) for tree in trees]
        shape = sheet.wander(mask(sheet.width, sheet.height, glassy), 0.006, 0.05)
        sheet.lay(shape, colour(ink), 0.5, rim=0.4, wet=0.003)


def shore(sheet: Sheet) -> None:
    """The near bank with grass and reeds, and drops shaken off the brush."""
    rng, x = sheet.rng, sheet.x
    bank = 0.965 - 0.10 * np.clip(0.5 - x, 0, 1) - 0.09 * np.clip(x - 0.95, 0, 1) + 0.008 * sheet.noise(0.06, 4)
    sheet.lay(sheet.below(bank), colour("b4c85a"), 0.9, rim=0.8)
    sheet.lay(sheet.below(bank + 0.02) * (sheet.noise(0.06, 4) > 0.1), colour("6f9a4a"), 0.8, rim=0.7, wet=0.003)
    for ink, count, spread in (("a8b04a", 60, 0.15), ("6f7a30", 60, 0.11), ("8a4a2a", 26, 0.13)):
        reeds = Canvas(sheet.width, sheet.height, np.zeros(3))
        for at in [*rng.normal(0.15, spread, count), *rng.normal(1.22, 0.8 * spread, count // 2)]:
            lean, tall = rng.normal(0.012, 0.02), rng.uniform(0.06, 0.20)
            stem = spline([(at, 0.995), (at + 0.3 * lean, 0.99 - 0.5 * tall), (at + 1.8 * lean, 0.99 - tall)], 20)
            reeds.line(stem, np.ones(3), 0.006, 0.2)
        sheet.lay(reeds.array()[..., 0], colour(ink), 0.9, rim=0.8)
    for ink, count, region in (("f0b45a", 90, (0.0, 0.68, 1.34, 1.0)), ("9cc0ea", 45, (0.0, 0.0, 1.34, 0.5)),
                               ("c0b0e0", 50, (0.0, 0.2, 1.34, 0.9))):  # fmt: skip
        sheet.spatter(colour(ink), count, region)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the lake."""
    sheet = Sheet(rng, width, height)
    ridges = crests(sheet)
    crowns = [(crown(sheet, at, y, size), ink, at, y, size) for at, y, size, ink in TREES]
    kept = np.max([np.clip((1 - far) * 9, 0, 0.9) for far, *_ in crowns], axis=0)
    sheet.reserve = np.clip(0.85 * sheet.below(ridges[0]) + kept, 0, 1)
    sky(sheet)
    mountains(sheet, ridges, kept)
    drawn = (mask(width, height, [np.array(outline) for outline in part]) for part in (SAILS, HULL))
    sails, hull = (sheet.wander(part, 0.0015, 0.02) for part in drawn)
    sheet.reserve = np.maximum(sails, hull)
    lake(sheet, ridges)
    sheet.reserve = np.zeros_like(kept)
    sheet.lay(sails, colour("fff0c8"), 0.8, rim=0.9)
    sheet.lay(hull, colour("b0303a"), 1.0, rim=0.7)
    glassy = warped(sails, 0.006 * sheet.noise((0.08, 0.01), 2), 2 * (0.80 - sheet.y))
    sheet.light = sheet.light ** (1 - 0.55 * ndimage.gaussian_filter(glassy, 2))[..., None]
    firs(sheet)
    for far, ink, at, y, size in crowns:
        sheet.lay((far < 1).astype(float), colour(ink), 0.9, rim=0.9, wet=0.002)
        shadow = (far < 0.85) & (sheet.y + 0.4 * sheet.x > y + 0.4 * at + 0.2 * size)
        sheet.lay(shadow.astype(float), colour("c8607a"), 0.6, rim=0.5, wet=0.005)
        mirror = crown(sheet, at, 1.315 - y, 1.1 * size)
        sheet.lay(((mirror < 1) & (sheet.y > 0.665)).astype(float), colour(ink), 0.6, rim=0.4, wet=0.004)
    shore(sheet)
    return picture(sheet.dried())
