"""A table with a guitar, bottles, fruit and newspapers in front of a window: the scene that the cubist takes apart.

Places are in units of the picture's height; the scene is drawn MARGIN beyond the picture on every side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tools.paintings.shapes import Canvas, Colour, Points, colour, palette, ribbon, spline, varied

MARGIN = 0.25
INK = colour("1c1712")
WALL = palette("5f7f80 4a6a70 7f9a92 36545c 8aa39a")
WOOD = palette("b8843f a06c30 c99a55 7d5226")
PATTERN = palette("c9a25f e0c68a 7f8f8a 4f6f78 2f4a56 a5743a d8cbb0 8a4a2e 5a3a24 9fb0a6 c86a3a")


def placed(points: ArrayLike, centre: tuple[float, float], size: float, turn: float) -> Points:
    """Return local points scaled, turned and moved to their place in the scene."""
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(np.asarray(points) @ np.array([[c, s], [-s, c]]) * size + np.asarray(centre) + MARGIN)


def ring(radius_x: float, radius_y: float, middle: tuple[float, float] = (0, 0)) -> Points:
    """Return an ellipse of 60 points."""
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    return np.stack([middle[0] + radius_x * np.cos(t), middle[1] + radius_y * np.sin(t)], axis=1)


def shape(canvas: Canvas, outline: Points, ink: Colour, edge: float = 0.006) -> None:
    """Fill an outline and draw its contour."""
    canvas.fill(outline, ink)
    canvas.contour(outline, INK, edge)


def room(canvas: Canvas, rng: np.random.Generator, aspect: float) -> None:
    """Draw the wall with its ornament, a window, a curtain, the table and a chequered cloth."""
    for k, x in enumerate(np.arange(0, aspect + 2 * MARGIN, 0.055)):
        canvas.fill(np.array([(x, 0), (x + 0.056, 0), (x + 0.056, 1.2), (x, 1.2)]), varied(rng, WALL[k % 5], 0.08))
        for y in np.arange(0.02 + 0.03 * (k % 2), 0.9, 0.06):
            canvas.fill(ring(0.011, 0.019, (x + 0.028, y)), PATTERN[(k * 3) % 11])
    shape(canvas, placed([(0.98, -0.2), (1.5, -0.2), (1.5, 0.42), (0.98, 0.42)], (0, 0), 1, 0), colour("2f62a8"))
    for k in range(5):
        shape(canvas, placed(ring(0.12, 0.03), (1.05 + 0.08 * k, 0.03 + 0.075 * k), 1, 0.2), colour("dfe6e2"), 0.003)
    for x in (0.98, 1.16, 1.34):
        shape(canvas, placed([(x, -0.2), (x + 0.022, -0.2), (x + 0.022, 0.42), (x, 0.42)], (0, 0), 1, 0), WOOD[2])
    for k in range(7):
        fold = spline([(-0.2 + 0.07 * k, -0.3), (-0.16 + 0.06 * k, 0.2), (-0.22 + 0.04 * k, 0.75)], 30)
        canvas.fill(ribbon(fold + MARGIN, 0.075), varied(rng, palette("8f2f22 b8472c 6a1f1c")[k % 3], 0.06))
    shape(canvas, placed([(-0.3, 0.6), (aspect + 0.3, 0.52), (aspect + 0.3, 1.3), (-0.3, 1.3)], (0, 0), 1, 0), WOOD[0])
    for _ in range(150):
        x, y = rng.uniform(-0.25, aspect), rng.uniform(0.6, 1.2)
        grain = spline([(x, y), (x + 0.1, y + rng.normal(0, 0.01)), (x + 0.25, y - 0.015)], 20) + MARGIN
        canvas.line(grain, rng.choice(np.array(WOOD)), rng.uniform(0.004, 0.012))
    for i in range(-2, 12):
        for j in range(9):
            cell = np.array([(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)])
            ink = palette("ece4d2 2f62a8 ece4d2 b9442e")[(i + j) % 2 + 2 * (j % 4 == 3)]
            canvas.fill(placed(cell @ np.array([[0.055, -0.016], [0.016, 0.05]]), (0.3, 0.79), 1, 0), ink)


def things(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw what lies on the table: newspaper, score, bottle, glass, fruit, pipe, guitar."""
    for at, size, turn in (((0.2, 0.82), 0.36, -0.3), ((1.06, 0.78), 0.36, 0.28)):
        shape(canvas, placed([(-0.5, -0.4), (0.5, -0.4), (0.5, 0.4), (-0.5, 0.4)], at, size, turn), colour("e6dbc0"))
        for row, y in enumerate(np.linspace(-0.33, 0.33, 15)):
            for x in (-0.44, -0.12, 0.2):
                line = placed([(x, y), (x + 0.14, y), (x + rng.uniform(0.16, 0.27), y)], at, size, turn)
                canvas.line(line, INK, 0.012 if row < 2 else 0.0045, thin=0.8)
    bottle = [(-0.1, 0.5), (-0.11, 0), (-0.1, -0.12), (-0.04, -0.22), (-0.04, -0.5), (0.04, -0.5), (0.04, -0.22)]
    bottle += [(0.1, -0.12), (0.11, 0), (0.1, 0.5)]
    for at, size, glass in (((0.36, 0.4), 0.75, "2d5a3f"), ((0.98, 0.42), 0.6, "23414f")):
        shape(canvas, placed(bottle, at, size, 0.03), colour(glass))
        shape(canvas, placed([(-0.1, 0.08), (0.1, 0.08), (0.1, 0.34), (-0.1, 0.34)], at, size, 0.03), colour("ead9a8"))
        canvas.line(placed([(-0.07, -0.08), (-0.075, 0.1), (-0.07, 0.4)], at, size, 0.03), colour("b8d8b8"), 0.012)
        shape(canvas, placed(ring(0.055, 0.055, (0, 0.21)), at, size, 0.03), colour("b9442e"), 0.004)
    glass_side = [(-0.2, -0.5), (-0.17, -0.1), (-0.02, 0.1), (-0.02, 0.42), (-0.16, 0.5), (0.16, 0.5), (0.02, 0.42)]
    glass_side += [(0.02, 0.1), (0.17, -0.1), (0.2, -0.5)]
    shape(canvas, placed(glass_side, (0.16, 0.56), 0.36, -0.05), colour("a8c8cc"))
    shape(
        canvas,
        placed([(-0.18, -0.25), (-0.16, -0.1), (0, 0.08), (0.16, -0.1), (0.18, -0.25)], (0.16, 0.56), 0.36, 0),
        colour("7a1f2a"),
    )
    shape(canvas, placed(ring(0.2, 0.05, (0, -0.5)), (0.16, 0.56), 0.36, -0.05), colour("d6e6e2"), 0.004)
    bowl = [
        (-0.5, -0.1),
        (-0.3, 0.25),
        (-0.08, 0.33),
        (-0.14, 0.5),
        (0.14, 0.5),
        (0.08, 0.33),
        (0.3, 0.25),
        (0.5, -0.1),
    ]
    for k, (x, y) in enumerate([(-0.25, -0.2), (0.28, -0.18), (0, -0.32), (0.1, -0.12), (-0.1, -0.1)]):
        ink = palette("e0a92c c8402a d9bf3a e8862c 86963a")[k]
        shape(canvas, placed(ring(0.17, 0.18, (x, y)), (1.12, 0.52), 0.36, 0), ink)
        shape(
            canvas,
            placed(ring(0.07, 0.08, (x - 0.05, y - 0.05)), (1.12, 0.52), 0.36, 0),
            np.clip(ink * 1.3, 0, 1),
            0.002,
        )
    shape(canvas, placed(bowl, (1.12, 0.52), 0.36, 0), colour("d9d4c4"))
    side = [(-0.3, 0.42), (-0.36, 0.18), (-0.2, -0.06), (-0.27, -0.28), (-0.12, -0.44)]
    body = spline([(0, 0.5), *side, (0, -0.45), *((-x, y) for x, y in reversed(side))], 120, closed=True)
    at, size, turn = (0.68, 0.6), 0.66, 0.5
    shape(canvas, placed(np.add(body, (0.035, 0.03)), at, size, turn), colour("5a2f16"))
    shape(canvas, placed(body, at, size, turn), colour("cf7a2c"), 0.008)
    shape(canvas, placed(body * 0.88, at, size, turn), colour("e39a3f"), 0.003)
    shape(canvas, placed(ring(0.13, 0.13, (0, -0.1)), at, size, turn), colour("efd9a0"), 0.004)
    shape(canvas, placed(ring(0.1, 0.1, (0, -0.1)), at, size, turn), colour("1f1612"))
    shape(
        canvas,
        placed([(-0.055, -1.05), (0.055, -1.05), (0.06, -0.18), (-0.06, -0.18)], at, size, turn),
        colour("3a2417"),
    )
    shape(
        canvas, placed([(-0.09, -1.27), (0.09, -1.27), (0.06, -1.05), (-0.06, -1.05)], at, size, turn), colour("a8642a")
    )
    shape(canvas, placed([(-0.15, 0.24), (0.15, 0.24), (0.15, 0.29), (-0.15, 0.29)], at, size, turn), colour("2a1a10"))
    for y in -0.25 - 0.8 * (1 - 0.9 ** np.arange(1, 16)):
        canvas.line(placed([(-0.055, y), (0, y), (0.055, y)], at, size, turn), colour("d8cbb0"), 0.004, thin=0.9)
    for x in np.linspace(-0.045, 0.045, 6):
        canvas.line(placed([(x, -1.2), (x, -0.4), (x * 1.3, 0.27)], at, size, turn), colour("f4ecd8"), 0.0032, thin=0.9)


def still_life(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Return the scene around a picture of `width` x `height` pixels."""
    beyond = round(2 * MARGIN * height)
    canvas = Canvas(width + beyond, height + beyond, WALL[0], unit=height)
    room(canvas, rng, width / height)
    things(canvas, rng)
    return canvas
