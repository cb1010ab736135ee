"""Oil paint in strokes that follow a flow: brushes and knives, the paint they leave, and light across its relief.

Places, lengths and widths are in units of the picture's height, angles in radians, 0 pointing right and growing
clockwise (y points down). Pictures are float arrays of shape (height, width, 3) from 0 to 1, fields have shape
(height, width).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage import color

from tools.paintings.shapes import Colour, Field, Points, warped

Array = NDArray[np.float32]

FINE = 1.5  # painted that much larger than the picture, so that hairs and edges come out smooth
MARGIN = 64  # pixels around the canvas on which strokes that leave it land
STEPS = 24  # points per path


@dataclass(frozen=True)
class Tint:
    """How far the paint of single strokes strays from what it depicts, as standard deviations.

    `light` is from 0 to 100, `warmth` along the axis from blue to orange and `cross` across it, both on the same
    scale; `streak` is how much the hairs of one stroke differ. With `pigments`, every stroke is drawn by `pull` (0 to
    1) towards one of them, most often one that is near.
    """

    light: float = 4.0
    warmth: float = 6.0
    cross: float = 3.0
    streak: float = 5.0
    pigments: tuple[Colour, ...] = ()
    pull: float = 0.5


class Tool:
    """A brush or a knife.

    `hair` is the thickness of its streaks in pixels and `run` their length, `ragged` how unevenly its hairs touch down
    and lift (share of the width), `dry` how much of the paint is missing at the end of a stroke, `ridge` how high
    paint piles up at the edges, `taper` how pointed the ends are (0 square, 1 pointed).
    """

    def __init__(
        self, rng: np.random.Generator, hair: float = 1.6, run: float = 60, ragged: float = 0.35, dry: float = 0.5,
        ridge: float = 0.5, taper: float = 0.5,
    ) -> None:  # fmt: skip
        self.ragged, self.dry, self.ridge, self.taper = ragged, dry, ridge, taper
        streaks = ndimage.gaussian_filter(rng.normal(size=(1024, 768)), (run, hair), mode="wrap")
        grain = ndimage.gaussian_filter(rng.normal(size=streaks.shape), (2.5, 1.0), mode="wrap")
        mixed = streaks / streaks.std() + 0.35 * grain / grain.std()
        self.texture = np.tile(mixed, (2, 2)).astype(np.float32)


class Easel:
    """A canvas of wet paint: its colours, and the height of the paint."""

    def __init__(self, rng: np.random.Generator, ground: Field) -> None:
        self.rng = rng
        self.rows, self.columns = ground.shape[:2]
        self.scale = self.rows * FINE
        size = (round(self.columns * FINE), round(self.rows * FINE))
        enlarged = [
            np.asarray(Image.fromarray(ground[..., c].astype(np.float32)).resize(size, Image.Resampling.BILINEAR))
            for c in range(3)
        ]
        around = ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))
        self.colour: Array = np.pad(np.stack(enlarged, axis=-1), around, mode="edge")
        self.height: Array = rng.normal(0, 0.15, self.colour.shape[:2]).astype(np.float32)
        self._flat_colour, self._flat_height = self.colour.reshape(-1, 3), self.height.reshape(-1)

    def stroke(self, tool: Tool, path: Points, width: float, paint: Array, body: float = 1.0) -> None:
        """Draw one stroke along `path`, shape (n, 2).

        `paint` has the colours of its valleys and of its hairs, shape (2, 3); `body` is how thick the paint is.
        """
        points = path * self.scale + MARGIN
        chords = np.hypot(*np.diff(points, axis=0).T)
        at = np.concatenate([[0.0], np.cumsum(chords)])
        length, wide = float(at[-1]), max(2.0, width * self.scale)
        if length < 1:
            return
        heading = np.unwrap(np.arctan2(*np.diff(points, axis=0).T[::-1]))
        curved = float(np.abs(np.diff(heading)).sum()) / length if len(heading) > 1 else 0.0  # radians per pixel
        s = np.arange(0, length, 0.72 / (1 + 0.8 * curved * wide))  # the outer side of a bend is longer
        x, y = np.interp(s, at, points[:, 0]), np.interp(s, at, points[:, 1])
        dx, dy = np.gradient(x) if len(x) > 1 else np.ones(1), np.gradient(y) if len(y) > 1 else np.zeros(1)
        norm = np.maximum(np.hypot(dx, dy), 1e-6)
        t = np.linspace(-1, 1, max(3, int(wide / 0.72)), dtype=np.float32)
        ends = np.minimum(s, length - s) / (0.5 * wide)  # in half widths from the nearer end
        swell = 1 - self._pointed(tool, ends)
        side = (0.5 * wide * swell / norm)[:, None] * t[None, :]
        column = np.clip(x[:, None] - dy[:, None] * side, 0, self.colour.shape[1] - 1).astype(np.int32)
        row = np.clip(y[:, None] + dx[:, None] * side, 0, self.colour.shape[0] - 1).astype(np.int32)
        index = (row * self.colour.shape[1] + column).ravel()
        top, left = (int(v) for v in self.rng.integers(0, (1024, 768)))
        rows, columns = np.arange(top, top + len(s)) % 2048, slice(left, left + min(len(t), 768))
        streak = tool.texture[rows, columns]
        if streak.shape[1] < len(t):
            return
        cover = self._cover(tool, s.astype(np.float32), t, length, wide, streak)
        share = np.clip(0.5 + 0.28 * streak, 0, 1)[..., None]
        under = self._flat_colour[index].reshape(*share.shape[:2], 3)
        ink = paint[0] + share * (paint[1] - paint[0])
        self._flat_colour[index] = (under + cover[..., None] * (ink - under)).reshape(-1, 3)
        edge = np.exp(-(((np.abs(t) - 0.86) / 0.13) ** 2))[None, :] * tool.ridge
        push = 0.5 * tool.ridge * np.clip(s / length, 0, 1)[:, None] ** 6
        relief = body * min(1.6, wide / 14) * (0.6 + 0.26 * streak + edge + push)
        below = self._flat_height[index].reshape(relief.shape)
        self._flat_height[index] = (below + cover * (relief - 0.7 * below)).astype(np.float32).ravel()

    @staticmethod
    def _pointed(tool: Tool, ends: Field) -> Field:
        return np.asarray(tool.taper * np.clip(1 - ends / 1.5, 0, 1) ** 2)

    @staticmethod
    def _cover(tool: Tool, s: Array, t: Array, length: float, wide: float, streak: Array) -> Array:
        """How much of the paint reaches the canvas, shape (along, across)."""
        first, last = streak[0], streak[-1]
        round_end = 0.5 * wide * (1 - np.sqrt(np.clip(1 - t * t, 0, 1))) * min(1.0, tool.taper + 0.3)
        starts = round_end + tool.ragged * wide * 0.25 * np.abs(first)
        stops = round_end + tool.ragged * wide * 0.6 * np.abs(last)
        down = np.clip((s[:, None] - starts) / 2.5, 0, 1) * np.clip((length - s[:, None] - stops) / 3, 0, 1)
        rim = np.clip((1 - np.abs(t)[None, :] + 0.06 * tool.ragged * streak) * wide / 3.5, 0, 1)
        left = 1.9 - tool.dry * 2.1 * (s / length)[:, None] ** 1.5 + 0.7 * streak
        return np.asarray(down * rim * np.clip(left, 0.0, 1), dtype=np.float32)

    def layer(
        self, tool: Tool, scene: Field, angles: Field, size: tuple[float, float], cover: float = 1.0,
        tint: Tint = Tint(), where: Field | None = None, stop: float = 0.16, body: float = 1.0, vary: float = 0.3,
        order: Field | None = None, wander: float = 0.06,
    ) -> None:  # fmt: skip
        """Cover the canvas with strokes of about `size`, (length, width), that take their colour from `scene`.

        They run along `angles` and end where the scene's colour changes by more than `stop`. `cover` is how many lie
        over each place, `where` thins them out (0 none, 1 all), `vary` is the standard deviation of the logarithm of
        their size, `order` says which come first (low values, under the others), `wander` how far they turn from
        `angles`.
        """
        start = self._places(size, cover, where)
        count = len(start)
        long, wide = (
            size[0] * np.exp(self.rng.normal(0, vary, count)),
            size[1] * np.exp(self.rng.normal(0, vary, count)),
        )
        soft = np.asarray(ndimage.gaussian_filter(scene, (*(2 * [size[1] * self.rows / 4]), 0)))
        turn = self.rng.normal(0, wander, count)
        paths, colours = self._paths(soft, angles, start, long, turn, stop)
        paints = mixtures(self.rng, colours, tint)
        sequence = self.rng.permutation(count)
        if order is not None:
            key = self._at(order, start)
            sequence = sequence[np.argsort(key[sequence], kind="stable")]
        for i in sequence:
            self.stroke(tool, paths[i], wide[i], paints[i], body * (0.75 + 0.5 * self.rng.random()))

    def _places(self, size: tuple[float, float], cover: float, where: Field | None) -> Points:
        step = float(np.sqrt(size[0] * size[1] / cover))
        y, x = np.mgrid[-step / 2 : 1 + step : step, -step / 2 : self.columns / self.rows + step : step]
        y[:, 1::2] += step / 2
        places = np.stack([x.ravel(), y.ravel()], axis=1)
        places += self.rng.uniform(-0.5, 0.5, places.shape) * step
        if where is None:
            return places
        return places[self.rng.random(len(places)) < self._at(where, places)]

    def _at(self, values: Field, places: Points) -> Field:
        column = np.clip(places[:, 0] * self.rows, 0, self.columns - 1).astype(int)
        row = np.clip(places[:, 1] * self.rows, 0, self.rows - 1).astype(int)
        return np.asarray(values[row, column])

    def _paths(
        self, scene: Field, angles: Field, start: Points, long: Field, turn: Field, stop: float
    ) -> tuple[list[Points], Field]:
        """Streamlines through `start`, each cut where the scene changes, and the colours of their beginnings."""
        base = self._at(scene, start)
        halves, lengths = [], []
        for sense in (-1.0, 1.0):
            here, heading = start.copy(), self._at(angles, start) + turn
            ahead = sense * np.stack([np.cos(heading), np.sin(heading)], axis=1)
            points, alive, steps = [here.copy()], np.ones(len(start), bool), np.zeros(len(start), int)
            for _ in range(STEPS // 2):
                here = here + ahead * (long / STEPS)[:, None]
                alive &= np.abs(self._at(scene, here) - base).max(axis=1) < stop
                steps += alive
                points.append(here.copy())
                heading = self._at(angles, here) + turn
                toward = np.stack([np.cos(heading), np.sin(heading)], axis=1)
                toward *= np.where((toward * ahead).sum(axis=1) < 0, -1.0, 1.0)[:, None]  # keep going forward
                ahead = 0.6 * ahead + 0.4 * toward
                ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
            halves.append(np.stack(points, axis=1))
            lengths.append(np.maximum(steps, 2))
        paths = [
            np.vstack([back[b:0:-1], forth[: f + 1]])
            for back, forth, b, f in zip(halves[0], halves[1], lengths[0], lengths[1], strict=True)
        ]
        return paths, base

    def lit(self, depth: float = 0.14, gloss: float = 0.06) -> Field:
        """The painting under light from the upper left: `depth` of the shading, `gloss` of the wet highlights."""
        inner = (slice(MARGIN, -MARGIN), slice(MARGIN, -MARGIN))
        surface = ndimage.gaussian_filter(self.height, 0.8)[inner]
        down, right = np.gradient(surface)
        slope = (down + 0.7 * right) / np.sqrt(1 + 3 * (down * down + right * right))
        shade = np.clip(1 + 2 * depth * slope, 0.6, 1.4)[..., None]
        shine = gloss * np.clip(slope * 3 - 0.4, 0, 1)[..., None]
        large = np.clip(self.colour[inner] * shade + shine * (1.0 - self.colour[inner]), 0, 1)
        small = Image.fromarray(np.round(large * 255).astype(np.uint8))
        small = small.resize((self.columns, self.rows), Image.Resampling.LANCZOS)
        return np.asarray(small, dtype=np.float64) / 255


def mixtures(rng: np.random.Generator, base: Field, tint: Tint) -> Array:
    """Two related paints for every colour of `base`, shape (n, 3): their shape is (n, 2, 3)."""
    lab = color.rgb2lab(np.clip(base, 0, 1))
    count = len(lab)
    if tint.pigments:
        pure = color.rgb2lab(np.array(tint.pigments))
        far = np.linalg.norm((lab[:, None, :] - pure[None, :, :]) * (1.0, 0.7, 0.7), axis=2)
        chosen = pure[(-((far / 21) ** 2) + rng.gumbel(size=far.shape)).argmax(axis=1)]
        lab += tint.pull * (chosen - lab) * (0.7, 1.0, 1.0)
    light, warmth, cross = (rng.normal(0, spread, count) for spread in (tint.light, tint.warmth, tint.cross))
    pair = np.stack([lab, lab], axis=1)
    pair += np.stack([light, 0.45 * warmth - 0.9 * cross, 0.9 * warmth + 0.45 * cross], axis=1)[:, None, :]
    pair[:, 0, 0] -= tint.streak
    pair[:, 1, 0] += tint.streak
    pair[:, 1, 1:] += rng.normal(0, 0.6 * tint.streak, (count, 2))
    pair[..., 0] = np.clip(pair[..., 0], 2, 98)
    pair[..., 2] = np.minimum(pair[..., 2], 1.7 * (pair[..., 0] + 16))  # no yellower than light of that lightness is
    return np.asarray(np.clip(color.lab2rgb(pair), 0, 1), dtype=np.float32)


def combed(values: Field, angles: Field, length: float) -> Field:
    """Noise smeared along a direction field over `length`, so that it shows the streams; mean 0, deviation 1."""
    total = values.copy()
    cos, sin = np.cos(angles), np.sin(angles)
    for doubling in range(5):
        step = length / 62 * 2**doubling
        forth, back = warped(total, step * cos, step * sin), warped(total, -step * cos, -step * sin)
        total = (total + forth + back) / 3
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float64)
