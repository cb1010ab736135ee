"""Pen and wash: a sheet that takes lines, washes and hatching, and the motifs of a town drawn on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from tools.paintings.shapes import Canvas, Colour, Field, Points, colour, palette, spline

Tone = Callable[[Points], Field]
INK = colour("2a1c14")
BARE = np.ones(3)
STONE, SHADE, TILE, BRICK, SAGE, DARK = palette("f6e8ca b99a74 d0885a bf6a48 a9ad7c 6f5a48")


class Sheet:
    """Ink lines and washes on one sheet; whatever is drawn later hides what lies below."""

    def __init__(self, rng: np.random.Generator, width: int, height: int) -> None:
        self.rng, self.width, self.height = rng, width, height
        self.ink = Canvas(width, height, BARE, 3)
        self.wash = Canvas(width, height, BARE)

    def line(self, path: ArrayLike, width: float = 0.0022) -> None:
        """Draw one line of the pen, never quite straight."""
        points = np.asarray(path, dtype=np.float64)
        if len(points) == 2:
            points = points[0] + (points[1] - points[0]) * np.linspace(0, 1, 8)[:, None]
        points = points + self.rng.normal(0, 0.0006, points.shape)
        self.ink.line(points, INK, width * self.rng.uniform(0.65, 1.1), thin=0.4)

    def shape(self, outline: ArrayLike, wash: Colour, edge: float = 0.0024) -> Points:
        """Cover what is below an outline, wash it and draw its edge; return the outline."""
        points = np.asarray(outline, dtype=np.float64)
        self.ink.fill(points, BARE)
        self.wash.fill(points, np.clip(wash * self.rng.uniform(0.92, 1.08), 0, 1))
        if edge:
            for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
                self.line([a, b], edge)
        return points

    def hatch(
        self, outline: Points, angle: float, tone: Tone | float, spacing: float = 0.0065, bend: float = 0
    ) -> None:
        """Hatch inside an outline: closer where `tone` (0 light, 1 dark) is high, crossed where it is very high."""
        low, high = outline.min(axis=0), outline.max(axis=0)
        size = np.maximum(np.ceil((high - low) * self.height).astype(int), 1) + 2
        stencil = Image.new("L", (int(size[0]), int(size[1])))
        local = (outline - low) * self.height + 1
        ImageDraw.Draw(stencil).polygon([(float(x), float(y)) for x, y in local], fill=1)
        inside = np.array(stencil, dtype=bool)
        middle, reach = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
        for turn, floor in ((0.0, 0.08), (0.95, 0.58), (-0.6, 0.8)):
            ahead = np.array([np.cos(angle + turn), np.sin(angle + turn)])
            across = np.array([-ahead[1], ahead[0]])
            t = np.arange(-reach, reach, 0.004)
            for k, offset in enumerate(np.arange(-reach, reach, 0.74 * spacing)):
                sway = bend * (t**2 / max(reach, 1e-9) - reach / 3) + 0.0012 * np.sin(t * 40 + self.rng.uniform(0, 6))
                path = middle + t[:, None] * ahead + (offset + sway + self.rng.normal(0, 0.0006))[:, None] * across
                column, row = np.round((path - low) * self.height + 1).astype(int).T
                keep = (column >= 0) & (row >= 0) & (column < size[0]) & (row < size[1])
                keep[keep] = inside[row[keep], column[keep]]
                level = tone(path) if callable(tone) else np.full(len(t), tone)
                keep &= level > floor + 0.24 * (k % 2) + self.rng.normal(0, 0.05)
                for run in np.split(np.arange(len(t)), np.flatnonzero(np.diff(keep.astype(int))) + 1):
                    if keep[run[0]] and len(run) > 1:
                        self.ink.line(path[run], INK, self.rng.uniform(0.0011, 0.0019), thin=0.5)


def across(low: float, high: float, start: float, end: float, axis: int = 0) -> Tone:
    """Return a tone that runs from `low` at coordinate `start` to `high` at `end`."""
    return lambda p: np.asarray(low + (high - low) * np.clip((p[:, axis] - start) / (end - start), 0, 1))


def window(sheet: Sheet, x: float, y: float, w: float, h: float) -> None:
    """Draw an arched window, dark, with a sill."""
    t = np.linspace(np.pi, 2 * np.pi, 9)
    arch = np.stack([x + w / 2 * np.cos(t), y - h / 2 + w / 2 * np.sin(t)], axis=1)
    pane = sheet.shape(np.vstack([arch, [(x + w / 2, y + h / 2), (x - w / 2, y + h / 2)]]), DARK, 0.0016)
    sheet.hatch(pane, 1.5, 0.95, 0.0042)
    sheet.line([(x - w * 0.75, y + h / 2), (x + w * 0.75, y + h / 2)], 0.003)


def masonry(sheet: Sheet, low: Sequence[float], high: Sequence[float], count: int) -> None:
    """Scatter the marks of single stones over a wall."""
    for _ in range(count):
        x, y = sheet.rng.uniform(low, high)
        w, h = sheet.rng.uniform(0.006, 0.013), sheet.rng.uniform(0.004, 0.006)
        corner = [(x, y + h), (x + w, y + h), (x + w, y)]
        sheet.line(corner[: sheet.rng.integers(2, 4)], 0.0015)


def house(sheet: Sheet, x: float, y: float, w: float, h: float) -> None:
    """Draw a house that stands at (x, y): a lit gable, a shaded side, a tiled roof, a chimney."""
    rng, deep, rise = sheet.rng, w * sheet.rng.uniform(0.5, 1.0), w * sheet.rng.uniform(0.38, 0.6)
    side = sheet.shape([(x + w, y), (x + w + deep, y - 0.1 * deep), (x + w + deep, y - h), (x + w, y - h)], SHADE)
    front = sheet.shape([(x, y), (x + w, y), (x + w, y - h), (x + w / 2, y - h - rise), (x, y - h)], STONE)
    sheet.hatch(side, rng.choice([1.1, 1.57, 0.6]), across(0.85, 0.45, x + w, x + w + deep), 0.0055)
    sheet.hatch(front, 0.9, across(0.34, -0.1, y - h - rise, y - h * 0.4, 1), 0.006)
    masonry(sheet, (x + 0.004, y - h), (x + w - 0.014, y - 0.006), int(w * h * 2600))
    eave = 0.012
    roof = sheet.shape(
        [(x + w / 2, y - h - rise - 0.004), (x + w / 2 + deep, y - h - rise - 0.004),
         (x + w + deep + eave, y - h + eave), (x + w + eave, y - h + eave)],
        rng.choice(np.array([TILE, BRICK, TILE, SHADE])), 0.003,
    )  # fmt: skip
    slope = float(np.arctan2(rise + eave, w / 2 + eave))
    sheet.hatch(roof, slope, across(0.4, 0.62, y - h - rise, y - h, 1), 0.0058)
    for share in np.linspace(0.15, 0.9, 5):
        a, b = roof[0] + (roof[3] - roof[0]) * share, roof[1] + (roof[2] - roof[1]) * share
        sheet.line([a, b], 0.0018)
    sheet.line([(x - eave, y - h + eave), (x + w / 2, y - h - rise - 0.004)], 0.004)
    stack = x + w / 2 + deep * rng.uniform(0.2, 0.7)
    pot = [(stack, y - h - rise + 0.01), (stack, y - h - rise - 0.028), (stack + 0.014, y - h - rise - 0.028)]
    sheet.hatch(sheet.shape([*pot, (stack + 0.014, y - h - rise + 0.01)], BRICK), 1.2, 0.5, 0.005)
    for row in range(max(1, int(h / 0.05))):
        for column in range(max(1, int(w / 0.035))):
            at = x + w * (column + 0.5) / max(1, int(w / 0.035))
            window(sheet, at, y - 0.032 - 0.046 * row, 0.012, 0.021)
    for column in range(int(deep / 0.035)):
        window(sheet, x + w + 0.02 + 0.034 * column, y - h * 0.55, 0.009, 0.02)


def tower(sheet: Sheet, x: float, y: float, w: float, h: float, spire: float) -> None:
    """Draw a round tower with a conical roof (or battlements, where `spire` is 0)."""
    t = np.linspace(0, np.pi, 15)
    foot = np.stack([x + w / 2 * np.cos(t), y + 0.1 * w * np.sin(t)], axis=1)
    body = sheet.shape(np.vstack([foot, [(x - w / 2, y - h), (x + w / 2, y - h)]]), STONE)

    def rounded(p: Points) -> Field:
        return np.asarray(np.clip(0.2 + 0.95 * (p[:, 0] - x) / (w / 2), 0.0, 0.9))

    sheet.hatch(body, 0.0, rounded, 0.0062, bend=-0.08)
    sheet.hatch(body, 1.57, lambda p: rounded(p) - 0.25, 0.0075)
    masonry(sheet, (x - w / 2, y - h), (x, y - 0.01), int(w * h * 2200))
    for row in np.arange(y - h + 0.05, y - 0.03, 0.085):
        window(sheet, x - 0.08 * w, row, 0.2 * w, 0.034)
    if spire:
        cone = sheet.shape(
            [(x - 0.62 * w, y - h + 0.008), (x, y - h - spire), (x + 0.62 * w, y - h + 0.008)], TILE, 0.003
        )
        sheet.hatch(cone, 1.35, rounded, 0.0052)
        for share in np.linspace(0.12, 0.9, int(spire / 0.016)):
            half, level = 0.62 * w * share, y - h - spire * (1 - share)
            sheet.line(spline([(x - half, level), (x, level + 0.05 * w * share), (x + half, level)], 9), 0.0016)
        sheet.line([(x, y - h - spire - 0.035), (x, y - h - spire)], 0.003)
    else:
        ring = sheet.shape([(x - 0.58 * w, y - h), (x + 0.58 * w, y - h), (x + 0.58 * w, y - h - 0.025),
                            (x - 0.58 * w, y - h - 0.025)], STONE)  # fmt: skip
        sheet.hatch(ring, 1.57, rounded, 0.005)
        for k in range(5):
            left = x - 0.58 * w + 0.25 * w * k
            sheet.shape([(left, y - h - 0.025), (left, y - h - 0.045), (left + 0.14 * w, y - h - 0.045),
                         (left + 0.14 * w, y - h - 0.025)], STONE)  # fmt: skip


def tree(sheet: Sheet, x: float, y: float, w: float, h: float, count: int) -> None:
    """Draw a tree as a heap of leaf scribbles, dark below and to the right."""
    rng = sheet.rng
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    lobes = 1 + 0.1 * np.sin(7 * turn + rng.uniform(0, 6)) + 0.06 * np.sin(13 * turn)
    crown = np.stack([x + w / 2 * lobes * np.cos(turn), y - h * 0.56 + h * 0.44 * lobes * np.sin(turn)], axis=1)
    trunk = spline([(x, y), (x + 0.02 * w, y - h * 0.3)], 8)
    for k in range(5):
        sheet.line(np.add(trunk, (0.08 * w * (k - 2), 0)), 0.004)
    sheet.shape(crown, SAGE, 0)

    def lump(p: Points) -> Field:
        side = (p[:, 0] - x) / w + 0.9 * (p[:, 1] - (y - h * 0.56)) / h
        return np.asarray(0.22 + 0.75 * side + 0.2 * np.sin(p[:, 0] * 70 + 9 * x) * np.sin(p[:, 1] * 60))

    sheet.hatch(crown, -0.8, lambda p: np.minimum(lump(p), 0.75), 0.0075, bend=0.2)
    for k in range(2 * count):
        r, a = np.sqrt(rng.uniform(0, 1.0)) if k % 2 else rng.normal(1.02, 0.04), rng.uniform(0, 2 * np.pi)
        r *= np.interp(a, turn, lobes)
        at = np.array([x + r * w / 2 * np.cos(a), y - h * 0.56 + r * h * 0.44 * np.sin(a)])
        s = np.linspace(0, 3 * np.pi, 22)
        loop = np.stack([0.006 * np.cos(s) + 0.0011 * s, -0.005 * np.abs(np.sin(s))], axis=1) * rng.uniform(0.7, 1.3)
        dark = float(lump(at[None])[0])
        if rng.random() < (0.35 + dark if k % 2 else 0.55):
            c, q = np.cos(a + 1.6), np.sin(a + 1.6)
            sheet.line(at + loop @ np.array([[c, q], [-q, c]]), 0.0017 + 0.001 * min(max(dark, 0), 1))
