"""A peacock on gold in Byzantine mosaic: rows of stone and glass tesserae that follow the contours."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage import draw, feature, measure

from tools.paintings.shapes import (
    Canvas,
    Colour,
    Field,
    Points,
    colour,
    noise,
    palette,
    picture,
    ribbon,
    spline,
    varied,
)

GROUT = colour("2b231c")
GOLD = palette("d9a935 e8bf4d c48f26 f2d374 b07a1e dcae45 e3b64a")
CREAM = palette("efe3c4 e0d0a8 f7efda")
GREENS = [palette("1f6b4a 2a8055 175a44"), palette("2f8f6a 49a06a 237a62"), palette("0f5a63 17707a 0d4a58")]
COBALT = palette("1d3f9c 2450b8 173183 2f62cc")
TURQUOISE, BRONZE = palette("1fa0a8 35b8b4 178a96"), palette("9a5a22 b5702e 824a1c")
NIGHT, RED = palette("141c4e 1a2460 101640"), palette("a82424 c23a2e 8e1c22")
LEAF, MEADOW = palette("2f7a35 4a9440 246a3a"), palette("2c6e3c 3f8a44 5fa04a 245c3c")
CENTRE = np.array([0.667, 0.7])


@dataclass
class Cartoon:
    """The design below a mosaic: an image of region numbers, and the stones of each region."""

    image: Image.Image
    unit: float
    stones: list[list[Colour]] = field(default_factory=list)

    def region(self, outline: Points, stones: list[Colour]) -> None:
        """Add a region; it covers what was there."""
        self.stones.append(stones)
        path = [(float(x), float(y)) for x, y in np.asarray(outline) * self.unit]
        ImageDraw.Draw(self.image).polygon(path, fill=len(self.stones) - 1)

    def disc(self, centre: ArrayLike, radius: float, stones: list[Colour], stretch: float = 1, turn: float = 0) -> None:
        """Add an ellipse, `stretch` times as long along direction `turn` as across."""
        t = np.linspace(0, 2 * np.pi, 50, endpoint=False)
        along, c, s = np.stack([stretch * np.cos(t), np.sin(t)], axis=1) * radius, np.cos(turn), np.sin(turn)
        self.region(along @ np.array([[c, s], [-s, c]]) + np.asarray(centre), stones)


def ground(cartoon: Cartoon, aspect: float) -> None:
    """Lay out the gold ground, the meadow with its flowers and the border."""
    cartoon.region(np.array([(0, 0), (aspect, 0), (aspect, 1), (0, 1)]), GOLD)
    for k in range(3):
        x = np.linspace(0, aspect, 60)
        crest = 0.8 + 0.045 * k + 0.014 * np.sin(x * (9 + 2 * k) + 2 * k)
        cartoon.region(np.vstack([np.stack([x, crest], axis=1), [(aspect, 1), (0, 1)]]), [MEADOW[k], MEADOW[k + 1]])
    for k, x in enumerate(np.linspace(0.13, aspect - 0.13, 9)):
        y = 0.875 + 0.016 * np.sin(5.1 * k)
        cartoon.region(ribbon(spline([(x, y + 0.08), (x + 0.006, y)], 8), 0.013), LEAF)
        for petal in np.arange(5) * 1.2566 - 1.57:
            at = (x + 0.029 * np.cos(petal), y + 0.029 * np.sin(petal))
            cartoon.disc(at, 0.0155, (RED, CREAM, COBALT)[k % 3], 1.25, petal)
        cartoon.disc((x, y), 0.0135, GOLD)


def scrolls(cartoon: Cartoon, aspect: float) -> None:
    """Lay out the vine: stems that roll up into scrolls, leaves and grapes, the same on both sides."""
    for mirror in (False, True):

        def put(points: ArrayLike, mirror: bool = mirror) -> Points:
            placed = np.array(points, dtype=np.float64)
            if mirror:
                placed[..., 0] = aspect - placed[..., 0]
            return placed

        stem = spline([(0.1, 0.86), (0.085, 0.7), (0.14, 0.56), (0.09, 0.42), (0.13, 0.28), (0.1, 0.12)], 80)
        cartoon.region(ribbon(put(stem), np.linspace(0.024, 0.013, 80)), LEAF)
        for x, y, size, spin in ((0.17, 0.65, 0.068, 1), (0.175, 0.36, 0.066, 1), (0.21, 0.15, 0.075, -1)):
            t = np.linspace(0, 1.55 * 2 * np.pi, 70)
            radius = size * np.linspace(1, 0.32, 70)
            roll = np.stack([x - radius * np.cos(t), y + spin * radius * np.sin(t)], axis=1)
            cartoon.region(ribbon(put(roll), np.linspace(0.018, 0.011, 70)), LEAF)
            for k in range(7):
                at = put((x + 0.018 * (k % 3 - 1), y + 0.018 * (k // 3 - 1)))
                cartoon.disc(at, 0.0095, (RED, NIGHT)[k % 2])
            for turn in (0.6, 2.2, 4.0, 5.3):
                at = put((x - 1.15 * size * np.cos(turn), y + spin * 1.15 * size * np.sin(turn)))
                cartoon.disc(at, 0.013, GREENS[1], 2.0, np.pi - turn if mirror else turn)


def tail(cartoon: Cartoon) -> None:
    """Lay out the fan of feathers with its rows of eyes."""
    rim = np.linspace(np.pi * 0.93, np.pi * 2.07, 240)
    scallop = 0.575 + 0.014 * np.abs(np.sin((rim - rim[0]) * 25 / 2 / 1.14))
    for extra, stones in ((0.026, NIGHT), (0.013, CREAM), (0.0, GREENS[2])):
        fan = CENTRE + (scallop + extra)[:, None] * np.stack([np.cos(rim), 1.04 * np.sin(rim)], axis=1)
        cartoon.region(np.vstack([fan, [np.add(CENTRE, (0, 0.06))]]), stones)
    edges = np.linspace(rim[0], rim[-1], 42)
    for k in range(41):
        t = np.linspace(edges[k], edges[k + 1], 6)
        arc = CENTRE + 0.57 * np.stack([np.cos(t), 1.04 * np.sin(t)], axis=1)
        cartoon.region(np.vstack([arc, [CENTRE]]), GREENS[k % 3])
    for radius, count, size in ((0.52, 17, 0.043), (0.415, 14, 0.04), (0.315, 11, 0.036), (0.225, 8, 0.03)):
        for turn in np.linspace(rim[0] + 0.06, rim[-1] - 0.06, count):
            ahead = np.array([np.cos(turn), 1.04 * np.sin(turn)])
            at = CENTRE + radius * ahead
            cartoon.region(ribbon(np.linspace(CENTRE + 0.1 * ahead, at, 8), 0.009), GOLD[2:4])
            for share, stones in ((1.0, GOLD), (0.72, BRONZE), (0.5, TURQUOISE), (0.27, NIGHT)):
                cartoon.disc(at, size * share, stones, 1.18, turn)


def bird(cartoon: Cartoon) -> None:
    """Lay out the body, seen from the front, with the head turned to the left."""
    x, y = CENTRE
    for dx in (-0.035, 0.035):
        cartoon.region(ribbon(spline([(x + dx, y + 0.1), (x + 1.2 * dx, y + 0.2)], 10), 0.016), BRONZE)
        for toe in (-0.03, 0, 0.03):
            cartoon.region(
                ribbon(spline([(x + 1.2 * dx, y + 0.195), (x + 1.2 * dx + toe, y + 0.22)], 8), 0.013), BRONZE
            )
    half = [(0.0, -0.3), (0.03, -0.29), (0.042, -0.24), (0.036, -0.18), (0.06, -0.09), (0.105, 0.0), (0.1, 0.08)]
    half += [(0.05, 0.13)]
    outline = [*half, (0, 0.14), *((-a, b) for a, b in reversed(half[1:]))]
    for grow, stones in ((1.2, NIGHT), (1.0, COBALT), (0.72, TURQUOISE), (0.45, GOLD), (0.22, RED)):
        body = spline(np.array(outline) * (grow, 0.96 + 0.04 * grow), 100, closed=True)
        cartoon.region(body * (1, 0.6 if grow < 1 else 1) + (x, y + (0.045 if grow < 1 else 0)), stones)
    for side in (-1, 1):
        for k in range(4):
            low = (0.09 - 0.012 * k, 0.13 + 0.008 * k)
            wing = [(0.07, -0.04 + 0.012 * k), (0.125 - 0.006 * k, 0.02 + 0.02 * k), low]
            feather = spline(np.array(wing) * (side, 1) + (x, y), 20)
            cartoon.region(ribbon(feather, 0.022), (BRONZE, CREAM, RED, CREAM)[k])
    for k in range(5):
        turn = np.pi * (1.34 + 0.09 * k)
        tip = np.array([x, y - 0.32]) + 0.105 * np.array([np.cos(turn), np.sin(turn)])
        cartoon.region(ribbon(np.linspace((x, y - 0.32), tip, 6), 0.011), GOLD)
        cartoon.disc(tip, 0.015, TURQUOISE)
    cartoon.disc((x - 0.008, y - 0.315), 0.062, NIGHT)
    for grow, stones in ((1.4, NIGHT), (1.0, RED)):
        beak = np.array([(0.03, -0.026), (-0.095, 0.03), (0.03, 0.026)]) * (1, grow) + (x - 0.045, y - 0.305)
        cartoon.region(beak, stones)
    cartoon.disc((x - 0.008, y - 0.315), 0.049, COBALT)
    cartoon.disc((x - 0.018, y - 0.318), 0.025, CREAM, 1.25)
    cartoon.disc((x - 0.02, y - 0.318), 0.011, [NIGHT[2] * 0.4])


def border(cartoon: Cartoon, aspect: float) -> None:
    """Lay out the frame: a band of red, one of cream, and a row of lozenges between lines."""
    for inset, stones in ((0.077, CREAM), (0.0645, NIGHT), (0.0125, RED)):
        for left, top, right, bottom in (
            (0, 0, aspect, inset), (0, 1 - inset, aspect, 1), (0, 0, inset, 1), (aspect - inset, 0, aspect, 1)
        ):  # fmt: skip
            cartoon.region(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]), stones)
    across, down = np.linspace(0.0385, aspect - 0.0385, 23), np.linspace(0.0385, 1 - 0.0385, 17)
    places = [(k, x, y) for k, x in enumerate(across) for y in (0.0385, 1 - 0.0385)]
    places += [(k, x, y) for k, y in enumerate(down) for x in (0.0385, aspect - 0.0385)]
    for k, x, y in places:
        cartoon.disc((x, y), 0.0225, (GOLD, TURQUOISE)[k % 2])
        cartoon.disc((x, y), 0.01, (RED, CREAM)[k % 2])


@dataclass
class Floor:
    """The mosaic itself: the stones that are laid, and the pixels that they occupy."""

    rng: np.random.Generator
    canvas: Canvas
    taken: NDArray[np.bool_]
    bumps: Canvas

    def lay(self, corners: Points, stone: Colour) -> None:
        """Lay one tessera, corners in pixels, shape (n, 2) as (x, y), unless others are in its way."""
        rows, columns = draw.polygon(corners[:, 1], corners[:, 0], self.taken.shape)  # type: ignore[no-untyped-call]
        if len(rows) < 9 or self.taken[rows, columns].mean() > 0.16:
            return
        self.taken[rows, columns] = True
        middle = corners.mean(axis=0)
        cut = middle + (corners - middle) * 0.9 + self.rng.normal(0, 0.35, corners.shape)
        shiny = abs(float(stone[0] - stone[2])) > 0.4 and stone[1] > 0.4
        tint = stone * (1 + 0.13 * self.rng.normal()) if shiny else varied(self.rng, stone, 0.09)
        glint = 1.3 if shiny and self.rng.random() < 0.08 else 1
        self.canvas.fill(cut / len(self.taken), np.clip(tint * glint, 0, 1))
        self.bumps.fill(cut / len(self.taken), np.full(3, self.rng.uniform(0.55, 1)))


def rows_of(floor: Floor, inside: Field, size: float, stones: list[Colour], origin: Points) -> None:
    """Lay rows of stones along the level lines of `inside`, the distance in pixels to the edge of a region."""
    deepest = float(inside.max())
    across = max(1, round(2 * deepest / size))  # rows from edge to edge where the region is widest
    tall = 2 * deepest / across
    for row in range((across + 1) // 2):
        level = min((row + 0.5) * tall, deepest - 0.3 * tall)
        smooth = ndimage.gaussian_filter(inside, 0.5)
        for contour in measure.find_contours(smooth, level):  # type: ignore[no-untyped-call]
            path = contour[:, ::-1] + origin
            steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
            count = round(float(steps[-1]) / (size * 1.02))
            if count < 1:
                continue
            marks = np.cumsum(np.concatenate([[0.0], floor.rng.uniform(0.82, 1.18, count)]))
            marks *= steps[-1] / marks[-1]
            for begin, end in pairwise(marks):
                at = np.array([np.interp([begin, end], steps, path[:, axis]) for axis in (0, 1)]).T
                ahead = at[1] - at[0]
                length = float(np.linalg.norm(ahead))
                if length < 0.4 * size:
                    continue
                normal = np.array([-ahead[1], ahead[0]]) / length * tall / 2
                stone = stones[int(floor.rng.integers(len(stones)))]
                floor.lay(np.array([at[0] + normal, at[1] + normal, at[1] - normal, at[0] - normal]), stone)


def fill_gaps(floor: Floor, labels: NDArray[np.int64], cartoon: Cartoon) -> None:
    """Fill what the rows left open with smaller stones cut to size."""
    edges = np.zeros(labels.shape, dtype=bool)
    edges[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    edges[1:] |= labels[1:] != labels[:-1]
    down, right = np.gradient(ndimage.gaussian_filter(np.asarray(ndimage.distance_transform_edt(~edges)), 3))
    facing = np.arctan2(down, right) + np.pi / 4
    for reach in (5.0, 4.4, 3.8, 3.2, 2.6, 2.0):
        free = np.asarray(ndimage.distance_transform_edt(~floor.taken))
        deepest = feature.peak_local_max(free, int(2 * reach), reach)  # type: ignore[no-untyped-call]
        for row, column in deepest:
            turn = facing[row, column] + floor.rng.normal(0, 0.12) + np.arange(4) * np.pi / 2
            spread = 1.5 * min(free[row, column], 5.6) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
            corners = np.array([column, row]) + spread
            stones = cartoon.stones[labels[row, column]]
            floor.lay(corners, stones[int(floor.rng.integers(len(stones)))])


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the mosaic, `width` x `height` pixels."""
    cartoon = Cartoon(Image.new("I", (width, height)), height)
    aspect = width / height
    ground(cartoon, aspect)
    scrolls(cartoon, aspect)
    tail(cartoon)
    bird(cartoon)
    border(cartoon, aspect)
    labels = np.array(cartoon.image, dtype=np.int64)
    free = np.zeros(labels.shape, dtype=bool)
    floor = Floor(rng, Canvas(width, height, GROUT, 3), free, Canvas(width, height, np.zeros(3)))
    boxes = ndimage.find_objects(labels + 1)
    for k in reversed(range(len(cartoon.stones))):
        box = boxes[k] if k < len(boxes) else None
        if box is None:
            continue
        inside = np.asarray(ndimage.distance_transform_edt(np.pad(labels[box] == k, 1)), dtype=np.float64)
        size = height * (0.0148 if k == 0 else 0.0122)
        origin = np.array([box[1].start - 1, box[0].start - 1], dtype=np.float64)
        rows_of(floor, inside, size, cartoon.stones[k], origin)
    fill_gaps(floor, labels, cartoon)
    return picture(lit(rng, floor))


def lit(rng: np.random.Generator, floor: Floor) -> Field:
    """Return the mosaic under a raking light: bevelled stones, veins and pits, a soft fall-off."""
    colours = ndimage.gaussian_filter(floor.canvas.array(), (0.45, 0.45, 0))  # a lens, not a scalpel
    height, width = floor.taken.shape
    raised = ndimage.gaussian_filter(floor.bumps.array()[..., 0], 0.8)
    down, right = np.gradient(raised + 0.03 * noise(rng, width, height, 0.008, 2))
    light = 1 + 0.9 * np.clip(down + right, -0.45, 0.5)
    light += 0.06 * noise(rng, width, height, 0.012, 3) + 0.07 * noise(rng, width, height, 0.5, 3)
    return np.asarray(colours * light[..., None])
