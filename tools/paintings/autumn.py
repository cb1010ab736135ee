"""An avenue in autumn after rain: slabs of orange and violet put on with the palette knife, and their reflections."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.brush import Brush, Jitter, Oils, drawing_on, mixed, ramp
from tools.paintings.shapes import Canvas, Field, colour, grid, noise, palette, picture, spline

VANISHING = (0.60, 0.50)
TRUNKS = [  # x and y of the foot, thickness, lean of the crown
    (0.46, 0.545, 0.008, 0.01), (0.72, 0.540, 0.008, -0.01), (0.40, 0.575, 0.013, 0.02), (0.79, 0.572, 0.013, -0.02),
    (0.30, 0.625, 0.022, 0.03), (0.90, 0.615, 0.020, -0.03), (0.15, 0.715, 0.038, 0.06), (1.08, 0.700, 0.035, -0.06),
    (-0.04, 0.86, 0.060, 0.07), (1.30, 0.83, 0.056, -0.08),
]  # fmt: skip
LAMPS = [
    (0.225, 0.69, 0.30),
    (0.365, 0.60, 0.17),
    (0.435, 0.56, 0.10),
    (1.0, 0.67, 0.27),
    (0.84, 0.59, 0.16),
    (0.755, 0.555, 0.09),
]

REFLECTIONS = [  # x, y of the feet, length, half width, colour, strength
    (0.575, 0.70, 0.14, 0.028, "b81c30", 0.75), (0.625, 0.705, 0.13, 0.028, "1f2a66", 0.75),
    (0.60, 0.83, 0.08, 0.065, "e03a2a", 0.80), (0.225, 0.69, 0.27, 0.016, "ffd060", 0.65),
    (1.0, 0.67, 0.25, 0.015, "ffd060", 0.65), (0.365, 0.60, 0.16, 0.010, "ffe08a", 0.6),
    (0.84, 0.59, 0.15, 0.010, "ffe08a", 0.6),
]  # fmt: skip


def above_ground(rng: np.random.Generator, width: int, height: int) -> Field:
    """Foliage, sky and distance, as if there were no ground."""
    x, y = grid(width, height)
    vx, vy = VANISHING
    far = np.hypot((x - vx) / 0.75, (y - vy) / 0.62)
    lumps, specks = noise(rng, width, height, 0.16, 4), noise(rng, width, height, 0.05, 3)
    sky = ramp(far + 0.05 * lumps, [0.0, 0.18, 0.45, 0.9], palette("fff3c8 ffd98a 9fb7dc 4a55a8"))
    tone = 0.75 * lumps + 0.55 * specks + 1.6 * (0.55 - far)
    side = np.clip(0.5 + 0.6 * (x - vx) + 0.25 * noise(rng, width, height, 0.4, 2), 0, 1)
    stops = [-1.9, -1.0, -0.3, 0.4, 1.1, 1.8]
    warm = ramp(tone, stops, palette("3a1442 8a1c3a cf3a1c f0761a fbb022 ffe672"))
    cool = ramp(tone, stops, palette("241a5c 5a2a7a a8304a e2641c f6a81e fff08a"))
    leaves = mixed(warm, cool, side)
    cover = np.clip((far + 0.16 * lumps + 0.06 * specks - 0.30) * 9, 0, 1)
    scene = mixed(sky, leaves, cover)
    distance = np.clip(1 - np.abs(y - 0.50 - 0.01 * lumps) / 0.06, 0, 1) * np.clip(2 - 4 * np.abs(x - vx), 0, 1)
    return mixed(scene, ramp(specks, [-1, 0, 1], palette("7a5fa0 d08a6a ffd08a")), 0.7 * distance)


def stand(canvas: Canvas, rng: np.random.Generator) -> None:
    """Trunks with branches, lamp posts, a bench and two walkers under an umbrella."""
    barks = palette("2a1238 3a1c2e 1c1440 4a2438")
    for foot, ground, thick, lean in TRUNKS:
        tall = 17 * thick**0.75
        spine = spline([(foot, ground), (foot + 0.3 * lean, ground - 0.4 * tall), (foot + lean, ground - tall)], 40)
        canvas.line(spine, rng.choice(barks), thick, 0.55)
        for share in rng.uniform(0.35, 0.95, 6):
            x, y = spine[int(share * 39)]
            reach = rng.uniform(3, 7) * thick * rng.choice([-1, 1])
            branch = spline([(x, y), (x + 0.5 * reach, y - 0.6 * abs(reach)), (x + reach, y - 0.9 * abs(reach))], 20)
            canvas.line(branch, rng.choice(barks), 0.28 * thick, 0.3)
    for x, ground, tall in LAMPS:
        canvas.line(np.array([(x, ground), (x, ground - tall)]), colour("1a1230"), 0.028 * tall, 0.9)
    for x, y, tall in ((0.575, 0.70, 0.19), (0.625, 0.705, 0.175)):
        coat = [
            (x - 0.17 * tall, y - 0.25 * tall),
            (x - 0.14 * tall, y - 0.78 * tall),
            (x + 0.14 * tall, y - 0.78 * tall),
            (x + 0.19 * tall, y - 0.25 * tall),
        ]
        canvas.fill(np.array(coat), colour("c01f34" if x < 0.6 else "1f2a66"))
        for leg in (-0.08, 0.08):
            canvas.line(
                np.array([(x + leg * tall, y - 0.3 * tall), (x + 1.5 * leg * tall, y)]),
                colour("1a1230"),
                0.09 * tall,
                0.8,
            )
        canvas.dot((x, y - 0.86 * tall), 0.075 * tall, colour("e0a080"))
    umbrella = [(0.515, 0.545), (0.54, 0.50), (0.60, 0.475), (0.66, 0.50), (0.685, 0.545)]
    canvas.fill(spline(umbrella), colour("e03a2a"))
    canvas.fill(spline([(0.60, 0.545), (0.615, 0.50), (0.60, 0.475), (0.66, 0.50), (0.685, 0.545)]), colour("8a1438"))


def ground_line(x: Field) -> Field:
    """The y at which the avenue's floor begins, for every x."""
    return 0.535 + 0.02 * np.abs(x - VANISHING[0])


def wet(scene: Field, standing: Field, rng: np.random.Generator) -> Field:
    """Lay the ground under the scene: leaves at the sides, and the wet path that mirrors what stands above it."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    edge = ground_line(x)
    below = np.clip(y - edge, 0, 1)
    shiver = 0.010 * noise(rng, width, height, (0.10, 0.012), 3) * np.clip(below * 6, 0.2, 1)
    rows = np.clip((edge - 1.15 * below) * height, 0, height - 1)
    columns = np.clip((x + shiver) * height, 0, width - 1)
    mirrored = np.stack(
        [ndimage.map_coordinates(standing[..., c], [rows, columns], order=1) for c in range(3)], axis=-1
    )
    mirrored = ndimage.gaussian_filter(mirrored, (height / 70, 1.5, 0))
    gleam = noise(rng, width, height, (0.20, 0.02), 3)
    path = mixed(mirrored * (0.86, 0.84, 0.98), ramp(gleam, [-1, 0.6, 1.6], palette("2a2468 8a78b8 ffe0b0")), 0.30)
    glow = np.exp(-(((x - VANISHING[0]) / (0.03 + 0.16 * below)) ** 2))
    path = mixed(path, colour("ffe9b0"), 0.75 * glow * np.clip(1.2 - 2.2 * below, 0, 1))
    litter = ramp(
        noise(rng, width, height, (0.08, 0.03), 4), [-1.5, -0.5, 0.4, 1.3], palette("4a1446 a8282c ec6a1a ffc23a")
    )
    border = np.abs(x - VANISHING[0]) - 0.055 - 1.05 * below + 0.012 * noise(rng, width, height, (0.05, 0.02), 2)
    floor = mixed(path, litter, np.clip(border * 25, 0, 0.9))
    tremble = x + 0.006 * np.sin(300 * y) + 0.5 * shiver
    for px, feet, long, wide, ink, share in REFLECTIONS:
        across = np.exp(-(((tremble - px) / wide) ** 4))
        floor = mixed(floor, colour(ink), share * across * np.clip((y - feet) * 60, 0, 1) * (y < feet + long))
    return mixed(scene, floor, np.clip((y - edge) * height / 2, 0, 1))


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the avenue."""
    x, y = grid(width, height)
    canvas = drawing_on(above_ground(rng, width, height))
    stand(canvas, rng)
    standing = canvas.array()
    canvas = drawing_on(wet(above_ground(rng, width, height), standing, rng))
    stand(canvas, rng)
    scene = canvas.array()
    for lx, ground, tall in LAMPS:
        near = np.hypot(x - lx, y - ground + tall) / (0.12 * tall)
        shine = ramp(near, [0.0, 0.5, 1.0, 2.2], palette("ffffff fff6b0 ffc84a ff9a2a"))
        scene = mixed(scene, shine, np.clip(1.25 - 0.55 * near, 0, 1))

    turn = noise(rng, width, height, 0.16, 2)
    inside = np.clip((y - ground_line(x)) * 60, 0, 1)
    outward = np.arctan2(y - VANISHING[1], x - VANISHING[0])
    leaf = np.where(noise(rng, width, height, 0.05, 1) > 0, 0.7, -0.7) + 0.7 * turn + 0.2 * outward
    angles = np.where(inside > 0.5, np.where(np.sin(40 * x + 60 * y) > 0.6, np.pi / 2, 0.08 * turn), leaf)
    contrast = np.max(np.abs(scene - ndimage.gaussian_filter(scene, (7, 7, 0))), axis=2)
    fine = np.clip(4.5 * ndimage.gaussian_filter(contrast, 2), 0, 1)
    gx, gy = (ndimage.gaussian_filter(scene.mean(axis=2), 3, order=order) for order in ((0, 1), (1, 0)))
    angles = np.where(fine > 0.55, np.arctan2(gx, -gy), angles)

    oils = Oils(rng, mixed(scene, colour("5a1f4a"), 0.4))
    knife = Brush(rng, ragged=0.05, hair=0.5, square=7.0)
    oils.layer(knife, scene, angles, (76, 32), 1.8, Jitter(6, 0.14, 0.2, 4))
    oils.layer(knife, scene, angles, (46, 18), 1.9, Jitter(8, 0.18, 0.25, 5))
    oils.layer(knife, scene, angles, (28, 11), 1.8, Jitter(8, 0.16, 0.25, 5), where=0.3 + 0.7 * fine)
    oils.layer(knife, scene, angles, (17, 6.5), 2.6, Jitter(4, 0.10, 0.15, 4), where=np.clip(1.5 * fine - 0.3, 0, 1))
    lamps = np.max([np.hypot(x - lx, y - ground + tall) < 0.13 * tall for lx, ground, tall in LAMPS], axis=0)
    around = np.min([np.hypot(x - lx, y - ground + tall) for lx, ground, tall in LAMPS], axis=0)
    gx, gy = np.gradient(around, axis=1), np.gradient(around, axis=0)
    oils.layer(knife, scene, np.arctan2(gx, -gy), (16, 8), 3.0, Jitter(2, 0.05, 0.1, 3), where=lamps.astype(float))
    return picture(oils.lit(0.15, 0.12))
