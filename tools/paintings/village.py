"""The village under the whirling sky: what is drawn beneath, and the touches that light its windows."""

from dataclasses import dataclass, field

import numpy as np

from tools.paintings.shapes import Canvas, Colour, Field, colour, palette
from tools.paintings.strokes import Easel, Tint, Tool, mixtures

WALLS = palette("5a74b0 7088b4 3f5596 8d9abc 566f9c 6c6cae a3a9b4")
ROOFS = palette("7a3c34 8c4a38 4a3460 2f3a74 6a3448 3c4486 29506e")
SPIRE = colour("141a4a")
BUSHES = palette("10283a 183c3c 274f3a 0f2048")
LIGHTS = palette("fff0a8 ffd64a f9b32a e08f26 b9802e")


@dataclass
class Village:
    """Plain faces on `faces`, the directions to paint them in on `turns` (grey: angle / pi), and its lights."""

    faces: Canvas
    turns: Canvas
    panes: list[tuple[float, float, float]] = field(default_factory=list)
    lamps: list[tuple[float, float]] = field(default_factory=list)  # x and strength of what the water mirrors

    def face(self, corners: list[tuple[float, float]], ink: Colour, turn: float) -> None:
        """Add a polygon whose strokes run along `turn`; it hides what lies behind."""
        outline = np.array(corners)
        self.faces.fill(outline, np.clip(ink, 0, 1))
        self.turns.fill(outline, np.full(3, np.clip(turn % np.pi / np.pi, 0.02, 1)))
        low, high = outline.min(axis=0), outline.max(axis=0)
        self.panes = [p for p in self.panes if not (low[0] < p[0] < high[0] and low[1] < p[1] < high[1])]

    def house(self, rng: np.random.Generator, x: float, y: float, size: float) -> None:
        """A house on (x, y), its gable to one side and nothing about it quite upright."""
        flip = 1 if rng.random() < 0.6 else -1
        tall, front, top = size * rng.uniform(0.45, 0.85), size * rng.uniform(0.5, 0.75), size * rng.uniform(0.4, 0.6)
        side = size * rng.uniform(0.5, 1.5)
        wall, roof = WALLS[rng.integers(len(WALLS))], ROOFS[rng.integers(len(ROOFS))]
        lean = rng.normal(0, 0.04, 8) * size

        def at(dx: float, dy: float, k: int) -> tuple[float, float]:
            return x + flip * dx + float(lean[k]), y - dy + float(lean[7 - k])

        eave, peak, corner = at(0, tall, 1), at(front / 2, tall + top, 2), at(front, tall, 3)
        back, ridge = at(front + side, 0.94 * tall, 4), at(front / 2 + side, tall + 0.94 * top, 5)
        ends = (at(0, 0, 0), at(front, 0, 6), at(front + side, 0, 7))
        self.face([ends[0], eave, peak, corner, ends[1]], wall * 1.18 + 0.04, np.pi / 2)
        self.face([ends[1], corner, back, ends[2]], wall * 0.72, np.pi / 2)
        self.face([peak, ridge, back, corner], roof, flip * np.arctan2(top, front / 2) * 0.9)
        if rng.random() < 0.55:
            self.panes.append((x + flip * front * rng.uniform(0.35, 0.6), y - 0.6 * tall, size))
        if side > 0.8 * size and rng.random() < 0.6:
            self.panes.append((x + flip * (front + side * rng.uniform(0.3, 0.7)), y - 0.5 * tall, size))

    def bush(self, rng: np.random.Generator, x: float, y: float, size: float) -> None:
        """A dark tree between the houses."""
        t = np.linspace(0, 2 * np.pi, 14)
        far = size * (1 + 0.25 * rng.normal(size=14))
        tall = rng.uniform(0.7, 1.6)
        outline = [
            (float(x + 0.6 * r * np.cos(a)), float(y + tall * r * np.sin(a))) for r, a in zip(far, t, strict=True)
        ]
        self.face(outline, BUSHES[rng.integers(len(BUSHES))], 1.57 + rng.normal(0, 0.5))

    def church(self, x: float, y: float, size: float) -> None:
        """A church whose spire stands against the hills."""
        s = size
        self.face([(x, y), (x, y - 0.9 * s), (x + 1.5 * s, y - 0.85 * s), (x + 1.5 * s, y)], WALLS[3] * 0.8, 1.5)
        self.face(
            [(x, y - 0.85 * s), (x + 0.2 * s, y - 1.5 * s), (x + 1.4 * s, y - 1.45 * s), (x + 1.6 * s, y - 0.8 * s)],
            ROOFS[2], 1.0,
        )  # fmt: skip
        tower = [(x - 0.5 * s, y), (x - 0.47 * s, y - 2.0 * s), (x + 0.05 * s, y - 2.03 * s), (x + 0.07 * s, y)]
        self.face(tower, WALLS[6] * 0.95, 1.57)
        self.face([(x - 0.57 * s, y - 1.97 * s), (x - 0.22 * s, y - 4.3 * s), (x + 0.12 * s, y - 2.0 * s)], SPIRE, 1.5)
        self.panes.append((x - 0.2 * s, y - 1.6 * s, 0.9 * s))

    def build(self, rng: np.random.Generator, shore: float) -> None:
        """Houses that climb from the shore in clusters, the far ones first; the church stands above them."""
        clusters = ((0.16, 0.11, 13), (0.50, 0.14, 24), (0.80, 0.08, 9), (1.02, 0.06, 4))
        placed = []
        for cx, spread, count in clusters:
            for _ in range(count):
                x = rng.normal(cx, spread * 0.75)
                rise = abs(rng.normal(0, 0.055)) * np.exp(-(((x - cx) / spread) ** 2))
                placed.append((shore - 0.008 - rise, x, rng.random() < 0.42))
        for k, (y, x, wooded) in enumerate(sorted(placed)):
            if k == len(placed) // 3:
                self.church(0.545, shore - 0.045, 0.042)
            near = 1 - (shore - y) / 0.13
            if wooded:
                self.bush(rng, x, y - 0.01, (0.016 + 0.012 * near) * rng.uniform(0.7, 1.4))
            else:
                self.house(rng, x, y, (0.026 + 0.022 * near) * rng.uniform(0.75, 1.25))
        for x in np.arange(-0.02, 1.36, 0.045):
            x += rng.normal(0, 0.02)
            self.bush(rng, x, shore - 0.004, 0.012 * rng.uniform(0.6, 1.6))
        self.lamps += [(0.095, 0.95), (0.150, 0.25), (0.425, 0.55), (0.470, 0.30), (0.665, 1.10), (0.815, 0.40)]
        self.lamps += [(0.985, 0.70), (0.560, 0.15), (0.875, 0.12)]

    def light(self, easel: Easel, tool: Tool, standing: Field, shore: float) -> None:
        """Touch in the windows, and the lamps on the shore with the gold that they draw down the water.

        Nothing is put where `standing` (0 to 1) hides it.
        """
        rng = easel.rng
        for x, y, size in self.panes:
            lean, tall = rng.normal(0, 0.03) * size, 0.17 * size
            self._touch(easel, tool, standing, [(x - lean, y - tall), (x + lean, y + tall)], 0.14 * size, 3)
        for x, strength in self.lamps:
            tall = 0.004 + 0.007 * strength
            self._touch(easel, tool, standing, [(x, shore - 0.014 - tall), (x, shore - 0.014 + tall)], tall, 3)
            y = shore + 0.006
            while y < shore + 0.10 + 0.13 * strength:
                below = y - shore
                wide = (0.012 + 0.19 * below) * rng.uniform(0.4, 1.2)
                at, tilt = x + rng.normal(0, 0.003 + 0.035 * below), rng.normal(0, 0.05) * wide
                path = [(at - wide / 2, y - tilt), (at, y + 0.05 * wide), (at + wide / 2, y + tilt)]
                self._touch(
                    easel, tool, standing, path, (0.004 + 0.022 * below) * rng.uniform(0.7, 1.2), 1 + 30 * below
                )
                y += (0.0042 + 0.040 * below) * rng.uniform(0.5, 1.5)

    @staticmethod
    def _touch(
        easel: Easel, tool: Tool, standing: Field, path: list[tuple[float, float]], width: float, deep: float
    ) -> None:
        """One stroke of light; `deep` (from 1) turns it from pale yellow to orange."""
        (rows, columns), (x, y) = standing.shape, path[len(path) // 2]
        if 0 <= y * rows < rows and 0 <= x * rows < columns and standing[int(y * rows), int(x * rows)] < 0.5:
            place = min(int(easel.rng.exponential(0.5 * deep)), len(LIGHTS) - 1)
            shade = mixtures(easel.rng, np.array([LIGHTS[place]]), Tint(3, 4, 2, 4))[0]
            easel.stroke(tool, np.array(path), max(width, 0.0045), shade, 1.5)
