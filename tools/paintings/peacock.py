"""The mosaic's peacock: a train of feathers with eyes, and the bird that stands before it."""

import numpy as np
from scipy import ndimage

from tools.paintings.cartoon import BARK, COBALT, CREAM, GOLD, LEAF, NIGHT, RED, SEA, WINE, Cartoon, Region, egg
from tools.paintings.shapes import Points, ribbon, spline

# Outlines and places as (x, y).
TIPS = [
    (1.140, 0.535), (0.800, 0.800), (1.225, 0.600), (0.880, 0.865), (1.275, 0.685), (0.975, 0.910), (1.285, 0.775),
    (1.075, 0.920), (1.250, 0.855), (1.170, 0.900),
]  # fmt: skip
HULL = [
    (0.64, 0.40), (0.80, 0.445), (1.00, 0.455), (1.19, 0.520), (1.30, 0.64), (1.322, 0.79), (1.25, 0.910),
    (1.08, 0.965), (0.90, 0.915), (0.78, 0.80), (0.68, 0.62), (0.60, 0.53),
]  # fmt: skip
BODY = [
    (0.460, 0.155), (0.500, 0.170), (0.518, 0.215), (0.512, 0.270), (0.545, 0.335), (0.630, 0.385), (0.735, 0.445),
    (0.745, 0.535), (0.690, 0.610), (0.610, 0.645), (0.520, 0.615), (0.455, 0.530), (0.430, 0.430), (0.440, 0.330),
    (0.448, 0.265), (0.432, 0.225), (0.425, 0.185),
]  # fmt: skip
BREAST = [(0.448, 0.38), (0.500, 0.42), (0.560, 0.50), (0.575, 0.58), (0.55, 0.618), (0.49, 0.585), (0.448, 0.50)]
WING = [(0.545, 0.405), (0.62, 0.425), (0.72, 0.49), (0.80, 0.575), (0.70, 0.575), (0.61, 0.565), (0.555, 0.50)]


def train(cartoon: Cartoon, rng: np.random.Generator) -> None:
    """Lay out the long tail: feathers that part from the back and sweep down to the right, with their eyes."""
    root = np.array([0.665, 0.485])
    hull = spline(HULL, 160)
    cartoon.add([hull], Region(SEA[:3], 0.0108, (0.8, 0.6)))
    cartoon.edge(hull, 0.0115, Region(NIGHT, 0.0108))
    for k, tip in enumerate(np.array(TIPS)):
        rise = 1.15 - 1.5 * float(np.arctan2(tip[1] - root[1], tip[0] - root[0]))
        mid = 0.5 * (root + tip) + np.array([0.050, -0.050]) * rise
        stones = (SEA[1:], LEAF[:4], SEA[:4], COBALT[:4], SEA[1:4])[k % 5]
        light = (0.5 + rng.normal(0, 0.3), 0.8)
        cartoon.band([root, mid, tip], (0.030, 0.050, 0.078, 0.066), Region(stones, 0.0108, light), 50)
        spine = spline([root, mid, tip], 50)
        cartoon.add([ribbon(spine[18:46], 0.0105)], Region(GOLD[2:], 0.0098, shine=0.6))
        for share, size in ((0.97, 0.041), (0.72 + 0.04 * (k // 2 % 2), 0.033), (0.50 + 0.05 * (k // 2 % 2), 0.022)):
            if share < 0.6 and k % 2 == 1:
                continue
            place = min(49, int(share * 49))
            ahead = spine[place] - spine[place - 3]
            eye(cartoon, rng, spine[place], size * rng.uniform(0.85, 1.15), float(np.arctan2(ahead[1], ahead[0])))


def eye(cartoon: Cartoon, rng: np.random.Generator, at: Points, size: float, turn: float) -> None:
    """The eye of a feather: rings of gold and turquoise around a heart of night blue."""
    uneven = ndimage.gaussian_filter1d(rng.normal(0, 0.10, 28), 2, mode="wrap")
    rings = ((1.0, GOLD[2:], 0.9), (0.70, SEA[2:], 0.2), (0.40, NIGHT, 0.1)) if size > 0.03 else (
        (1.0, GOLD[2:], 0.9), (0.60, COBALT[1:4], 0.2))  # fmt: skip
    for share, stones, shine in rings:
        centre = at + 0.10 * size * (1 - share) * np.array([np.cos(turn), np.sin(turn)])
        cartoon.add([egg(centre, size * share, turn, 1.22, uneven)], Region(stones, 0.0098, shine=shine))


def bird(cartoon: Cartoon) -> None:
    """Lay out the bird: it stands on the meadow, breast to the left, and lifts its crest."""
    for foot, knee in (((0.575, 0.800), (0.592, 0.70)), ((0.655, 0.812), (0.645, 0.70))):
        cartoon.band([(knee[0] + 0.02, 0.60), knee, foot], (0.022, 0.0130), Region(BARK[1:], 0.0095), 24)
        for toe in (-0.045, -0.010, 0.028):
            claw = [foot, (foot[0] + 0.6 * toe, foot[1] + 0.012), (foot[0] + toe, foot[1] + 0.020)]
            cartoon.band(claw, 0.0105, Region(BARK[1:], 0.0095), 10)
    outline = spline(BODY, 160, closed=True)
    cartoon.add([outline], Region(COBALT, 0.0098, (-0.9, -0.3)))
    cartoon.edge(outline, 0.0110, Region(NIGHT, 0.0100))
    cartoon.add([spline(BREAST, 60, closed=True)], Region(SEA[1:], 0.0100, (-0.9, -0.2)))
    cartoon.add([spline(WING, 80, closed=True)], Region(GOLD[1:6], 0.0100, (-0.3, -0.9), shine=0.8))
    for k in range(4):
        low = [
            (0.575 + 0.012 * k, 0.450 + 0.030 * k),
            (0.66 + 0.01 * k, 0.480 + 0.026 * k),
            (0.755 - 0.012 * k, 0.555 + 0.010 * k),
        ]
        cartoon.band(low, (0.012, 0.017, 0.0095), Region((RED, CREAM, WINE, BARK)[k], 0.0095), 30)
    for k, (dx, dy) in enumerate(((-0.030, -0.085), (0.004, -0.105), (0.038, -0.098), (0.066, -0.074))):
        tip = (0.462 + dx, 0.155 + dy)
        cartoon.band([(0.468, 0.158), (0.466 + 0.4 * dx, 0.16 + 0.6 * dy), tip], 0.0085, Region(NIGHT, 0.0085), 12)
        cartoon.add([egg(tip, 0.0130, 1.0 + k, 1.15, np.zeros(16))], Region((SEA[2:], COBALT[2:])[k % 2], 0.0085))
    cartoon.add([np.array([(0.430, 0.186), (0.352, 0.212), (0.378, 0.222), (0.434, 0.218)])], Region(BARK[2:], 0.0085))
    cartoon.add([egg((0.459, 0.191), 0.0195, -0.2, 1.35, np.zeros(30))], Region(CREAM[1:], 0.0072))
    cartoon.add([egg((0.456, 0.191), 0.0088, 0.0, 1.0, np.zeros(20))], Region(NIGHT[:1], 0.0120))
    cartoon.band([(0.436, 0.288), (0.47, 0.300), (0.516, 0.286)], 0.0110, Region(GOLD[3:], 0.0095, shine=0.9), 14)
