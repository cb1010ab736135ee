"""A pond with water lilies in hairy, broken strokes: willows and the evening sky lie mirrored between the pads."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.brush import Brush, Jitter, Oils, drawing_on, mixed, pigments, ramp
from tools.paintings.shapes import Canvas, Field, Points, colour, grid, noise, palette, picture, warped

BANK = 0.17
ISLANDS = [  # x, y of the middle, half width, number of pads
    (0.30, 0.30, 0.20, 20), (0.95, 0.26, 0.26, 22), (0.62, 0.44, 0.24, 20), (1.22, 0.50, 0.20, 16),
    (0.14, 0.60, 0.26, 20), (0.84, 0.70, 0.30, 22), (0.34, 0.90, 0.28, 14), (1.20, 0.93, 0.24, 12),
]  # fmt: skip


def pond(rng: np.random.Generator, width: int, height: int) -> tuple[Field, Field]:
    """The mirroring water, and where the dark reflections of the willows hang (0 to 1)."""
    x, y = grid(width, height)
    glow = noise(rng, width, height, (0.55, 0.22), 3) + 0.3 * noise(rng, width, height, (0.15, 0.03), 3)
    sky = ramp(glow + 0.9 * (y - 0.55), [-1.6, -0.7, 0.0, 0.8, 1.6], palette("4a63b8 7f9ad8 b6b4e6 efbfd6 ffe3b8"))
    strands = noise(rng, width, height, (0.22, 1.2), 3) + 0.55 * noise(rng, width, height, (0.035, 0.5), 3)
    strands += 1.1 * np.cos(5.2 * (x - 0.15)) - 0.6 * (y - 0.4) - 0.35
    strands = warped(strands, 0.022 * noise(rng, width, height, 0.14, 3), 0.05 * noise(rng, width, height, 0.09, 2))
    hanging = np.clip(0.5 + 0.9 * strands, 0, 1)
    green = ramp(
        noise(rng, width, height, (0.03, 0.30), 3), [-1.6, -0.5, 0.5, 1.5], palette("142a5c 1c5a5a 3f8a54 8fb85a")
    )
    return mixed(sky, green, 0.88 * hanging), hanging


def bank(rng: np.random.Generator, scene: Field) -> Field:
    """Grasses and irises along the far side."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    edge = BANK + 0.02 * np.sin(5 * x + 1) + 0.008 * noise(rng, width, height, 0.05, 3)
    blades = noise(rng, width, height, (0.022, 0.16), 3) + 1.5 * (0.09 - y) / 0.09 * 0.4
    grass = ramp(blades, [-1.5, -0.4, 0.6, 1.6], palette("123a4a 2a7048 7fae3c e6dc5a"))
    flowers = noise(rng, width, height, (0.030, 0.024), 2)
    kinds = noise(rng, width, height, 0.25, 1)
    petals = ramp(kinds, [-1.0, -0.2, 0.4, 1.2], palette("5a3fb8 9a5ad0 e0489a ff7a4a"))
    grass = mixed(grass, petals, np.clip((flowers - 0.9) * 6, 0, 1))
    return mixed(scene, grass, np.clip((edge - y) * 120, 0, 1))


def pads(rng: np.random.Generator, canvas: Canvas) -> list[tuple[float, float, float]]:
    """Draw the lily pads; return (x, y, size) of those that carry a blossom."""
    blossoms = []
    greens = palette("2f8a6a 4fa878 7fc28a 3a7f94 5f9fb0 a8cf7a 6a8fc0")
    placed = []
    for cx, cy, wide, count in ISLANDS:
        for _ in range(count):
            px, py = rng.normal(cx, 0.5 * wide), rng.normal(cy, 0.12 * wide * (0.6 + cy))
            if py > BANK + 0.05:
                placed.append((py, px))
    for py, px in sorted(placed):
        size = (0.014 + 0.052 * py) * rng.uniform(0.8, 1.25)
        turn = np.linspace(0, 2 * np.pi, 40)
        outline: Points = np.stack([px + size * np.cos(turn), py + 0.36 * size * np.sin(turn)], axis=1)
        canvas.fill(outline + np.array([0.10 * size, 0.20 * size]), colour("16305a"))
        canvas.fill(outline, rng.choice(greens))
        light = outline[18:34] * 0.55 + np.array([px, py]) * 0.45
        canvas.fill(light, np.clip(rng.choice(greens) * 1.25 + 0.08, 0, 1))
        canvas.line(outline[18:36], colour("e8efb8"), 0.10 * size)
        if rng.random() < 0.30:
            blossoms.append((px, py - 0.18 * size, 0.60 * size))
    return blossoms


def blossom(oils: Oils, brush: Brush, at: tuple[float, float], size: float) -> None:
    """A fan of petals around a golden heart; `at` and `size` in pixels."""
    rng = oils.rng
    kinds = (palette("fff6f0 ffd0e0 f48ab8"), palette("fffdf0 ffeec8 f4c0a0"), palette("ffe0ee f070a8 c83a80"))
    shades = kinds[rng.integers(3)]
    for ring, (reach, petals) in enumerate(((1.0, 9), (0.72, 7), (0.45, 5))):
        for angle in np.linspace(np.pi * 0.98, np.pi * 2.02, petals):
            base = np.array([shades[2 - ring]])
            paint = pigments(rng, base, Jitter(5, 0.12, 0.2, 9))[0]
            away = 0.5 * reach * size * rng.uniform(0.8, 1.2)
            place = (at[0] + away * np.cos(angle), at[1] + 0.75 * away * np.sin(angle))
            petal = (0.95 * reach * size, max(5.0, 0.34 * size))
            oils.mark(brush, place, float(angle) + rng.normal(0, 0.14), petal, rng.normal(0, 0.3), paint)
    heart = pigments(rng, np.array([colour("ffc420")]), Jitter(2, 0.05, 0.1, 5))[0]
    oils.mark(brush, (at[0], at[1] - 0.05 * size), 0.0, (0.40 * size, 0.22 * size), 0.0, heart)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the pond."""
    y = grid(width, height)[1]
    water, hanging = pond(rng, width, height)
    canvas = drawing_on(bank(rng, water))
    blossoms = pads(rng, canvas)
    scene = canvas.array()
    afloat = np.max(np.abs(scene - water), axis=2)

    sway = noise(rng, width, height, 0.2, 2)
    flat, upright = 0.10 * sway, np.pi / 2 + 0.22 * sway
    angles = np.where(hanging > 0.62, upright, flat)
    angles = np.where((afloat > 0.04) & (y > BANK + 0.03), 0.12 * sway, angles)
    angles = np.where(y < BANK + 0.01, np.pi / 2 + 0.4 * sway, angles)
    edges = np.clip(5 * np.max(np.abs(scene - ndimage.gaussian_filter(scene, (6, 6, 0))), axis=2), 0, 1)

    oils = Oils(rng, mixed(scene, colour("8a7fb0"), 0.45))
    brush = Brush(rng, ragged=0.22, hair=0.10, square=2.6)
    oils.layer(brush, scene, angles, (92, 24), 1.7, Jitter(5, 0.16, 0.2, 6))
    oils.layer(brush, scene, angles, (58, 13), 1.9, Jitter(6, 0.20, 0.22, 7))
    oils.layer(brush, scene, angles, (38, 8.5), 1.5, Jitter(6, 0.18, 0.22, 8), where=0.35 + 0.65 * edges)
    oils.layer(brush, scene, angles, (24, 7), 2.2, Jitter(4, 0.12, 0.15, 7), where=np.clip(1.4 * edges - 0.2, 0, 1))
    petal = Brush(rng, ragged=0.18, hair=0.12, square=2.4)
    for px, py, size in blossoms:
        blossom(oils, petal, (px * height, py * height), size * height)
    return picture(oils.lit(0.16, 0.08))
