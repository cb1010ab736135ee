"""The village under the whirling sky: what is drawn beneath, and the marks that give it edges and lights."""

import itertools
from dataclasses import dataclass, field

import numpy as np
from skimage.measure import points_in_poly

from tools.paintings.brush import Brush, Jitter, Oils, pigments
from tools.paintings.shapes import Canvas, Colour, Field, Points, colour, palette

WALLS = palette("46609f 5d7ab0 36488c 8494c0 56708a 6a6aa8")
ROOFS = palette("a8442c c05a2e 6a2f55 343a78 8f3340 4c3f86")
PANES = palette("ffd23c ffb020 fff2a8")
OUTLINE = colour("0c1038")


@dataclass
class Village:
    """Plain faces on `faces`, the directions to paint them in on `turns` (grey: angle / pi), and its fine parts."""

    faces: Canvas
    turns: Canvas
    edges: list[tuple[Points, Points]] = field(default_factory=list)
    panes: list[tuple[float, float, float]] = field(default_factory=list)

    def face(self, corners: list[tuple[float, float]], ink: Colour, turn: float) -> None:
        """Add a polygon whose strokes run along `turn` and whose outline is drawn; it hides what lies behind."""
        outline = np.array(corners)
        self.faces.fill(outline, ink)
        self.turns.fill(outline, np.full(3, np.clip(turn % np.pi / np.pi, 0.02, 1)))
        self.edges = [edge for edge in self.edges if not _inside(outline, (edge[0] + edge[1]) / 2)]
        self.panes = [pane for pane in self.panes if not _inside(outline, np.array(pane[:2]))]
        for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            pieces = np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / 0.025))
            self.edges.extend(itertools.pairwise(pieces))

    def house(self, rng: np.random.Generator, x: float, y: float, size: float) -> None:
        """A house with its gable to the left, standing on (x, y)."""
        tall, front, side, top = size * rng.uniform(0.6, 0.8), 0.75 * size, size * rng.uniform(0.9, 1.5), 0.6 * size
        wall, roof = rng.choice(WALLS), rng.choice(ROOFS)
        eave = y - tall
        gable = [(x, y), (x, eave), (x + front / 2, eave - top), (x + front, eave), (x + front, y)]
        self.face(gable, np.clip(wall * 1.25, 0, 1), np.pi / 2)
        back = x + front + side
        self.face([(x + front, y), (x + front, eave), (back, eave), (back, y)], wall, np.pi / 2)
        ridge = [(x + front / 2, eave - top), (x + front / 2 + side, eave - top), (back, eave), (x + front, eave)]
        self.face(ridge, roof, np.arctan2(top, front / 2))
        self.panes.append((x + front / 2, eave + 0.3 * tall, size))
        for at in (0.3, 0.72):
            if rng.random() < 0.75:
                self.panes.append((x + front + at * side, eave + 0.45 * tall, size))

    def church(self, x: float, y: float) -> None:
        """A church with a tall spire."""
        self.face([(x + 0.05, y), (x + 0.05, y - 0.07), (x + 0.19, y - 0.07), (x + 0.19, y)], WALLS[3], np.pi / 2)
        nave = [(x + 0.05, y - 0.07), (x + 0.07, y - 0.13), (x + 0.17, y - 0.13), (x + 0.2, y - 0.07)]
        self.face(nave, ROOFS[2], np.pi / 3)
        self.face([(x, y), (x, y - 0.15), (x + 0.055, y - 0.15), (x + 0.055, y)], WALLS[1], np.pi / 2)
        self.face([(x - 0.008, y - 0.148), (x + 0.027, y - 0.33), (x + 0.063, y - 0.148)], ROOFS[3], np.pi / 2)
        self.panes.extend([(x + 0.027, y - 0.11, 0.07), (x + 0.09, y - 0.04, 0.06), (x + 0.15, y - 0.04, 0.06)])

    def build(self, rng: np.random.Generator) -> None:
        """Three rows of houses, the far ones first, and the church among them."""
        for base, size in ((0.765, 0.055), (0.835, 0.072), (0.925, 0.094)):
            x = -0.09 + rng.uniform(0, 0.03)
            while x < 1.36:
                if not (base == 0.835 and 0.42 < x < 0.60):
                    self.house(rng, x, base + rng.uniform(-0.01, 0.015), size * rng.uniform(0.85, 1.15))
                x += size * rng.uniform(2.1, 3.0)
            if base == 0.765:
                self.church(0.50, 0.835)

    def finish(self, oils: Oils, brush: Brush, standing: Field) -> None:
        """Outline the faces and light the windows, except where `standing` (0 to 1) hides them."""
        rows, columns = standing.shape
        for start, end in self.edges:
            (x, y), length = (start + end) / 2 * rows, float(np.hypot(*(end - start)) * rows)
            if 0 <= x < columns and 0 <= y < rows and standing[int(y), int(x)] < 0.5:
                angle = float(np.arctan2(end[1] - start[1], end[0] - start[0])) + oils.rng.normal(0, 0.05)
                stroke = (length * 1.25, oils.rng.uniform(3.5, 6))
                oils.mark(brush, (x, y), angle, stroke, oils.rng.normal(0, 0.1), np.array([OUTLINE] * 2, np.float32))
        for px, py, size in self.panes:
            x, y = px * rows, py * rows
            if 0 <= x < columns and 0 <= y < rows and standing[int(y), int(x)] < 0.5:
                paints = pigments(oils.rng, np.array([PANES[oils.rng.integers(3)]] * 2), Jitter(3, 0.06, 0.1, 5))
                for offset, paint in zip((-1, 1), paints, strict=True):
                    at = (x + offset * 0.05 * size * rows, y)
                    oils.mark(brush, at, np.pi / 2, (0.26 * size * rows, 0.13 * size * rows), 0, paint)


def _inside(outline: Points, point: Points) -> bool:
    """Whether the point lies within the polygon, its rim left out."""
    centre = outline.mean(axis=0)
    return bool(points_in_poly([point], centre + 0.97 * (outline - centre))[0])  # type: ignore[no-untyped-call]
