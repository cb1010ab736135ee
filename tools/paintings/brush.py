"""Thick paint: brushes that leave streaked marks, a canvas that takes them, and light across the relief.

Lengths and widths of marks are in pixels; angles in radians, 0 pointing right, growing clockwise (y points down).
Pictures are float arrays of shape (height, width, 3) from 0 to 1, fields have shape (height, width).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage import color

from tools.paintings.shapes import Canvas, Field, picture

Array = NDArray[np.float32]

ALONG, ACROSS = 96, 40  # resolution of a stored mark
VARIANTS = 24


@dataclass(frozen=True)
class Jitter:
    """How far the colours of single marks stray, as standard deviations.

    `lightness` goes from 0 to 100, `hue` is in radians, `chroma` is that of its logarithm; `streak` is how much
    lighter the hairs of one mark are than its mean.
    """

    lightness: float = 4.0
    hue: float = 0.12
    chroma: float = 0.15
    streak: float = 6.0


class Brush:
    """A bank of marks.

    `ragged` is how unevenly the hairs touch down and lift (share of the length), `hair` the thickness of a hair
    (share of the width), `square` how square the mark's outline is (2 an ellipse, 6 a slab).
    """

    def __init__(self, rng: np.random.Generator, ragged: float, hair: float, square: float) -> None:
        along = np.linspace(-1, 1, ALONG)[:, None]
        across = np.linspace(-1, 1, ACROSS)[None, :]
        self.cover: list[Array] = []
        self.streak: list[Array] = []
        self.relief: list[Array] = []
        for _ in range(VARIANTS):
            noise = ndimage.gaussian_filter(rng.normal(size=(ALONG, ACROSS)), (ALONG * 0.22, ACROSS * hair * 0.5))
            noise = (noise - noise.mean()) / noise.std()
            lift = ndimage.gaussian_filter1d(rng.normal(size=(2, ACROSS)), ACROSS * hair * 0.4, axis=1)
            lift = 1 - ragged * np.abs(lift / lift.std(axis=1, keepdims=True))
            reach = np.where(along < 0, lift[:1], lift[1:])
            inside = 1 - (np.abs(along / reach) ** square + np.abs(across) ** square)
            dry = np.clip(0.75 + 0.35 * noise - 0.6 * np.clip(along - 0.2, 0, 1) * (ragged > 0.1), 0, 1)
            edge = np.clip(inside * 3.0, 0, 1)
            self.cover.append((edge * np.clip(dry * 1.6, 0.25, 1)).astype(np.float32))
            self.streak.append(np.clip(0.5 + 0.3 * noise, 0, 1).astype(np.float32))
            ridge = np.exp(-(((inside - 0.3) / 0.22) ** 2))  # paint pushed aside piles up along the rim
            push = np.clip(along, 0, 1) ** 2 * 0.5  # and at the far end
            self.relief.append((0.5 + 0.28 * noise + 0.55 * ridge + push).astype(np.float32))


class Oils:
    """A canvas of wet paint: colour, and the height of the paint."""

    def __init__(self, rng: np.random.Generator, ground: Field) -> None:
        self.rng = rng
        self.colour = ground.astype(np.float32)
        self.height: Array = rng.normal(0, 0.08, ground.shape[:2]).astype(np.float32)

    def mark(
        self, brush: Brush, at: tuple[float, float], angle: float, size: tuple[float, float], bend: float, paint: Array
    ) -> None:
        """Put down one mark centred at (x, y).

        `size` is (length, width), `bend` the turn of direction from end to end, `paint` the colours of its valleys
        and of its hairs, shape (2, 3).
        """
        length, width = size
        reach = int(np.hypot(length, width + abs(bend) * length / 3) / 2) + 2
        left, top = max(0, int(at[0]) - reach), max(0, int(at[1]) - reach)
        right, bottom = min(self.colour.shape[1], int(at[0]) + reach), min(self.colour.shape[0], int(at[1]) + reach)
        if left >= right or top >= bottom:
            return
        dx = np.arange(left, right, dtype=np.float32)[None, :] - np.float32(at[0])
        dy = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(at[1])
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        u = (dx * cos + dy * sin) * np.float32(2 / length)
        # A turn of `bend` over the length is a parabola whose ends stand off by bend * length / 8.
        v = (dy * cos - dx * sin) * np.float32(2 / width) - np.float32(bend * length / (4 * width)) * (u * u - 0.5)
        row = ((u + 1) * np.float32(0.5 * (ALONG - 1))).astype(np.int32)
        column = ((v + 1) * np.float32(0.5 * (ACROSS - 1))).astype(np.int32)
        on = (row >= 0) & (row < ALONG) & (column >= 0) & (column < ACROSS) & (u > -1) & (v > -1)
        index = (row * ACROSS + column)[on]
        variant = int(self.rng.integers(VARIANTS))
        cover = brush.cover[variant].ravel()[index]
        streak = brush.streak[variant].ravel()[index][:, None]
        patch = (slice(top, bottom), slice(left, right))
        colour, height = self.colour[patch], self.height[patch]
        colour[on] += cover[:, None] * (paint[0] + streak * (paint[1] - paint[0]) - colour[on])
        body = np.float32(min(1.6, width / 9))
        height[on] += cover * (brush.relief[variant].ravel()[index] * body - np.float32(0.75) * height[on])

    def layer(
        self, brush: Brush, reference: Field, angles: Field, size: tuple[float, float], cover: float = 1.6,
        jitter: Jitter = Jitter(), where: Field | None = None, order: Field | None = None,
    ) -> None:  # fmt: skip
        """Cover the canvas with marks coloured by `reference` and turned along `angles`.

        `cover` is how many marks lie over each pixel, `where` thins them out (0 none, 1 all of them), `order` says
        which come first (low values, under the others); without it, they come in random order.
        """
        rows, columns = self.height.shape
        step = np.sqrt(size[0] * size[1] / cover)
        y, x = np.mgrid[-step / 2 : rows + step : step, -step / 2 : columns + step : step]
        x = x.ravel() + self.rng.uniform(-0.6, 0.6, x.size) * step
        y = y.ravel() + self.rng.uniform(-0.6, 0.6, y.size) * step
        column, row = np.clip(x, 0, columns - 1).astype(int), np.clip(y, 0, rows - 1).astype(int)
        kept = np.ones(len(x), bool) if where is None else self.rng.random(len(x)) < where[row, column]
        x, y, row, column = x[kept], y[kept], row[kept], column[kept]
        sequence = self.rng.permutation(len(x))
        if order is not None:
            sequence = sequence[np.argsort(order[row, column][sequence], kind="stable")]
        angle = angles[row, column] + self.rng.normal(0, 0.1, len(x))
        bends = self._bends(angles, x, y, angle, size[0])
        paints = pigments(self.rng, blurred(reference, size[1] / 3)[row, column], jitter)
        scale = np.exp(self.rng.normal(0, 0.16, (len(x), 2)))
        for i in sequence:
            dimensions = (size[0] * scale[i, 0], size[1] * scale[i, 1])
            self.mark(brush, (x[i], y[i]), angle[i], dimensions, bends[i], paints[i])

    def _bends(self, angles: Field, x: Field, y: Field, angle: Field, length: float) -> Field:
        rows, columns = self.height.shape
        ends = []
        for side in (-0.5, 0.5):
            column = np.clip(x + side * length * np.cos(angle), 0, columns - 1).astype(int)
            row = np.clip(y + side * length * np.sin(angle), 0, rows - 1).astype(int)
            ends.append(angles[row, column])
        turn = (ends[1] - ends[0] + np.pi / 2) % np.pi - np.pi / 2  # a direction has no head or tail
        return np.asarray(np.clip(turn, -1.2, 1.2), dtype=np.float64)

    def lit(self, depth: float = 0.16, gloss: float = 0.1) -> Field:
        """The painting under light from the upper left: `depth` of the shading, `gloss` of the wet highlights."""
        surface = ndimage.gaussian_filter(self.height, 0.7)
        down, right = np.gradient(surface)
        slope = (down + right) / np.sqrt(1 + 4 * (down * down + right * right))
        shade = np.clip(1 + 2 * depth * slope, 0.55, 1.5)[..., None]
        shine = gloss * np.clip(slope * 3 - 0.35, 0, 1)[..., None]
        return np.asarray(np.clip(self.colour * shade + shine * (1.05 - self.colour), 0, 1), dtype=np.float64)


def pigments(rng: np.random.Generator, base: Field, jitter: Jitter) -> Array:
    """Two related paints for every colour of `base`, shape (n, 3): their shape is (n, 2, 3)."""
    lab = color.rgb2lab(np.clip(base, 0, 1))
    count = len(lab)
    turn, stretch = rng.normal(0, jitter.hue, count), np.exp(rng.normal(0, jitter.chroma, count))
    a, b = lab[:, 1].copy(), lab[:, 2].copy()
    lab[:, 0] += rng.normal(0, jitter.lightness, count)
    lab[:, 1] = stretch * (a * np.cos(turn) - b * np.sin(turn))
    lab[:, 2] = stretch * (a * np.sin(turn) + b * np.cos(turn))
    pair = np.stack([lab, lab], axis=1)
    pair[:, 0, 0] -= jitter.streak
    pair[:, 1, 0] += jitter.streak
    pair[:, 1, 1:] += rng.normal(0, 0.6 * jitter.streak, (count, 2))
    pair = np.clip(pair, (0, -110, -110), (100, 110, 110))
    pair[..., 2] = np.minimum(pair[..., 2], 1.7 * (pair[..., 0] + 16))  # no yellower than light of that lightness is
    rgb = color.lab2rgb(pair)
    return np.asarray(np.clip(rgb, 0, 1), dtype=np.float32)


def blurred(scene: Field, radius: float) -> Field:
    """The scene as seen through half-closed eyes."""
    return np.asarray(ndimage.gaussian_filter(scene, (radius, radius, 0)), dtype=np.float64)


def mixed(under: Field, over: Field, share: Field | float) -> Field:
    """`over` (a picture or one colour) laid on `under` where `share` (0 to 1) says so."""
    weight = np.clip(np.asarray(share, dtype=np.float64), 0, 1)
    return under + (over - under) * (weight[..., None] if weight.ndim == 2 else weight)


def ramp(values: Field, stops: list[float], colours: list[Field]) -> Field:
    """Colours read off a gradient: `colours[i]` where the value is `stops[i]`."""
    table = np.array(colours)
    return np.stack([np.interp(values, stops, table[:, channel]) for channel in range(3)], axis=-1)


def drawing_on(scene: Field) -> Canvas:
    """A canvas for shapes that starts out as the given picture."""
    rows, columns = scene.shape[:2]
    canvas = Canvas(columns, rows, np.zeros(3))
    canvas.image.paste(picture(scene).resize(canvas.image.size, Image.Resampling.BICUBIC))
    return canvas
