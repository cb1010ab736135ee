"""A leaded window: a rose for a sun, hills and water, irises in front; every pane its own glass."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from tools.paintings.shapes import (
    Canvas,
    Colour,
    Field,
    Points,
    colour,
    grid,
    noise,
    palette,
    picture,
    ribbon,
    spline,
    varied,
)

Labels = NDArray[np.int64]
OVERSAMPLE = 2
SUN = (0.667, 0.37)
ROSE = [  # outer radius, number of petals, glass
    (0.045, 8, palette("ffdf6b ff9a1f")),
    (0.098, 12, palette("d4142a f05a1a")),
    (0.150, 16, palette("1f49c8 6f2fb0 1f7fd0")),
    (0.205, 24, palette("ffc533 e8242f ffd968")),
    (0.262, 24, palette("0f8f86 1550b8 3aa65a")),
    (0.300, 48, palette("ffe08a d81f3a")),
]
SKY = palette("ffd27a ff9d63 f0648a b552c0 6c4fd0 2f55d8 1a3cae 122a86")
HILLS = [palette("7d5bc0 9a72d0 6546a8"), palette("3d6fc4 2a58a8 5585d8"), palette("1d8a86 136c74 2fa58c")]
HILLS += [palette("2c8a3c 1f6f35 57a83e 7cbf3a")]
WATER = palette("1a4fb4 1668c8 1593c4 27b3c4 123b8e 3d6fe0")
GLINT = palette("ffd76a ffb04a ffe9a8 f78a5a")
LEAF = palette("1f7a34 3fa040 0f5c3a 86c043 167a5c")
IRIS = palette("6a2fc0 8a4fe0 4a1fa0 b07af0 3a2fb8")
RUBY = palette("c8143a e83a5a a00f3a f06a7a d0245a")
BORDER = palette("b8122e 123c9c 0f7a4a e0a526 5a1f90 1380a8")


class Window:
    """The panes of a window: an image of labels, and the colour of each label."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("I", (width * OVERSAMPLE, height * OVERSAMPLE))
        self.draw = ImageDraw.Draw(self.image)
        self.scale = height * OVERSAMPLE
        self.colours: list[Colour] = [np.zeros(3)]
        self.paint = Canvas(width, height, np.ones(3))

    def pane(self, outline: Points, glass: Colour) -> None:
        """Cut one pane along a closed outline."""
        self.colours.append(glass)
        self.draw.polygon([(float(x), float(y)) for x, y in outline * self.scale], fill=len(self.colours) - 1)

    def cut(self, pieces: Labels, where: NDArray[np.bool_], glass: Callable[[int], Colour]) -> None:
        """Cut one pane per distinct number in `pieces` inside `where`; `glass` gives the colour of a number."""
        labels = np.array(self.image, dtype=np.int64)
        kinds, inverse = np.unique(pieces[where], return_inverse=True)
        labels[where] = len(self.colours) + inverse
        self.colours += [glass(int(kind)) for kind in kinds]
        self.image.paste(Image.fromarray(labels.astype(np.int32)))


def background(window: Window, rng: np.random.Generator, x: Field, y: Field) -> None:
    """Cut the sky, the rose, the hills, the water and the border."""
    dx, dy = x - SUN[0], y - SUN[1]
    radius, turn = np.hypot(dx, dy), (np.arctan2(dy, dx) / (2 * np.pi)) % 1
    bend = 0.012 * np.sin(2 * np.pi * turn * 5) + 0.010 * np.sin(2 * np.pi * turn * 8 + 1)
    ring = np.maximum(np.floor((radius + bend - 0.3) / 0.072).astype(np.int64), 0)
    sector = np.floor((turn + 0.05 * np.sin(9 * radius) + ring * 0.013) % 1 * (36 + 12 * (ring > 3))).astype(np.int64)
    everywhere = np.ones_like(x, dtype=bool)

    def sky(kind: int) -> Colour:
        return varied(rng, SKY[int(np.clip(kind // 100 + rng.integers(-1, 2), 0, 7))], 0.16)

    window.cut(ring * 100 + sector, everywhere, sky)
    for k, (outer, count, inks) in reversed(list(enumerate(ROSE))):
        place = turn * count + 0.5 * (k % 2)
        arch = 1 - np.abs(2 * (place % 1) - 1) ** 2.2
        inside = radius < outer * (0.9 + 0.13 * arch if k in (1, 3) else 0.94 + 0.08 * arch if k < 5 else 1)
        petal = np.floor(place).astype(np.int64) % count
        window.cut(petal, inside, _in_turn(rng, inks))
    for k, inks in enumerate(HILLS):
        crest = 0.55 + 0.045 * k + 0.05 * np.sin(x * (3.2 + k) + 2.3 * k) + 0.018 * np.sin(x * 9 + 4 * k)
        strip = np.floor((x + (0.5 - 0.3 * k) * (y - crest) + 0.02 * np.sin(30 * (y - crest))) * (13 + 2 * k))
        row = np.floor((y - crest) / (0.04 + 0.012 * k) + 0.35 * np.sin(x * 21))
        window.cut((strip * 10 + row).astype(np.int64), y > crest, _any_of(rng, inks))
    depth = np.sqrt(np.clip(y - 0.715, 0, None)) * 18 + 0.35 * np.sin(x * 8 + 3 * y) + 0.18 * np.sin(x * 19)
    row = np.floor(depth).astype(np.int64)
    shift = rng.uniform(0, 1, 64)[np.clip(row, 0, 63)]
    column = np.floor((x + 0.03 * np.sin(depth * 4)) * (9 - 0.35 * row) + shift * 5).astype(np.int64)

    def water(kind: int) -> Colour:
        lane = (kind % 100 - shift_of[kind // 100] * 5) / (9 - 0.35 * (kind // 100)) - SUN[0]
        return varied(rng, rng.choice(GLINT if abs(lane + 0.05) < rng.uniform(0.02, 0.2) else WATER), 0.15)

    shift_of = {int(r): float(s) for r, s in zip(row.ravel()[::997], shift.ravel()[::997], strict=True)}
    shift_of = {r: shift_of.get(r, 0.0) for r in range(64)}
    window.cut(row * 100 + column, (depth > 0) & (y > 0.715), water)


def _any_of(rng: np.random.Generator, inks: list[Colour]) -> Callable[[int], Colour]:
    return lambda _: varied(rng, rng.choice(inks), 0.14)


def _in_turn(rng: np.random.Generator, inks: list[Colour]) -> Callable[[int], Colour]:
    return lambda i: varied(rng, inks[i % len(inks)], 0.1)


def border(window: Window, rng: np.random.Generator, x: Field, y: Field) -> None:
    """Cut the frame of small jewels."""
    aspect = x.shape[1] / x.shape[0]
    rim = np.minimum(np.minimum(x, aspect - x), np.minimum(y, 1 - y))
    side = np.argmin(np.stack([x, aspect - x, y, 1 - y]), axis=0)
    along = np.where(side < 2, y, x)
    jewel = np.floor(along / 0.0417).astype(np.int64)
    window.paint.image.paste((255, 255, 255), mask=Image.fromarray(rim < 0.05))
    window.cut(side * 100 + jewel, rim < 0.036, lambda i: varied(rng, BORDER[(i % 100 + i // 100) % len(BORDER)], 0.15))
    window.cut(side * 100 + jewel // 4, (rim >= 0.036) & (rim < 0.05), _in_turn(rng, [colour("f2e2b0")]))


def leaf(window: Window, rng: np.random.Generator, path: ArrayLike, width: float) -> None:
    """Cut a sword-shaped leaf in two tones along its midrib, and across in a few places."""
    spine = spline(path, 60)
    widths = width * np.sin(np.linspace(0.35, np.pi, 60)) ** 0.7
    outline = ribbon(spine, widths)
    left, right = outline[:60], outline[60:][::-1]
    for edge, shade in ((left, 0.78), (right, 1.12)):
        cuts = [0, *sorted(int(c) for c in rng.choice(np.arange(8, 52), 3, replace=False)), 59]
        for begin, end in pairwise(cuts):
            glass = np.clip(varied(rng, rng.choice(LEAF), 0.12) * shade, 0, 1)
            window.pane(np.vstack([edge[begin : end + 1], spine[begin : end + 1][::-1]]), glass)


PETALS: list[tuple[list[tuple[float, float]], bool]] = [
    ([(0, 0), (-0.3, -0.1), (-0.66, -0.3), (-0.72, -0.66), (-0.46, -0.76), (-0.16, -0.42)], False),
    ([(0, 0), (0.16, -0.42), (0.46, -0.76), (0.72, -0.66), (0.66, -0.3), (0.3, -0.1)], False),
    ([(0, 0), (-0.27, -0.3), (-0.27, -0.7), (0, -0.95), (0.27, -0.7), (0.27, -0.3)], False),
    ([(0, 0), (-0.16, 0.2), (-0.5, 0.5), (-0.85, 0.68), (-1.04, 0.42), (-0.75, 0.06), (-0.36, -0.06)], True),
    ([(0, 0), (0.36, -0.06), (0.75, 0.06), (1.04, 0.42), (0.85, 0.68), (0.5, 0.5), (0.16, 0.2)], True),
    ([(0, 0), (-0.26, 0.18), (-0.38, 0.6), (-0.2, 0.95), (0, 1.02), (0.2, 0.95), (0.38, 0.6), (0.26, 0.18)], True),
]


def iris(
    window: Window, rng: np.random.Generator, centre: ArrayLike, size: float, lean: float, inks: list[Colour]
) -> None:
    """Cut a flower: three standards, three falls with golden tongues; its veins are painted on the glass."""
    turn = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])

    def placed(points: ArrayLike) -> Points:
        return np.asarray(np.asarray(centre) + size * np.asarray(points) @ turn)

    for shape, falls in PETALS:
        outline = spline(shape, 81, closed=True)
        ruffle = 1 + 0.035 * np.sin(np.linspace(0, 2 * np.pi * 11, 81)) * np.sin(np.linspace(0, np.pi, 81))
        outline = outline * ruffle[:, None]
        tip = outline[np.argmax(np.linalg.norm(outline, axis=1))]
        rib = spline([(0, 0), tip * 0.5 + 0.04 * tip[::-1] * (1, -1), tip], 30)
        far = int(np.argmax(np.linalg.norm(outline, axis=1)))
        base = rng.choice(inks)
        for half, shade in ((outline[: far + 1], 0.85), (outline[far:][::-1], 1.15)):
            window.pane(placed(np.vstack([half, rib[::-1]])), np.clip(varied(rng, base, 0.1) * shade, 0, 1))
            for share in np.linspace(0.2, 0.85, 5):
                length = min(len(half), 30)
                near = half[np.linspace(0, len(half) - 1, length).astype(int)]
                vein = near * share + rib[:length] * (1 - share)
                window.paint.line(placed(vein[3:24]), np.full(3, 0.35), 0.0028, thin=0.1)
        if falls:
            tongue = spline([(0, 0), tip * 0.25 - 0.09 * tip[::-1] * (1, -1), tip * 0.52], 20)
            other = spline([(0, 0), tip * 0.25 + 0.09 * tip[::-1] * (1, -1), tip * 0.52], 20)
            window.pane(placed(np.vstack([tongue, other[::-1]])), varied(rng, colour("ffc21f"), 0.08))


def flowers(window: Window, rng: np.random.Generator) -> None:
    """Cut the two clumps of irises that frame the window."""
    for root, heads in (
        (0.2, [(0.13, 0.44, 0.1, -0.25, 0), (0.31, 0.6, 0.115, 0.2, 1), (0.14, 0.79, 0.12, -0.1, 0)]),
        (1.13, [(1.2, 0.4, 0.1, 0.2, 1), (1.03, 0.575, 0.11, -0.2, 0), (1.19, 0.76, 0.125, 0.12, 1)]),
        (0.68, [(0.66, 0.83, 0.095, 0.05, 0), (0.5, 0.9, 0.075, -0.3, 1), (0.85, 0.9, 0.075, 0.3, 1)]),
    ):
        for _ in range(9 if root != 0.68 else 5):
            foot, rise = root + rng.normal(0, 0.07), rng.uniform(0.25, 0.55) * (1 if root != 0.68 else 0.4)
            lean = rng.normal(0, 0.1)
            path = [(foot, 1.03), (foot + 0.2 * lean, 1 - 0.5 * rise), (foot + lean, 1 - rise)]
            leaf(window, rng, path, rng.uniform(0.03, 0.045))
        for x, y, _, _, _ in heads:
            stem = spline([(root + 0.3 * (x - root), 1.03), (0.5 * (root + x), 0.5 * (1 + y)), (x, y)], 40)
            window.pane(ribbon(stem, 0.016), varied(rng, LEAF[1], 0.1))
        for x, y, size, lean, kind in heads:
            iris(window, rng, (x, y), size, lean, (IRIS, RUBY)[kind])


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the window, `width` x `height` pixels."""
    window = Window(width, height)
    x, y = grid(width * OVERSAMPLE, height * OVERSAMPLE)
    background(window, rng, x, y)
    flowers(window, rng)
    border(window, rng, x, y)
    shown = leaded(rng, window, width, height)
    return picture(shown).resize((width, height), Image.Resampling.BOX)


def leaded(rng: np.random.Generator, window: Window, width: int, height: int) -> Field:
    """Return the lit window at the oversampled size: panes of uneven glass, cames, light that spills over."""
    labels = np.array(window.image, dtype=np.int64)
    tall, wide = labels.shape
    edge = np.zeros(labels.shape, dtype=bool)
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    edge[1:] |= labels[1:] != labels[:-1]
    away = np.asarray(ndimage.distance_transform_edt(~edge)) / tall
    colours = np.array(window.colours)
    kinds = rng.integers(0, 5, len(colours))
    streaks = np.empty((5, tall, wide), dtype=np.float32)
    x, y = grid(wide, tall)
    for k, angle in enumerate(rng.uniform(0, np.pi, 5)):
        straight = noise(rng, width, height, (0.4, 0.03), 4)
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        swirl = 0.015 * np.sin(7 * u)
        streaks[k] = ndimage.map_coordinates(straight, [(v + swirl) * height, u * height], order=1, mode="reflect")
    streak = np.take_along_axis(streaks, kinds[labels][None], axis=0)[0].astype(np.float64)
    area = np.maximum(np.bincount(labels.ravel(), minlength=len(colours)), 1)
    sheen = np.zeros_like(x)
    for axis in (x, y):
        centre = np.bincount(labels.ravel(), axis.ravel(), len(colours)) / area
        sheen += rng.uniform(-6, 6, len(colours))[labels] * (axis - centre[labels])
    seeds = noise(rng, wide, tall, 0.006, 1)
    light = 1.02 + 0.2 * streak + np.clip(sheen, -0.4, 0.5) + 0.5 * np.clip(seeds - 2.1, 0, 0.6)
    light += 0.06 * noise(rng, wide, tall, 0.022, 3)
    light *= 0.62 + 0.48 * np.clip(away / 0.013, 0, 1) ** 0.7
    light *= 1.12 - 0.45 * np.hypot(x - SUN[0], y - SUN[1]) ** 2
    veins = np.asarray(window.paint.image, dtype=np.float64) / 255
    hue = colours[labels] ** 1.45 * veins
    pale = np.clip(streak - 1.0, 0, 1.2)[..., None] * 0.16
    glass = (hue * (1 - pale) + pale) * light[..., None]
    glow = sum(ndimage.gaussian_filter(glass, (s * tall, s * tall, 0)) for s in (0.006, 0.02))
    slim = np.clip(ndimage.minimum_filter(np.sqrt(area)[labels], 9) / tall / 0.045, 0.55, 1)
    came = ndimage.gaussian_filter(slim, 4) * (0.0036 + 0.0006 * noise(rng, wide, tall, 0.3, 2))
    height_map = np.sqrt(np.clip(1 - (away / came) ** 2, 0, 1)) * came * tall
    metal = relief_of(height_map, noise(rng, wide, tall, 0.004, 2))
    lead = np.clip((came - away) * tall / 1.5 + 0.5, 0, 1)[..., None]
    lit = 1.02 * glass + 0.13 * glow
    lit = np.where(lit < 0.7, lit, 0.7 + 0.3 * np.tanh((lit - 0.7) / 0.3))
    return np.asarray(lit * (1 - lead) + lead * (metal[..., None] * colour("4b5058") + 0.05 * glow))


def relief_of(height_map: Field, pits: Field) -> Field:
    """Return the light on the cames: round bars, lit from the upper left, a little pitted."""
    smooth = ndimage.gaussian_filter(height_map + 0.15 * pits, 1.2)
    down, right = np.gradient(smooth)
    facing = (0.55 + 0.6 * (down + right)) / np.sqrt(1 + down**2 + right**2)
    return np.asarray(0.18 + 0.5 * np.clip(facing, 0, None) + 1.5 * np.clip(facing - 0.5, 0, None) ** 2)
