"""A sunny day on a river bank, built from dots of pure, complementary colours."""

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage import color

from tools.paintings.brush import Brush, Jitter, Oils, drawing_on, mixed, ramp
from tools.paintings.shapes import Canvas, Field, colour, grid, mask, noise, palette, picture, spline

HORIZON = 0.36
TREES = [  # x, y of the crown's centre, its half width and height, x of the foot, y of the foot
    (1.16, 0.20, 0.34, 0.23, 1.10, 0.80), (0.02, 0.16, 0.24, 0.20, 0.05, 0.70), (0.75, 0.275, 0.085, 0.10, 0.75, 0.385),
]  # fmt: skip
PEOPLE = [  # x, y of the foot, height, colours of dress and parasol
    (0.36, 0.86, 0.25, "4a3fa0", "e2492f"), (0.45, 0.865, 0.235, "2b2f5e", ""), (0.80, 0.71, 0.145, "c8385a", "f2d24a"),
    (0.68, 0.685, 0.12, "e9e2d2", ""), (0.16, 0.665, 0.11, "d77a2c", "5fb0c9"), (1.02, 0.66, 0.11, "2f5a8f", ""),
]  # fmt: skip


def bank(x: Field) -> Field:
    """The y at which the meadow begins, for every x."""
    return 0.60 + 0.035 * np.sin(2.1 * x + 0.6) - 0.12 * np.clip(0.35 - x, 0, 1) + 0.03 * x


def landscape(rng: np.random.Generator, width: int, height: int) -> Field:
    """Sky, far bank, river and meadow with the shadows of the trees."""
    x, y = grid(width, height)
    haze, broad = noise(rng, width, height, (0.30, 0.10), 4), noise(rng, width, height, 0.12, 3)
    result = ramp(y + 0.035 * haze, [0.0, 0.18, 0.36], palette("6ea6dc a9cfe6 fbe7b8"))
    result = mixed(result, colour("fff3dc"), np.clip(haze - 0.5, 0, 0.8) * (y < HORIZON))
    hills = HORIZON - 0.05 - 0.02 * np.sin(5 * x) - 0.012 * broad
    result = mixed(result, ramp(broad, [-1, 0, 1], palette("4f6fae 6f9a86 c3c77a")), np.clip((y - hills) * 60, 0, 1))
    ripple = 0.65 * np.sin(230 * np.clip(y - HORIZON, 0, 1) ** 0.8 * (1 + 0.02 * broad)) + 0.9 * noise(
        rng, width, height, (0.12, 0.012), 3
    )
    water = ramp(ripple + 5 * (y - 0.48), [-2.0, -0.6, 0.5, 1.6], palette("2c62b0 4d93cf a4cfdc fdf2cf"))
    result = mixed(result, water, np.clip((y - HORIZON) * 300, 0, 1))
    mirrored = np.clip(1 - (y - HORIZON) / 0.06, 0, 0.7) * (y > HORIZON)
    result = mixed(result, colour("5b8a7a"), mirrored)
    lawn = ramp(broad + 2.2 * (y - 0.75), [-1.6, 0.0, 1.2], palette("e8dc5c b4cc3e 79b23a"))
    shade = ndimage.gaussian_filter((np.hypot((x - 1.02) / 0.62, (y - 0.86) / 0.12) < 1).astype(float), height / 90)
    shade = np.maximum(shade, ndimage.gaussian_filter((np.hypot((x + 0.02) / 0.34, (y - 0.76) / 0.06) < 1) * 1.0, 8))
    shade = np.maximum(shade, np.clip((y - 0.93 + 0.02 * broad) * 20, 0, 1))
    gaps = np.clip(1.4 - 0.9 * np.clip(noise(rng, width, height, (0.09, 0.04), 2), 0, 2), 0, 1)
    lawn = mixed(lawn, ramp(broad, [-1, 0.3, 1.3], palette("1f4f78 2c7a5a 4f9a3f")), shade * gaps)
    return mixed(result, lawn, np.clip((y - bank(x)) * 200, 0, 1))


def boats(canvas: Canvas) -> None:
    """Sails on the river with their reflections."""
    for x, y, size, ink in ((0.50, 0.44, 0.13, "fffdf0"), (0.62, 0.40, 0.07, "fbe3c0"), (0.34, 0.395, 0.06, "ffffff")):
        canvas.fill(np.array([(x, y - size), (x - 0.40 * size, y - 0.08 * size), (x, y - 0.08 * size)]), colour(ink))
        canvas.fill(
            np.array(
                [
                    (x + 0.04 * size, y - 0.9 * size),
                    (x + 0.33 * size, y - 0.1 * size),
                    (x + 0.04 * size, y - 0.1 * size),
                ]
            ),
            colour("f4b56a"),
        )
        canvas.fill(
            np.array(
                [
                    (x - 0.45 * size, y - 0.05 * size),
                    (x + 0.42 * size, y - 0.05 * size),
                    (x + 0.3 * size, y + 0.07 * size),
                    (x - 0.35 * size, y + 0.07 * size),
                ]
            ),
            colour("8a2f3c"),
        )
        canvas.fill(
            np.array([(x - 0.3 * size, y + 0.1 * size), (x + 0.2 * size, y + 0.1 * size), (x, y + 0.6 * size)]),
            colour("d9e2d2"),
        )


def trees(rng: np.random.Generator, scene: Field) -> Field:
    """Trunks, and crowns of light and shadow with sky showing through."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    for cx, cy, wide, tall, foot, ground in TREES:
        thick = 0.09 * wide
        trunk = spline(
            [
                (foot - thick, ground),
                (foot - 0.6 * thick, (cy + ground) / 2),
                (cx - 0.4 * thick, cy),
                (cx + 0.4 * thick, cy),
                (foot + 0.6 * thick, (cy + ground) / 2),
                (foot + 1.3 * thick, ground),
            ]
        )
        bark = ramp(
            (x - foot) / thick + 0.5 * noise(rng, width, height, 0.03, 2), [-1, 0, 1], palette("d98a4a 6a4a6a 2a2a5e")
        )
        scene = mixed(scene, bark, mask(width, height, [trunk]))
        lumps = noise(rng, width, height, 0.55 * wide, 4)
        crown = np.hypot((x - cx) / wide, (y - cy) / tall) + 0.20 * lumps
        light = 0.9 * noise(rng, width, height, 0.4 * wide, 3) + 1.3 * (cx - x) / wide + 1.0 * (cy - y) / tall
        leaves = ramp(light, [-1.8, -0.7, 0.3, 1.2, 2.0], palette("1a3a78 1f6a5a 3f9440 a8c83a f6e25a"))
        scene = mixed(scene, leaves, np.clip((1 - crown) * 14, 0, 1))
    return scene


def people(canvas: Canvas) -> None:
    """Strollers with long skirts and parasols, and their shadows on the grass."""
    for x, y, tall, dress, parasol in PEOPLE:
        s = tall
        canvas.fill(
            np.array(
                [
                    (x - 0.1 * s, y),
                    (x + 0.1 * s, y - 0.02 * s),
                    (x + 0.75 * s, y + 0.10 * s),
                    (x + 0.6 * s, y + 0.16 * s),
                ]
            ),
            colour("23508a"),
        )
        canvas.fill(
            spline(
                [
                    (x - 0.20 * s, y),
                    (x - 0.09 * s, y - 0.45 * s),
                    (x - 0.09 * s, y - 0.76 * s),
                    (x + 0.09 * s, y - 0.76 * s),
                    (x + 0.08 * s, y - 0.45 * s),
                    (x + 0.24 * s, y),
                ]
            ),
            colour(dress),
        )
        canvas.dot((x, y - 0.86 * s), 0.075 * s, colour("e8b48a"))
        canvas.fill(
            np.array(
                [
                    (x - 0.13 * s, y - 0.88 * s),
                    (x + 0.12 * s, y - 0.88 * s),
                    (x + 0.07 * s, y - 0.99 * s),
                    (x - 0.07 * s, y - 0.99 * s),
                ]
            ),
            colour("23234a"),
        )
        if parasol:
            top = [
                (x - 0.34 * s, y - 0.93 * s),
                (x - 0.2 * s, y - 1.12 * s),
                (x + 0.03 * s, y - 1.2 * s),
                (x + 0.26 * s, y - 1.12 * s),
                (x + 0.4 * s, y - 0.93 * s),
            ]
            canvas.fill(spline(top), colour(parasol))
            canvas.line(
                np.array([(x + 0.03 * s, y - 1.1 * s), (x + 0.06 * s, y - 0.5 * s)]), colour("4a2a2a"), 0.03 * s, 1
            )


def opposite(scene: Field) -> Field:
    """The complement of every colour, as light as the colour itself."""
    lab = color.rgb2lab(scene)
    return np.asarray(np.clip(color.lab2rgb(lab * (0.9, -0.9, -0.7) + (8, 0, 0)), 0, 1), dtype=np.float64)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the river bank."""
    canvas = drawing_on(landscape(rng, width, height))
    boats(canvas)
    canvas = drawing_on(trees(rng, canvas.array()))
    people(canvas)
    scene = canvas.array()
    fine = np.clip(4 * np.max(np.abs(scene - ndimage.gaussian_filter(scene, (6, 6, 0))), axis=2), 0, 1)

    oils = Oils(rng, mixed(scene, colour("f3e6c4"), 0.45))
    dot = Brush(rng, ragged=0.02, hair=0.5, square=2.2)
    level = noise(rng, width, height, 0.2, 2)
    dark = np.clip(1.2 - 2.2 * scene.mean(axis=2), 0, 1)
    oils.layer(dot, scene, level, (18, 16), 2.4, Jitter(4, 0.25, 0.25, 3))
    oils.layer(dot, scene, level, (12, 11), 1.8, Jitter(6, 0.40, 0.32, 3))
    oils.layer(dot, opposite(scene), level, (11, 10), 0.26, Jitter(5, 0.4, 0.3, 3))
    oils.layer(dot, mixed(scene, colour("3a3fd0"), 0.55), level, (11, 10), 0.6, Jitter(6, 0.3, 0.2, 3), where=dark)
    sunlit = 0.6 * (1 - dark)
    oils.layer(dot, mixed(scene, colour("ffb43a"), 0.45), level, (11, 10), 0.35, Jitter(5, 0.3, 0.2, 3), where=sunlit)
    oils.layer(dot, scene, level, (9.5, 8.5), 2.0, Jitter(5, 0.28, 0.3, 3), where=0.12 + 0.88 * fine)
    return picture(oils.lit(0.13, 0.05))
