"""A pond with water lilies in hairy, broken strokes: willows and the evening sky lie mirrored between the pads."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.shapes import (
    Canvas,
    Field,
    Points,
    colour,
    drawing_on,
    grid,
    mixed,
    noise,
    palette,
    picture,
    ramp,
    warped,
)
from tools.paintings.strokes import Easel, Tint, Tool, mixtures

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


def blossom(easel: Easel, brush: Tool, at: tuple[float, float], size: float) -> None:
    """A fan of petals around a golden heart."""
    rng = easel.rng
    kinds = (palette("fff6f0 ffd0e0 f48ab8"), palette("fffdf0 ffeec8 f4c0a0"), palette("ffe0ee f070a8 c83a80"))
    shades = kinds[rng.integers(3)]
    for ring, (reach, petals) in enumerate(((1.0, 9), (0.72, 7), (0.45, 5))):
        for angle in np.linspace(np.pi * 0.98, np.pi * 2.02, petals) + rng.normal(0, 0.10, petals):
            paint = mixtures(rng, np.array([shades[2 - ring]]), Tint(4, 4, 3, 5))[0]
            turn, long = angle + rng.normal(0, 0.14), reach * size * rng.uniform(0.8, 1.15)
            tip = np.array([np.cos(turn), 0.75 * np.sin(turn)]) * long
            bow = np.array([-tip[1], tip[0]]) * rng.normal(0, 0.12)
            path = np.array(at) + np.stack([0.08 * tip, 0.55 * tip + bow, tip])
            easel.stroke(brush, path, max(0.006, 0.34 * size), paint, 1.4)
    heart = mixtures(rng, np.array([colour("ffc420")]), Tint(2, 3, 2, 5))[0]
    across = np.array([(-0.2, -0.05), (0.0, -0.02), (0.2, -0.06)]) * size
    easel.stroke(brush, np.array(at) + across, max(0.006, 0.24 * size), heart, 1.6)


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

    easel = Easel(rng, mixed(scene * 0.8, colour("8a7fb0"), 0.45))
    brush = Tool(rng, hair=1.9, run=75, ragged=0.6, dry=0.8, ridge=0.4, taper=0.5)
    easel.layer(brush, scene, angles, (0.105, 0.030), 2.0, Tint(4, 6, 3, 4), stop=1, body=0.6)
    easel.layer(brush, scene, angles, (0.070, 0.0150), 1.5, Tint(5, 7, 4, 6), stop=0.22)
    easel.layer(brush, scene, angles, (0.045, 0.0095), 1.1, Tint(6, 7, 4, 6), where=0.35 + 0.65 * edges, stop=0.16)
    easel.layer(brush, scene, angles, (0.026, 0.0075), 1.9, Tint(4, 5, 3, 5), where=1.4 * edges - 0.2, stop=0.12)
    for px, py, size in blossoms:
        blossom(easel, brush, (px, py), size)
    return picture(easel.lit(0.14, 0.07))
