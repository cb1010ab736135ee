"""What the shape-built paintings share: a supersampled canvas, curves, noise fields and paper.

Coordinates are in units of the picture's height: y runs from 0 (top) to 1 (bottom), x from 0 to width / height.
Colours and tones are floats from 0 to 1; fields are arrays of shape (height, width), pictures (height, width, 3).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy import interpolate, ndimage

Field = NDArray[np.float64]
Points = NDArray[np.float64]
Colour = NDArray[np.float64]


def colour(code: str) -> Colour:
    """Return the colour written as six hexadecimal digits, as three floats from 0 to 1."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], dtype=np.float64) / 255


def palette(codes: str) -> list[Colour]:
    """Return the colours of a blank-separated list of hexadecimal codes."""
    return [colour(code) for code in codes.split()]


def varied(rng: np.random.Generator, base: Colour, amount: float) -> Colour:
    """Return `base` with its brightness and, half as strongly, each channel moved by a normal deviate."""
    return np.clip(base * (1 + amount * rng.normal()) + 0.5 * amount * rng.normal(size=3), 0, 1)


def spline(points: ArrayLike, count: int = 80, closed: bool = False) -> Points:
    """Return `count` points of the cubic spline through `points`, parametrised by the root of the chord length."""
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        knots = np.vstack([knots, knots[:1]])
    chords = np.sqrt(np.linalg.norm(np.diff(knots, axis=0), axis=1))
    at = np.concatenate([[0.0], np.cumsum(chords)])
    curve = interpolate.CubicSpline(at, knots, bc_type="periodic" if closed else "natural")
    return np.asarray(curve(np.linspace(0, at[-1], count)), dtype=np.float64)


def ribbon(spine: Points, widths: ArrayLike) -> Points:
    """Return the outline of a band along `spine`; `widths` (scalar or one per point) are full widths."""
    tangent = np.gradient(spine, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    half = np.broadcast_to(np.asarray(widths, dtype=np.float64), (len(spine),))[:, None] / 2
    return np.vstack([spine + normal * half, (spine - normal * half)[::-1]])


def swell(count: int, thin: float = 0.25) -> Field:
    """Return the relative widths of a brush line that is `thin` at both ends and 1 in the middle."""
    return thin + (1 - thin) * np.sin(np.linspace(0, np.pi, count)) ** 0.7


class Canvas:
    """An RGB picture drawn at a multiple of its size, so that edges come out smooth.

    `unit` is the length of one unit in pixels of the finished picture, its height if not given.
    """

    def __init__(
        self, width: int, height: int, background: Colour, oversample: int = 2, unit: float | None = None
    ) -> None:
        self.width, self.height = width, height
        self.unit = (height if unit is None else unit) * oversample
        self.image = Image.new("RGB", (width * oversample, height * oversample), _rgb(background))
        self.draw = ImageDraw.Draw(self.image)

    def _pixels(self, points: Points) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in np.asarray(points) * self.unit]

    def fill(self, outline: Points, ink: Colour) -> None:
        """Fill a closed outline, shape (n, 2)."""
        self.draw.polygon(self._pixels(outline), fill=_rgb(ink))

    def line(self, path: Points, ink: Colour, width: float, thin: float = 0.25) -> None:
        """Draw a line that swells from `thin` times `width` at its ends to `width` in its middle."""
        if len(path) >= 2:
            self.fill(ribbon(path, width * swell(len(path), thin)), ink)

    def contour(self, outline: Points, ink: Colour, width: float) -> None:
        """Draw a closed line of even width with round joints."""
        pixels = self._pixels(np.vstack([outline, outline[:2]]))
        thickness = max(1, round(width * self.unit))
        self.draw.line(pixels, fill=_rgb(ink), width=thickness, joint="curve")

    def dot(self, centre: ArrayLike, radius: float, ink: Colour) -> None:
        """Fill a disc."""
        x, y = np.asarray(centre, dtype=np.float64) * self.unit
        r = radius * self.unit
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=_rgb(ink))

    def array(self) -> Field:
        """Return the picture at its final size, shape (height, width, 3), from 0 to 1."""
        small = self.image.resize((self.width, self.height), Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float64) / 255


def _rgb(ink: Colour) -> tuple[int, int, int]:
    r, g, b = (int(v) for v in np.round(np.clip(ink, 0, 1) * 255))
    return r, g, b


def mask(width: int, height: int, outlines: Sequence[Points]) -> Field:
    """Return how much of each pixel the outlines cover, shape (height, width), from 0 to 1."""
    black, white = np.zeros(3), np.ones(3)
    canvas = Canvas(width, height, black)
    for outline in outlines:
        canvas.fill(outline, white)
    return canvas.array()[..., 0]


def grid(width: int, height: int) -> tuple[Field, Field]:
    """Return the x and y coordinates of the pixel centres, each of shape (height, width)."""
    y, x = np.mgrid[0:height, 0:width]
    return (x + 0.5) / height, (y + 0.5) / height


def noise(
    rng: np.random.Generator, width: int, height: int, cell: float | tuple[float, float], octaves: int = 4
) -> Field:
    """Return smooth fractal noise of mean 0 and standard deviation 1.

    `cell` is the size of the largest bumps in units of the height, or their size along x and along y.
    """
    cell_x, cell_y = cell if isinstance(cell, tuple) else (cell, cell)
    total = np.zeros((height, width))
    for octave in range(octaves):
        columns = min(width, max(2, round(width / height / cell_x * 2**octave)) + 2)
        rows = min(height, max(2, round(1 / cell_y * 2**octave)) + 2)
        coarse = Image.fromarray(rng.normal(size=(rows, columns)).astype(np.float32))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64) * 0.55**octave
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float64)


def warped(field: Field, dx: Field, dy: Field, order: int = 1) -> Field:
    """Return a field or picture sampled `dx`, `dy` (in units of the height) away from each pixel."""
    height, width = field.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    at = [rows + dy * height, columns + dx * height]
    if field.ndim == 2:
        return np.asarray(ndimage.map_coordinates(field, at, order=order, mode="reflect"))
    return np.stack([warped(field[..., c], dx, dy, order) for c in range(field.shape[2])], axis=-1)


def relief(bumps: Field, strength: float) -> Field:
    """Return the light on a surface of height `bumps`, lit from the upper left: 1 where it is level."""
    down, right = np.gradient(bumps)
    return np.asarray(np.clip(1 + strength * (down + right), 0.6, 1.5), dtype=np.float64)


def paper(rng: np.random.Generator, width: int, height: int, strength: float) -> Field:
    """Return the light on handmade paper, about 1 on average: mottled, with a tooth and long fibres."""
    fibres = Canvas(width, height, np.full(3, 0.5))
    for _ in range(1400):
        start = rng.uniform((0, 0), (width / height, 1))
        turn = np.cumsum(rng.normal(0, 0.25, 10)) + rng.uniform(0, 2 * np.pi)
        path = start + np.cumsum(np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.002, 0.006), axis=0)
        fibres.line(path, np.full(3, rng.choice([0.25, 0.8])), 0.0013)
    threads = fibres.array()[..., 0] - 0.5
    tooth = noise(rng, width, height, 0.006, 2)
    mottle = noise(rng, width, height, 0.2, 5)
    return 1 + strength * (0.35 * mottle + 0.3 * tooth + 1.6 * threads)


def picture(values: Field) -> Image.Image:
    """Return the array of shape (height, width, 3), from 0 to 1, as an RGB image."""
    return Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))


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
