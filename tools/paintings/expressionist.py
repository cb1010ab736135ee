"""An Alpine valley under a splintering sun, as an expressionist colour woodcut: acid inks and gouge marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from tools.paintings.shapes import (
    Canvas,
    Colour,
    Field,
    Points,
    colour,
    noise,
    palette,
    paper,
    picture,
    spline,
    varied,
    warped,
)

KEY = colour("15101c")
SHEET = colour("f4e7c8")
SUN = np.array([0.86, 0.25])
SKY = palette("ffe14a ffb52e ff7a3c f2476a c23a9a 7a35b0 3a3aa8")
LIT = palette("ff9ab0 ffd84a f7f0d0 ff7a4a 9fe0c0")
SHADOW = palette("2f3fb0 5a2a9a 1f6fb8 173a7a 3a1f6a")
FIELDS = palette("b8d92e 5fc23a 1f9a5a f2c81f e8742a 0f7a70 d93a6a")
WATER = palette("18b0c0 5ae0d0 1f5fc8 f28ab0 0f3f98")
PINE = palette("0f4a4a 123a5f 0a5a3a 1a2a5a")
WALLS = palette("ffd23a ff8a5a f0f0d8 7ad0e0 ff9ac0")
ROOFS = palette("d81f3a b0185a e84a1f 7a1f8a")

Grain = Callable[[Points], float]


@dataclass
class Region:
    """One piece of the design: its ink, the inks that show where it is gouged, and which way the gouge runs."""

    ink: Colour
    cuts: list[Colour]
    grain: Grain | float
    bite: float


@dataclass
class Block:
    """The colour blocks and the key block; what is cut later covers what was there."""

    rng: np.random.Generator
    inks: Canvas
    key: Canvas
    owner: Image.Image
    regions: list[Region] = field(default_factory=list)

    def cut(
        self,
        outline: ArrayLike,
        ink: Colour,
        cuts: list[Colour],
        grain: Grain | float,
        line: float = 0.005,
        bite: float = 1,
    ) -> None:
        """Cut a region with an angular outline of uneven strength."""
        points = np.asarray(outline, dtype=np.float64)
        self.regions.append(Region(varied(self.rng, ink, 0.06), cuts, grain, bite))
        self.inks.fill(points, self.regions[-1].ink)
        self.key.fill(points, np.ones(3))
        path = [(float(x), float(y)) for x, y in points * self.inks.height]
        ImageDraw.Draw(self.owner).polygon(path, fill=len(self.regions) - 1)
        for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
            stroke = np.linspace(a - 0.02 * (b - a), b + 0.02 * (b - a), 6) + self.rng.normal(0, 0.0008, (6, 2))
            if line:
                self.key.line(stroke, KEY, line * self.rng.uniform(0.6, 1.5), thin=0.45)

    def gouge(self, count: int) -> None:
        """Strike wedge-shaped marks all over, along the grain of each region and without leaving it."""
        labels = np.array(self.owner)
        height, width = labels.shape
        for at in self.rng.uniform((0, 0), (width, height), (count, 2)):
            label = labels[int(at[1]), int(at[0])]
            region, middle = self.regions[label], at / height
            angle = (region.grain(middle) if callable(region.grain) else region.grain) + self.rng.normal(0, 0.1)
            ahead = np.array([np.cos(angle), np.sin(angle)])
            for length in np.array([0.05, 0.035, 0.022, 0.013]) * region.bite * self.rng.uniform(0.7, 1.2):
                head, tail = middle + ahead * length / 2, middle - ahead * length / 2
                ends = np.clip((np.array([head, tail]) * height).astype(int), 0, (width - 1, height - 1))
                if (labels[ends[:, 1], ends[:, 0]] == label).all():
                    side = np.array([-ahead[1], ahead[0]]) * self.rng.uniform(0.0014, 0.0032) * (0.6 + 8 * length)
                    bend = side * self.rng.uniform(-0.5, 0.5)
                    ink = region.cuts[int(self.rng.integers(len(region.cuts)))]
                    belly = middle + bend
                    wedge = np.array([tail, belly + side, head + 0.5 * side, head - 0.5 * side, belly - side])
                    if ink is KEY:
                        self.key.fill(wedge, KEY)
                    else:
                        self.inks.fill(wedge, varied(self.rng, ink, 0.08))
                    break


def radial(centre: Points, twist: float = 0) -> Grain:
    """Return a grain that runs away from `centre`, turned by `twist`."""
    return lambda p: float(np.arctan2(p[1] - centre[1], p[0] - centre[0])) + twist


def jagged(rng: np.random.Generator, points: ArrayLike, pieces: int, rough: float) -> Points:
    """Return a line through `points` broken into `pieces` straight splinters per stretch."""
    knots = np.asarray(points, dtype=np.float64)
    share = np.linspace(0, len(knots) - 1, (len(knots) - 1) * pieces + 1)
    path = np.stack([np.interp(share, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)], axis=1)
    path[1:-1] += rng.normal(0, rough, (len(path) - 2, 2))
    return path


def sky(block: Block, aspect: float) -> None:
    """Cut the splinters of light that fly from the sun, and the sun."""
    rng = block.rng
    edges = np.sort(np.linspace(0, 2 * np.pi, 47)[:-1] + rng.normal(0, 0.035, 46))
    for k, start in enumerate(edges):
        end = edges[(k + 1) % 46] + (2 * np.pi if k == 45 else 0)
        rings = np.cumsum(rng.uniform(0.07, 0.2, 9)) + 0.08
        rings[-1] = 2.0
        inner = 0.05
        for n, outer in enumerate(rings):
            lean = 0.05 * (-1) ** k
            corners = [
                (inner, start),
                (outer * 1.02 * (1 + lean), start),
                (outer * 1.02 * (1 - lean), end),
                (inner, end),
            ]
            piece = [SUN + r * np.array([np.cos(a), np.sin(a)]) for r, a in corners]
            shade = int(np.clip(outer * 6.5 + rng.normal(0, 0.8) - 0.6, 0, 6))
            light = LIT[2] if n % 3 == 0 else SKY[shade]
            cuts = [SKY[max(shade - 1, 0)], SKY[min(shade + 1, 6)], SKY[shade] * 0.8, light]
            block.cut(piece, SKY[shade], cuts, radial(SUN), 0.0035 if rng.random() < 0.55 else 0)
            inner = outer * 0.98
            if outer > aspect + 0.2:
                break
    for radius, points, ink in ((0.135, 38, ROOFS[2]), (0.1, 30, SKY[1]), (0.075, 22, ROOFS[0]), (0.045, 14, SKY[0])):
        t = np.linspace(0, 2 * np.pi, points, endpoint=False)
        spikes = radius * (1 + 0.16 * (-1) ** np.arange(points))
        disc = SUN + spikes[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
        block.cut(disc, ink, [SKY[0], SKY[1], ROOFS[2]], radial(SUN), 0.0045, 0.6)


def peak(block: Block, x: float, top: float, foot: float, left: float, right: float) -> None:
    """Cut a mountain: splintered faces, those towards the sun lit, the others in shadow."""
    rng = block.rng
    summit = (x, top)
    spine = jagged(rng, [summit, (x + 0.1 * (right - left), (top + foot) / 2), (x + 0.02, foot)], 4, 0.012)
    for side, reach in ((-1, left), (1, right)):
        shoulder = (x + side * reach * 0.45, top + 0.4 * (foot - top))
        flank = jagged(rng, [summit, shoulder, (x + side * reach, foot)], 4, 0.011)
        towards = (SUN[0] - x) * side > 0
        inks = LIT if towards else SHADOW
        ways = (spine * (1 - q) + flank * q for q in np.linspace(0, 1, 5))
        ribs = [w + rng.normal(0, 0.005, w.shape) * (np.arange(9) > 0)[:, None] for w in ways]
        for a, b in pairwise(ribs):
            for n in range(0, 8, 2):
                ink = inks[int(rng.integers(len(inks)))]
                fall = float(np.arctan2(foot - top, side * reach * 0.6))
                cuts = [inks[0], inks[1], inks[2], *([] if towards else [KEY])]
                block.cut(np.vstack([a[n : n + 3], b[n : n + 3][::-1]]), ink, cuts, fall, 0.004)


def valley(block: Block, aspect: float) -> None:
    """Cut the fields and the river that zigzags towards the viewer."""
    rng = block.rng
    levels = [0.55, 0.6, 0.66, 0.73, 0.81, 0.9, 1.02]
    for k, (top, low) in enumerate(pairwise(levels)):
        x = np.linspace(-0.05, aspect + 0.05, 8 + (k % 2))
        upper = np.stack([x, top + 0.016 * (k + 1) * np.sin(x * 5 + 1.7 * k)], axis=1) + rng.normal(
            0, 0.006, (len(x), 2)
        )
        for n in range(len(x) - 1):
            lean = 0.06 * (k + 1) * (x[n] - 0.6)
            base = np.array([(x[n + 1] + lean, low + 0.1), (x[n] + lean, low + 0.1)])
            ink = FIELDS[int((2 * k + 3 * n + rng.integers(2)) % len(FIELDS))]
            cuts = [FIELDS[int(j)] for j in rng.integers(len(FIELDS), size=2)] + [KEY, ink * 0.7]
            angle = float(np.arctan2(0.16, lean + 0.25 * (x[n] - 0.65)))
            block.cut(np.vstack([upper[n : n + 2], base]), ink, cuts, angle, 0.005)
    path = spline([(0.73, 0.57), (0.84, 0.62), (0.6, 0.69), (0.75, 0.79), (0.52, 0.9), (0.62, 1.05)], 25)
    widths = np.linspace(0.02, 0.34, 25) ** 1.15
    half = np.stack([widths / 2, np.zeros(25)], axis=1)
    bank = np.stack([path - half, path + half])
    bank += rng.normal(0, 0.004, bank.shape)
    for n in range(24):
        split = np.sort(rng.uniform(0.15, 0.85, 2 if n > 5 else 0))
        for a, b in zip([0, *split], [*split, 1], strict=True):
            rows = [bank[0, n] * (1 - a) + bank[1, n] * a, bank[0, n] * (1 - b) + bank[1, n] * b]
            rows += [bank[0, n + 1] * (1 - b) + bank[1, n + 1] * b, bank[0, n + 1] * (1 - a) + bank[1, n + 1] * a]
            ink = WATER[int(rng.integers(len(WATER)))]
            block.cut(rows, ink, [*WATER[:4], LIT[2]], 0.06, 0.004 if rng.random() < 0.6 else 0, 0.8)
    for side in bank:
        block.key.line(side, KEY, 0.009, thin=0.3)


def cottage(block: Block, x: float, y: float, size: float, lean: float) -> None:
    """Cut a leaning house with a steep roof and burning windows."""
    rng = block.rng

    def at(u: float, v: float) -> tuple[float, float]:
        return x + size * (u + lean * v), y - size * v

    wall, roof = WALLS[int(rng.integers(5))], ROOFS[int(rng.integers(4))]
    side = [at(0.9, 0), at(1.7, 0.12), at(1.75, 0.95), at(0.9, 0.85)]
    block.cut(side, SHADOW[int(rng.integers(5))], [KEY, *SHADOW[:3]], 1.4)
    front = [at(0, 0), at(0.9, 0), at(0.95, 0.85), at(0.42, 1.75), at(-0.05, 0.85)]
    block.cut(front, wall, [wall * 0.85, LIT[2], LIT[3]], 1.5)
    tiles = [at(0.42, 1.8), at(1.3, 1.72), at(1.85, 0.88), at(1.0, 0.76)]
    block.cut(tiles, roof, [KEY, roof * 0.7, SKY[2], SKY[3]], 1.0)
    block.cut([at(0.42, 1.8), at(0.34, 1.7), at(-0.16, 0.7), at(-0.04, 0.74)], roof, [SKY[2]], 1.0)
    for u, v in ((0.16, 0.42), (0.56, 0.4), (0.36, 0.95), (1.15, 0.38)):
        pane = [at(u, v), at(u + 0.2, v + 0.02), at(u + 0.2, v + 0.3), at(u + 0.01, v + 0.28)]
        block.cut(pane, SKY[0], [SKY[1], KEY], 0.2, 0.006)
    block.cut([at(1.2, 1.6), at(1.38, 1.6), at(1.38, 2.05), at(1.18, 2.05)], ROOFS[1], [KEY], 1.5)


def pine(block: Block, x: float, y: float, height: float) -> None:
    """Cut a pine as a stack of toothed wedges."""
    rng = block.rng
    trunk = height * 0.035
    block.cut([(x - trunk, y), (x + trunk, y), (x, y - height)], ROOFS[1], [KEY, ROOFS[2]], 1.57)
    tiers = 6
    for k in range(tiers):
        low, top = y - height * (0.1 + 0.8 * k / tiers), y - height * (0.34 + 0.68 * k / tiers)
        half = height * 0.26 * (1 - 0.8 * k / tiers)
        u = np.linspace(-1, 1, 9)
        teeth = np.stack([x + half * u, low - 0.35 * half * np.abs(u) + 0.05 * height * (np.arange(9) % 2)], axis=1)
        teeth += rng.normal(0, 0.003, teeth.shape)
        ink, tip = PINE[int(rng.integers(4))], np.array([[x + rng.normal(0, 0.004), top]])
        block.cut(np.vstack([tip, teeth]), ink, [WATER[0], FIELDS[2], KEY, SHADOW[0], ink], radial(tip[0]), 0.0045, 0.8)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the print, `width` x `height` pixels."""
    aspect = width / height
    inks, key = Canvas(width, height, SKY[4], 3), Canvas(width, height, np.ones(3), 3)
    block = Block(rng, inks, key, Image.new("I", (width, height)))
    sky(block, aspect)
    for x, top, left, right in ((0.5, 0.26, 0.3, 0.25), (1.2, 0.3, 0.24, 0.3), (0.2, 0.14, 0.36, 0.3)):
        peak(block, x, top, 0.64, left, right)
    peak(block, 0.78, 0.4, 0.64, 0.2, 0.22)
    valley(block, aspect)
    for x, y, size, lean in ((1.04, 0.68, 0.05, 0.1), (0.42, 0.69, 0.052, -0.1), (0.3, 0.77, 0.07, 0.12)):
        cottage(block, x, y, size, lean)
    cottage(block, 1.0, 0.8, 0.082, -0.12)
    far = ((0.5, 0.66, 0.1), (0.57, 0.65, 0.08), (0.93, 0.64, 0.09), (1.2, 0.72, 0.17), (1.28, 0.76, 0.2))
    near = ((0.22, 0.74, 0.18), (0.2, 0.9, 0.3), (1.2, 0.96, 0.42), (0.06, 1.02, 0.62), (1.31, 1.04, 0.6))
    for x, y, size in far + near:
        pine(block, x, y, size)
    cottage(block, 0.82, 0.99, 0.1, 0.08)
    block.gouge(34_000)
    return picture(printed(rng, block))


def printed(rng: np.random.Generator, block: Block) -> Field:
    """Return the pull of all blocks: inks rolled unevenly, grain of the plank, the key a little out of register."""
    width, height = block.inks.width, block.inks.height
    rough = 0.0006 * noise(rng, width, height, 0.012, 2)
    inks = warped(block.inks.array(), rough + 0.0015, -rough)
    key = warped(block.key.array(), rough, rough)
    plank = noise(rng, width, height, (0.012, 0.6), 3)
    stipple, cloudy = noise(rng, width, height, 0.006, 2), noise(rng, width, height, 0.3, 4)
    rolled = 1 + (0.045 * plank + 0.05 * stipple + 0.05 * cloudy)[..., None]
    bare = np.clip(noise(rng, width, height, (0.005, 0.012), 2) - 2.0, 0, 1)[..., None] * 0.6
    dry = np.clip(noise(rng, width, height, (0.004, 0.03), 2) - 1.6, 0, 1)[..., None] * 0.5
    colours = inks * rolled
    colours = colours * (1 - bare) + SHEET * bare
    black = (1 - key) * (1 - dry)
    return np.asarray((colours * (1 - black) + KEY * black) * paper(rng, width, height, 0.04)[..., None])
