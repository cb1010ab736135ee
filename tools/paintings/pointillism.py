"""A still afternoon on a river bank, in dots of pure colour over a broad underpainting."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings import strollers
from tools.paintings.shapes import (
    Canvas,
    Field,
    colour,
    drawing_on,
    grid,
    mask,
    mixed,
    noise,
    palette,
    picture,
    ramp,
    ribbon,
    spline,
)
from tools.paintings.strokes import Easel, Tint, Tool

HORIZON = 0.315
PIGMENTS = tuple(
    palette(
        "23307e 3a5fc0 5f93d8 9cc4e8 1f6a5a 3f9a54 86c04a c8d860 f4e070 fbf0b8 fdf8e8 f2b04a e2763a c8452e d87a8e "
        "8a4a9a 56348a f0b8b4 2a4a4a"
    )
)
CROWNS = [  # x, y, half width, half height: a tree is a heap of these
    (1.15, -0.02, 0.16, 0.10), (0.96, 0.045, 0.15, 0.085), (1.30, 0.06, 0.24, 0.15), (1.12, 0.10, 0.20, 0.12),
    (0.90, 0.135, 0.08, 0.045), (1.08, 0.215, 0.11, 0.060), (1.25, 0.22, 0.17, 0.10), (1.33, 0.33, 0.10, 0.060),
]  # fmt: skip
POPLARS = [  # x, height
    (0.055, 0.20), (0.105, 0.15), (0.135, 0.225), (0.185, 0.17), (0.300, 0.115), (0.335, 0.14), (0.50, 0.085),
    (0.455, 0.06), (0.83, 0.09), (0.865, 0.065), (0.02, 0.12),
]  # fmt: skip


def bank(x: Field) -> Field:
    """The y at which the meadow begins, for every x."""
    return 0.79 - 0.30 * np.clip(x / 1.33, 0, 1) ** 0.75 + 0.018 * np.sin(7 * x + 1)


def sky_and_river(rng: np.random.Generator, width: int, height: int) -> Field:
    """The sky, the far bank with its poplars, and both once more in the water."""
    x, y = grid(width, height)
    cloud = noise(rng, width, height, (0.55, 0.13), 4)
    sky = ramp(y + 0.03 * cloud, [0.0, 0.14, 0.25, HORIZON], palette("6f9fd4 9fc4e0 d8e0dc f6e6c0"))
    sky = mixed(sky, colour("fbf0dc"), np.clip(0.75 * cloud - 0.45, 0, 0.85))
    sky = mixed(sky, colour("d0b8cc"), np.clip(-0.5 * np.roll(cloud, -height // 30, axis=0) - 0.35, 0, 0.4))
    rough = noise(rng, width, height, 0.05, 3)
    hill = HORIZON - 0.050 - 0.030 * np.sin(2.6 * x + 2.4) - 0.005 * rough
    far = ramp((y - hill) / 0.08 + 0.25 * rough, [0.0, 0.6, 1.1], palette("a8b4d0 90a8b0 a8b888"))
    land = mixed(sky, far, np.clip((y - hill) * height / 3, 0, 1))
    canvas = drawing_on(land)
    far_bank(canvas)
    land = mixed(canvas.array(), colour("dfd8d0"), 0.22)
    return mixed(land, mirrored(rng, land), np.clip((y - HORIZON) * height / 2, 0, 1))


def far_bank(canvas: Canvas) -> None:
    """Three houses and a row of poplars, lit from the left."""
    for x in (0.60, 0.665, 0.735):
        low, high = HORIZON, HORIZON - 0.020
        canvas.fill(np.array([(x, high), (x + 0.05, high - 0.008), (x + 0.05, low), (x, low)]), colour("ece0d8"))
        roof = [(x - 0.006, high), (x + 0.022, high - 0.020), (x + 0.056, high - 0.006)]
        canvas.fill(np.array(roof), colour("d08a70"))
    for x, tall in POPLARS:
        shape = [(0.0, 0.0), (-0.8, -0.35), (-0.35, -0.75), (0.1, -1.0), (0.55, -0.7), (1.0, -0.3)]
        outline = spline(np.array(shape) * (0.011 + 0.085 * tall, tall) + (x, HORIZON), 50, closed=True)
        canvas.fill(outline, colour("4a7a86"))
        lit = (0.5 * x - 0.35 * (0.011 + 0.085 * tall), 0.15 * HORIZON)
        canvas.fill(outline * (0.5, 0.85) + lit, colour("8fae7a"))


def mirrored(rng: np.random.Generator, land: Field) -> Field:
    """What the water shows of the land above it: shaken, darker below, with long glints."""
    height, width = land.shape[:2]
    x, y = grid(width, height)
    below = np.clip(y - HORIZON, 0, 1)
    shiver = noise(rng, width, height, (0.16, 0.014), 3)
    rows = np.clip((HORIZON - 1.05 * below + 0.012 * shiver * np.clip(6 * below, 0.2, 1)) * height, 0, height - 1)
    columns = np.clip((x + 0.004 * shiver) * height, 0, width - 1)
    image = np.stack([ndimage.map_coordinates(land[..., c], [rows, columns], order=1) for c in range(3)], axis=-1)
    image = ndimage.gaussian_filter(image, (height / 150, height / 300, 0))
    deep = ramp(below + 0.02 * shiver, [0.0, 0.18, 0.45], palette("b8d0dc 6f9ccc 3a62a8"))
    water = mixed(image, deep, 0.25 + 0.9 * np.clip(below, 0, 0.5))
    glints = np.clip(shiver - 0.75, 0, 1) * (0.35 + 0.65 * np.exp(-(((x - 0.42) / 0.22) ** 2)))
    return mixed(water, colour("fdf4d8"), 0.9 * np.clip(glints, 0, 1))


def boats(canvas: Canvas) -> None:
    """Sails on the river with their reflections, and a skiff."""
    sails = ((0.405, 0.435, 0.185, "fdf6e4"), (0.245, 0.365, 0.085, "fbe6c4"), (0.735, 0.350, 0.060, "fffaf0"))
    for x, y, s, ink in (*sails, (0.800, 0.338, 0.036, "f4c890")):
        sail = spline([(x, y - s), (x - 0.16 * s, y - 0.62 * s), (x - 0.40 * s, y - 0.11 * s), (x, y - 0.07 * s)], 40)
        jib = spline([(x + 0.03 * s, y - 0.88 * s), (x + 0.20 * s, y - 0.45 * s), (x + 0.32 * s, y - 0.10 * s)], 20)
        hull = spline(
            [
                (x - 0.46 * s, y - 0.06 * s),
                (x - 0.32 * s, y + 0.055 * s),
                (x + 0.25 * s, y + 0.05 * s),
                (x + 0.45 * s, y - 0.08 * s),
            ],
            30,
        )
        flip = np.array([1.0, -0.55])
        for shape, shade in ((sail, "dfe0d4"), (jib, "e8c8a0")):
            canvas.fill((shape - (x, y)) * flip + (x, y + 0.06 * s), colour(shade))
        canvas.fill(sail, colour(ink))
        canvas.fill(np.vstack([jib, [(x + 0.03 * s, y - 0.10 * s)]]), colour("f0b878"))
        canvas.fill(hull, colour("6a2f4a"))
        canvas.fill(
            ribbon(np.array([(x - 0.44 * s, y - 0.055 * s), (x + 0.44 * s, y - 0.075 * s)]), 0.02 * s), colour("f2d0a0")
        )
    canvas.fill(spline([(0.09, 0.515), (0.12, 0.532), (0.22, 0.530), (0.255, 0.510)], 30), colour("4a2f5a"))
    canvas.fill(
        spline([(0.155, 0.52), (0.155, 0.475), (0.175, 0.468), (0.188, 0.49), (0.185, 0.52)], 30), colour("e8e0e4")
    )
    canvas.dot((0.166, 0.457), 0.010, colour("d8a078"))
    canvas.fill(ribbon(np.array([(0.165, 0.495), (0.10, 0.548)]), 0.004), colour("8a5a4a"))


def meadow(rng: np.random.Generator, scene: Field) -> tuple[Field, Field]:
    """The grass in the sun and in the long shadows, and how shaded each place is (0 to 1)."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    broad, tufts = noise(rng, width, height, (0.30, 0.10), 3), noise(rng, width, height, (0.05, 0.03), 3)
    sun = ramp(
        0.6 * broad + 0.5 * tufts + 3.2 * (y - 0.75), [-1.6, -0.5, 0.4, 1.3], palette("f4e0a4 e0d680 b8c262 86a852")
    )
    edge = 0.895 - 0.040 * np.sin(3.1 * x + 0.4) - 0.13 * np.clip(x - 0.85, 0, 1) + 0.016 * broad + 0.008 * tufts
    near = np.clip((y - edge) * 45, 0, 1)
    tree = np.clip(1.25 - np.hypot((x - 1.16) / 0.42, (y - 0.685 - 0.05 * x) / 0.060) + 0.22 * tufts, 0, 1)
    flecks = np.clip((noise(rng, width, height, (0.11, 0.035), 2) - 1.15) * 4, 0, 1)
    shade = np.clip(np.maximum(near, np.clip(tree * 5, 0, 1)) - 0.9 * flecks, 0, 1)
    dark = ramp(0.7 * tufts + 0.6 * broad, [-1.4, -0.2, 0.9, 1.6], palette("20306a 23586a 2f7a58 5c9648"))
    grass = mixed(sun, dark, 0.94 * shade)
    rim = np.clip(1 - np.abs(y - bank(x) - 0.006) / 0.008, 0, 1)
    grass = mixed(grass, colour("4f8a5a"), 0.6 * rim)
    inside = np.clip((y - bank(x) - 0.004 * tufts) * height / 3, 0, 1)
    return mixed(scene, grass, inside), inside


def tree(rng: np.random.Generator, scene: Field) -> tuple[Field, Field]:
    """The tree that closes the picture on the right: trunks, and heaps of leaves lit from the left; where it is."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    trunks = (([(1.135, 0.72), (1.118, 0.50), (1.135, 0.30), (1.19, 0.12)], (0.060, 0.034, 0.030, 0.016)),
              ([(1.272, 0.65), (1.262, 0.45), (1.283, 0.28), (1.30, 0.10)], (0.040, 0.028, 0.026, 0.014)),
              ([(1.125, 0.36), (1.07, 0.25), (0.97, 0.14)], (0.020, 0.014, 0.007)))  # fmt: skip
    outlines = [
        ribbon(spline(k, 50), np.interp(np.linspace(0, 1, 50), np.linspace(0, 1, len(w)), w)) for k, w in trunks
    ]
    wood = mask(width, height, outlines)
    axis = np.where(x < 1.20, 1.126, 1.268)
    bark = ramp(
        (x - axis) / 0.022 + 0.4 * noise(rng, width, height, (0.02, 0.06), 2),
        [-1, -0.2, 0.5, 1.2],
        palette("d89a6a 8a5a64 4a3a6a 2a2858"),
    )
    scene, covered = mixed(scene, bark, wood), wood
    lumps, fine = noise(rng, width, height, 0.10, 4), noise(rng, width, height, 0.035, 2)
    for cx, cy, wide, tall in CROWNS:
        far = np.hypot((x - cx) / wide, (y - cy) / tall) + 0.20 * lumps + 0.09 * fine
        light = 1.05 * (cx - x) / wide + 0.95 * (cy - y) / tall + 0.40 * lumps + 0.25 * fine
        leaves = ramp(light, [-1.4, -0.5, 0.25, 0.9, 1.5], palette("1c2f66 205460 3a7c4c 86ac4c e0cc6a"))
        inside = np.clip((1 - far) * 14, 0, 1)
        scene, covered = mixed(scene, leaves, inside), np.maximum(covered, inside)
    return scene, covered


def people(canvas: Canvas) -> None:
    """Strollers near and far, every one with a long shadow to the right."""

    def shadow(x: float, y: float, tall: float) -> None:
        knots = [(x - 0.06 * tall, y), (x + 0.3 * tall, y + 0.02 * tall), (x + 0.85 * tall, y + 0.10 * tall),
                 (x + 0.55 * tall, y + 0.11 * tall), (x + 0.1 * tall, y + 0.05 * tall)]  # fmt: skip
        canvas.fill(spline(knots, 40, closed=True), colour("2f4a86"))

    distant = (
        (0.985, 0.600, 0.085, "c8506a", "f4e0b0"),
        (0.640, 0.660, 0.105, "7a5a9a", "e8e4e0"),
        (0.93, 0.585, 0.08, "3a4a86", ""),
    )
    for x, y, tall, dress, parasol in distant:
        shadow(x, y, tall)
        strollers.lady(canvas, x, y, tall, dress, parasol)
    shadow(0.695, 0.665, 0.11)
    strollers.gentleman(canvas, 0.695, 0.665, 0.11, "3a3a66")
    shadow(0.755, 0.765, 0.125)
    strollers.child(canvas, 0.755, 0.765, 0.125, "f0e4ea")
    strollers.resting(canvas, 0.965, 0.835, 0.150, "5a6aa0")
    strollers.gentleman(canvas, 0.475, 0.945, 0.335, "2c2a5a")
    strollers.lady(canvas, 0.335, 0.955, 0.325, "5a3a8e", "d8542e")


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the river bank."""
    y = grid(width, height)[1]
    canvas = drawing_on(sky_and_river(rng, width, height))
    boats(canvas)
    scene, grass = meadow(rng, canvas.array())
    scene, leaves = tree(rng, scene)
    canvas = drawing_on(scene)
    people(canvas)
    plain = canvas.array()
    # Beside a dark shape the light gets lighter and takes on the opposite colour, and the other way round.
    scene = np.clip(plain + 0.38 * (plain - ndimage.gaussian_filter(plain, (height / 45, height / 45, 0))), 0, 1)

    sway = noise(rng, width, height, 0.15, 2)
    angles = np.where(y < HORIZON, -0.5 + 0.35 * sway, 0.04 * sway)
    angles = np.where(grass > 0.5, np.where(noise(rng, width, height, 0.03, 1) > 0.5, -1.2, -0.15) + 0.3 * sway, angles)
    angles = np.where(leaves > 0.5, -0.7 + 0.9 * sway, angles)
    edges = ndimage.gaussian_gradient_magnitude(plain.mean(axis=2), height / 600) * height / 30
    crisp = np.clip(edges - 0.15, 0, 1)
    light = np.clip((plain.mean(axis=2) - 0.35) * 2.5, 0, 1)

    easel = Easel(rng, mixed(scene, colour("e8d8b4"), 0.5))
    broad = Tool(rng, hair=1.8, run=50, ragged=0.4, dry=0.6, ridge=0.35, taper=0.4)
    dot = Tool(rng, hair=1.3, run=6, ragged=0.12, dry=0.15, ridge=0.45, taper=0.7)
    easel.layer(broad, mixed(scene, colour("c8b090"), 0.12), angles, (0.060, 0.020), 2.0, Tint(3, 4, 3, 4), body=0.5)
    pure = Tint(3, 3, 3, 2, PIGMENTS, 0.55)
    easel.layer(dot, scene, angles, (0.0190, 0.0092), 1.0, pure, stop=0.25, vary=0.3, wander=0.35)
    easel.layer(dot, scene, angles, (0.0115, 0.0078), 1.3, pure, stop=0.3, vary=0.28, wander=0.5)
    easel.layer(dot, scene, angles, (0.0078, 0.0064), 0.8, Tint(4, 4, 4, 2, PIGMENTS, 0.75), vary=0.3, stop=1)
    easel.layer(dot, scene, angles, (0.0068, 0.0054), 2.2, Tint(2, 3, 2, 2, PIGMENTS, 0.25), where=crisp, stop=1)
    warm = mixed(scene, colour("ffd88a"), 0.6)
    easel.layer(dot, warm, angles, (0.0080, 0.0066), 0.18, pure, where=light, body=1.5, stop=1)
    cool = mixed(scene, colour("4a4ac8"), 0.55)
    easel.layer(dot, cool, angles, (0.0080, 0.0066), 0.28, pure, where=1 - light, stop=1)
    return picture(easel.lit(0.12, 0.04))
