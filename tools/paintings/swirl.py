"""A night over a village: the sky whirls around its stars in thick dabs of ultramarine and cadmium yellow."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.brush import Brush, Jitter, Oils, mixed, ramp
from tools.paintings.shapes import Canvas, Field, colour, grid, mask, noise, palette, picture, spline
from tools.paintings.village import Village

BLACK = np.zeros(3)

STARS = [  # x, y in heights, radius of the glow
    (0.17, 0.20, 0.085), (0.47, 0.10, 0.060), (0.83, 0.13, 0.070), (0.62, 0.44, 0.055), (0.30, 0.46, 0.050),
    (1.17, 0.40, 0.060), (0.08, 0.47, 0.040), (0.98, 0.50, 0.036), (0.67, 0.23, 0.040), (1.27, 0.52, 0.034),
]  # fmt: skip
MOON = (1.12, 0.17, 0.135)
WHIRLS = [(0.42, 0.29, 0.145, 1.0), (0.86, 0.35, 0.120, -1.0), (0.10, 0.36, 0.060, -0.8)]  # x, y, radius, sense


def flow(x: Field, y: Field, drift: Field) -> Field:
    """The direction of the wind at every pixel: a wavy breeze, whirls, and rings around the lights."""
    along, down = np.ones_like(x), 0.35 * np.cos(5.5 * x + 1.5 * drift) + 0.15 * drift
    for cx, cy, radius, sense in WHIRLS:
        dx, dy = x - cx, y - cy
        pull = 2.6 * np.exp(-(dx**2 + dy**2) / (1.3 * radius) ** 2) * sense / radius
        along, down = along - pull * (dy - 0.35 * dx), down + pull * (dx + 0.35 * dy)
    for cx, cy, radius in [*STARS, MOON]:
        dx, dy = x - cx, y - cy
        pull = 7.0 * np.exp(-(((dx**2 + dy**2) / (1.25 * radius) ** 2) ** 1.5)) / radius
        along, down = along - pull * dy, down + pull * dx
    return np.arctan2(down, along)


def combed(values: Field, angles: Field, length: int) -> Field:
    """Noise smeared along a direction field, so that it shows the streams (line integral convolution)."""
    rows, columns = np.indices(values.shape).astype(np.float64)
    total = values.copy()
    for sense in (-1.0, 1.0):
        r, c = rows.copy(), columns.copy()
        for _ in range(length):
            turn = ndimage.map_coordinates(np.exp(1j * angles), [r, c], order=0, mode="nearest")
            r, c = r + 3 * sense * turn.imag, c + 3 * sense * turn.real
            total += ndimage.map_coordinates(values, [r, c], order=0, mode="nearest")
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float64)


def sky(x: Field, y: Field, streams: Field) -> Field:
    """Blues that follow the streams, paler towards the hills, with rings of gold around the lights."""
    blues = palette("0b1446 16257a 1f3fa8 2f6cc4 5aa3d4 a9d6d8 e9edc4")
    tone = streams + 1.1 * (y - 0.30) / 0.35
    result = ramp(tone, [-1.9, -1.0, -0.2, 0.6, 1.3, 2.0, 2.8], blues)
    for cx, cy, radius, _ in WHIRLS:
        near = np.exp(-(((np.hypot(x - cx, y - cy) - 0.55 * radius) / (0.4 * radius)) ** 2))
        result = mixed(result, ramp(streams, [-0.6, 0.4, 1.2], palette("3d78c2 bfe0d2 fdf3c0")), 0.75 * near)
    glow = palette("fffbe0 ffe25a f7b614 d9c34a 8dbb8f 3f78b8")
    for cx, cy, radius in [*STARS, MOON]:
        far = np.hypot(x - cx, y - cy) / radius
        ring = ramp(far + 0.10 * streams, [0.0, 0.28, 0.50, 0.80, 1.1, 1.45], glow)
        result = mixed(result, ring, np.clip(1.7 - 1.15 * far, 0, 1))
    cx, cy, radius = MOON
    crescent = (np.hypot(x - cx, y - cy) < 0.52 * radius) & (np.hypot(x - cx + 0.045, y - cy + 0.022) > 0.40 * radius)
    return mixed(result, colour("ffab0f"), ndimage.gaussian_filter(crescent.astype(float), 1.5))


def lights(x: Field, y: Field) -> Field:
    """1 inside the stars and the moon."""
    return np.asarray(np.max([np.hypot(x - cx, y - cy) < 0.8 * r for cx, cy, r in [*STARS, MOON]], axis=0), float)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the night."""
    x, y = grid(width, height)
    wind = flow(x, y, noise(rng, width, height, 0.4, 2))
    scene = sky(x, y, combed(noise(rng, width, height, 0.035, 2), wind, 18))
    angles = wind
    for base, codes in ((0.66, "1b2c74 2c4f9c 5d8fc0"), (0.71, "14235c 23407f 3f7a8c"), (0.80, "10204a 1d4a5a 3d7a4f")):
        crest = base - 0.045 * np.sin(4.1 * x + 9 * base) - 0.02 * np.sin(9.7 * x + 31 * base)
        inside = np.clip((y - crest) * height / 3, 0, 1)
        stripes = np.sin((y - crest) * 95 + 2.0 * noise(rng, width, height, 0.25, 2))
        scene = mixed(scene, ramp(stripes, [-1.0, 0.2, 1.0], palette(codes)), inside)
        slope = np.arctan(np.gradient(crest, axis=1) * height)
        angles = np.where(inside > 0.5, slope + 0.25 * np.sin(12 * x), angles)
    village = Village(Canvas(width, height, BLACK), Canvas(width, height, BLACK))
    village.build(rng)
    built = village.turns.array()[..., 0]
    scene = mixed(scene, village.faces.array(), (built > 0).astype(float))
    angles = np.where(built > 0, built * np.pi, angles)
    cypress = spline(
        [
            (1.06, 1.02),
            (1.05, 0.86),
            (1.085, 0.62),
            (1.115, 0.42),
            (1.135, 0.27),
            (1.15, 0.42),
            (1.2, 0.6),
            (1.23, 0.85),
            (1.25, 1.02),
        ],
        160,
    )
    tree = mask(width, height, [cypress])
    flames = ramp(
        np.sin(75 * x + 3 * np.sin(9 * y)) + 0.5 * noise(rng, width, height, (0.02, 0.2), 2),
        [-1.0, 0.0, 0.8, 1.0],
        palette("06140f 12331f 2c5a2c 7a7a2a"),
    )
    scene = mixed(scene, flames, tree)
    upright = np.pi / 2 + 0.45 * np.sin(14 * y + 5 * x)
    angles = np.where(tree > 0.5, upright, angles)

    oils = Oils(rng, mixed(scene, colour("1a1a4a"), 0.35))
    brush = Brush(rng, ragged=0.12, hair=0.14, square=3.0)
    oils.layer(brush, scene, angles, (88, 22), 1.5, Jitter(6, 0.15, 0.2, 7))
    oils.layer(brush, scene, angles, (52, 12), 1.9, Jitter(7, 0.16, 0.2, 7))
    detail = np.maximum(0.25, ndimage.gaussian_filter(np.maximum(tree, lights(x, y)), 3))
    oils.layer(brush, scene, angles, (34, 8), 1.7, Jitter(6, 0.13, 0.2, 8), where=detail)
    houses = ((built > 0) & (tree < 0.5)).astype(float)
    oils.layer(brush, scene, angles, (24, 8), 2.2, Jitter(5, 0.10, 0.15, 8), where=houses)
    village.finish(oils, brush, tree)
    return picture(oils.lit())
