"""The garden of the mosaic: gold, a meadow with a stream, flowers, and a vine with its leaves and grapes."""

import numpy as np

from tools.paintings.cartoon import (
    BARK,
    COBALT,
    CREAM,
    GOLD,
    LEAF,
    MEADOW,
    NIGHT,
    RED,
    WATER,
    WINE,
    Cartoon,
    Region,
    egg,
)
from tools.paintings.shapes import Points, ribbon, spline


def ground(cartoon: Cartoon, aspect: float) -> None:
    """Lay out the gold, the meadow and the stream that runs through it."""
    cartoon.add([np.array([(0, 0), (aspect, 0), (aspect, 1), (0, 1)])], Region(GOLD, 0.0138, shine=1, inward=False))
    far = spline([(-0.02, 0.80), (0.2, 0.765), (0.45, 0.80), (0.8, 0.775), (1.1, 0.80), (1.36, 0.765)], 80)
    cartoon.add([np.vstack([far, [(1.4, 1.02), (-0.1, 1.02)]])], Region(MEADOW, 0.0118, (0.2, -1), inward=False))
    stream = spline([(-0.03, 0.93), (0.17, 0.905), (0.36, 0.955), (0.62, 0.92), (0.86, 0.975), (1.05, 1.04)], 90)
    cartoon.add([ribbon(stream, np.linspace(0.085, 0.115, 90))], Region(CREAM, 0.0105, (0, -1)))
    cartoon.add([ribbon(stream, np.linspace(0.060, 0.090, 90))], Region(WATER, 0.0108, (0.3, -1)))
    for shift, x0, x1 in ((-0.012, 5, 30), (0.010, 22, 48), (-0.006, 44, 70), (0.016, 60, 84)):
        cartoon.add([ribbon(stream[x0:x1] + np.array([0, shift]), 0.0095)], Region(WATER[3:], 0.0100))


def flowers(cartoon: Cartoon, rng: np.random.Generator) -> None:
    """Strew the meadow with tufts and small flowers, thick in places and thin in others."""
    spots = [(0.06, 0.83), (0.14, 0.855), (0.33, 0.86), (0.40, 0.845), (0.56, 0.845), (0.75, 0.87), (0.80, 0.845)]
    spots += [(0.93, 0.90), (0.24, 0.985), (0.50, 0.99), (0.06, 0.99), (1.22, 0.965), (1.29, 0.935), (0.66, 0.985)]
    for k, (x, y) in enumerate(spots):
        for blade in range(3):
            lean = rng.normal(0, 0.018)
            cartoon.band(
                [(x, y + 0.03), (x + 0.4 * lean, y + 0.01), (x + lean, y - 0.012)], 0.0085, Region(LEAF, 0.0092), 12
            )
            if blade == 0 or k % 3 == 0:
                stones, radius = (RED, CREAM, WINE, COBALT[2:])[int(rng.integers(4))], rng.uniform(0.014, 0.023)
                outline = egg((x + lean, y - 0.018), radius, rng.uniform(0, 6), 1.1, rng.normal(0, 0.1, 20))
                cartoon.add([outline], Region(stones, 0.0088))
                cartoon.add([egg((x + lean, y - 0.019), 0.0075, 0, 1.1, np.zeros(12))], Region(GOLD[3:], 0.0110))


def vine(cartoon: Cartoon, rng: np.random.Generator) -> None:
    """Lay out the vine that climbs on the left, bends over the bird and hangs down on the right."""
    trunk = [(0.115, 0.86), (0.10, 0.70), (0.155, 0.55), (0.105, 0.40), (0.13, 0.26), (0.26, 0.13), (0.46, 0.075),
             (0.70, 0.10), (0.90, 0.075), (1.08, 0.13), (1.17, 0.26), (1.14, 0.40)]  # fmt: skip
    stems = [
        ([(0.125, 0.62), (0.23, 0.585), (0.30, 0.62), (0.29, 0.68), (0.24, 0.675), (0.245, 0.64)], (0.016, 0.0095)),
        ([(0.115, 0.43), (0.04, 0.37), (0.035, 0.29), (0.075, 0.27), (0.085, 0.31)], (0.014, 0.0095)),
        ([(0.15, 0.235), (0.24, 0.255), (0.29, 0.32), (0.255, 0.375), (0.21, 0.345)], (0.015, 0.0095)),
        ([(0.62, 0.088), (0.72, 0.155), (0.80, 0.20), (0.86, 0.175), (0.835, 0.135)], (0.014, 0.0095)),
        ([(1.14, 0.21), (1.25, 0.22), (1.29, 0.30), (1.245, 0.35), (1.215, 0.30)], (0.014, 0.0095)),
        ([(1.02, 0.10), (1.12, 0.04), (1.22, 0.05), (1.25, 0.10), (1.215, 0.12)], (0.014, 0.0095)),
    ]  # fmt: skip
    for knots, widths in stems:
        cartoon.band(knots, widths, Region(BARK[1:], 0.0095))
    spine = cartoon.band(trunk, (0.044, 0.032, 0.024, 0.018, 0.012), Region(BARK, 0.0105, (-1, -0.3)), 160)
    leaves = [(12, 1, 1.2), (26, -1, 0.9), (44, 1, 0.75), (55, -1, 1.3), (63, -1, 0.8), (72, 1, 1.1), (80, -1, 1.2),
              (93, 1, 0.8), (101, -1, 0.95), (112, 1, 1.25), (122, -1, 0.8), (134, 1, 1.0), (143, -1, 1.2),
              (158, 1, 0.9)]  # fmt: skip
    for at, side, size in leaves:
        ahead = spine[min(at + 1, 159)] - spine[at - 1]
        turn = float(np.arctan2(ahead[1], ahead[0])) + side * rng.uniform(0.8, 1.4)
        leaf(cartoon, rng, spine[at] + 0.052 * size * np.array([np.cos(turn), np.sin(turn)]), 0.046 * size, turn)
    for x, y, size in ((0.255, 0.700, 1.1), (0.038, 0.385, 0.8), (0.222, 0.375, 1.0), (0.705, 0.125, 0.75),
                       (1.130, 0.420, 1.1), (0.872, 0.205, 0.9), (0.355, 0.125, 0.9), (1.222, 0.330, 0.7)):  # fmt: skip
        grapes(cartoon, rng, x, y, size)


def leaf(cartoon: Cartoon, rng: np.random.Generator, centre: Points, size: float, turn: float) -> None:
    """A vine leaf of five uneven lobes, with a light rib."""
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    lobes = 0.80 + 0.20 * np.cos(5 * t) + 0.13 * np.cos(t) + 0.06 * np.cos(3 * t + rng.uniform(0, 6))
    outline = centre + size * lobes[:, None] * np.stack([np.cos(t + turn), np.sin(t + turn)], axis=1)
    light = (float(np.cos(turn + 1.6)), float(np.sin(turn + 1.6)))
    cartoon.add([outline], Region(LEAF, 0.0098, light))
    tip = centre + 0.75 * size * np.array([np.cos(turn), np.sin(turn)])
    foot = centre - 0.7 * size * np.array([np.cos(turn), np.sin(turn)])
    bend = np.array([-np.sin(turn), np.cos(turn)]) * rng.normal(0, 0.12) * size
    cartoon.band([foot, centre + bend, tip], 0.0085, Region(LEAF[3:], 0.0090), 16)


def grapes(cartoon: Cartoon, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """A hanging bunch, wide above and loose below."""
    for row, count in enumerate((3, 4, 3, 2, 1)):
        for k in range(count):
            at = (x + size * (0.021 * (k - (count - 1) / 2) + rng.normal(0, 0.003)), y + size * 0.0185 * row)
            stones = WINE if rng.random() < 0.7 else NIGHT
            cartoon.add(
                [egg(at, 0.0122 * size, rng.uniform(0, 6), 1.08, rng.normal(0, 0.05, 16))], Region(stones, 0.0074)
            )
