"""A night over a village by a lake: the sky whirls around its stars in thick strokes of ultramarine and yellow."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.shapes import Canvas, Field, colour, grid, mask, mixed, noise, palette, picture, ramp, spline
from tools.paintings.strokes import Easel, Tint, Tool, combed, mixtures
from tools.paintings.village import Village

SHORE = 0.735

MOON = (0.262, 0.205, 0.082)  # x, y, radius of the disc
STARS = [
    (0.555, 0.095, 0.033), (0.065, 0.070, 0.020), (0.47, 0.285, 0.013), (0.735, 0.150, 0.018), (0.955, 0.085, 0.040),
    (0.045, 0.40, 0.026), (0.30, 0.465, 0.015), (1.055, 0.275, 0.014), (0.985, 0.485, 0.022), (0.635, 0.545, 0.011),
    (0.40, 0.035, 0.010), (1.295, 0.065, 0.020), (0.80, 0.545, 0.009), (1.305, 0.385, 0.016), (0.165, 0.540, 0.010),
]  # fmt: skip
WHIRLS = [(0.80, 0.345, 0.155, 1.0), (0.495, 0.425, 0.098, -1.0), (1.20, 0.20, 0.075, -0.9)]  # x, y, radius, sense


def flow(x: Field, y: Field, drift: Field) -> Field:
    """The direction of the wind at every pixel: a wavy breeze, whirls, and rings around the lights."""
    along, down = np.ones_like(x), 0.45 * np.cos(4.6 * x + 1.2 * drift + 0.5) + 0.22 * drift - 0.1
    for cx, cy, radius, sense in WHIRLS:
        dx, dy = x - cx, 1.15 * (y - cy)
        pull = 2.9 * np.exp(-((dx**2 + dy**2) / (1.35 * radius) ** 2)) * sense / radius
        along, down = along - pull * (dy - 0.30 * dx), down + pull * (dx + 0.30 * dy)
    for cx, cy, radius in [*STARS, MOON]:
        dx, dy = x - cx, y - cy
        pull = 8.0 * np.exp(-(((dx**2 + dy**2) / (1.9 * radius) ** 2) ** 1.3)) / radius
        along, down = along - pull * dy, down + pull * dx
    return np.arctan2(down, along)


def sky(x: Field, y: Field, streams: Field, bands: Field) -> Field:
    """Blues that follow the streams, greener towards the hills, with pale arms in the whirls."""
    blues = palette("0a1038 131f66 1d3a92 2a5fb0 4d8fc0 8fc0c4 d8e2bc")
    tone = 0.95 * streams + 0.55 * bands + 1.9 * (y - 0.36) / 0.3 + 1.3 * np.clip((y - 0.46) / 0.1, 0, 1) - 0.25
    result = ramp(tone, [-2.4, -1.4, -0.4, 0.6, 1.5, 2.4, 3.3], blues)
    for cx, cy, radius, sense in WHIRLS:
        far, turn = np.hypot(x - cx, 1.15 * (y - cy)) / radius, np.arctan2(1.15 * (y - cy), x - cx) * sense
        arms = np.cos(turn - 3.4 * np.log(far + 0.12)) + 0.45 * streams
        pale = ramp(arms, [-1.2, -0.3, 0.5, 1.4], palette("16297a 3a78b4 9cc8c2 f0ecc4"))
        result = mixed(result, pale, 0.95 * np.exp(-((far / 1.15) ** 4)))
    return result


def lights(scene: Field, x: Field, y: Field, uneven: Field, streams: Field) -> Field:
    """Lay the moon and the stars on the sky: a pale core, and broken rings of yellow and green around it."""
    rings = palette("fffbe2 ffe98a f4bc2c c9a83a e6d684 7fae9c 8fbfb0 2f64a6")
    for k, (cx, cy, radius) in enumerate([*STARS, MOON]):
        squeeze = 1 + 0.20 * np.sin(3.1 * k + 1)
        far = np.hypot(squeeze * (x - cx), (y - cy) / squeeze) / radius + 0.26 * uneven
        broken = far + 0.34 * streams * np.clip(far, 0, 1)
        warm = ramp(broken, [0.0, 0.45, 0.75, 1.02, 1.25, 1.5, 1.8, 2.2], rings)
        scene = mixed(scene, warm, np.clip(2.6 - 1.15 * far, 0, 1))
    cx, cy, radius = MOON
    disc = np.hypot(x - cx, y - cy) / radius + 0.08 * uneven
    return mixed(scene, ramp(streams, [-1, 1], palette("e9c04a f6e08a")), np.clip((0.85 - disc) * 8, 0, 1))


def hills(rng: np.random.Generator, scene: Field, angles: Field) -> tuple[Field, Field, Field]:
    """Three ranges of hills, the near ones darker and greener, and where the sky is left (0 to 1)."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    rough = noise(rng, width, height, 0.12, 3)
    ranges = (
        (0.612, 0.060, "1d3478 2c5494 5c8cb0"),
        (0.650, 0.045, "101d52 18346e 2f6088"),
        (0.690, 0.030, "0a1336 0e2844 204a48"),
    )
    open_sky = np.ones_like(x)
    for k, (base, swing, codes) in enumerate(ranges):
        line = base - swing * np.sin(2.6 * x + 1.9 * k + 0.4) - 0.5 * swing * np.sin(6.3 * x - 2.2 * k)
        inside = np.clip((y - line) * height / 3, 0, 1)
        depth = (y - line) / 0.09
        tone = 0.9 * np.sin(11 * depth + 2.2 * rough) * 0.6 + 0.6 * rough - 1.1 * depth + 0.5
        scene = mixed(scene, ramp(tone, [-1.1, 0.1, 1.5], palette(codes)), inside)
        open_sky *= 1 - inside
        slope = np.arctan(np.gradient(line, axis=1) * height)
        angles = np.where(inside > 0.5, 0.9 * slope + 0.5 * np.sin(9 * x + 14 * y + k), angles)
    return scene, angles, open_sky


def lake(rng: np.random.Generator, scene: Field, angles: Field) -> tuple[Field, Field]:
    """Water that mirrors the sky in level strokes, darkest under the shore and in the near corner."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    below = np.clip(y - SHORE, 0, 1)
    ripple = noise(rng, width, height, (0.22, 0.022), 3)
    pale = np.exp(-(((x - 0.30 + 0.5 * below) / 0.34) ** 2)) + 0.6 * np.exp(-(((x - 0.86) / 0.16) ** 2))
    tone = 0.7 * ripple + 1.3 * pale - 4.0 * below - 1.6 * np.exp(-below / 0.022) + 0.1
    water = ramp(tone, [-1.8, -0.8, 0.2, 1.2, 2.2], palette("0a1238 14256e 22509a 4587b4 98c2be"))
    inside = np.clip((y - SHORE - 0.004 * ripple) * height / 3, 0, 1)
    shiver = noise(rng, width, height, (0.09, 0.010), 2)
    return mixed(scene, water, inside), np.where(inside > 0.5, 0.10 * shiver, angles)


def foreground(rng: np.random.Generator, scene: Field, angles: Field) -> tuple[Field, Field, Field]:
    """The near bank, and the cypresses that flame up on it; also where they stand (0 to 1)."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    rough = noise(rng, width, height, 0.05, 3)
    line = 1.045 - 0.17 * np.clip((x - 0.45) / 0.85, 0, 1) ** 1.5 - 0.045 * np.sin(3.2 * x + 1) + 0.010 * rough
    inside = np.clip((y - line) * height / 4, 0, 1)
    grass = ramp(noise(rng, width, height, (0.03, 0.1), 3), [-1.4, 0, 1.3], palette("0a1a2c 1a4238 5f7a34"))
    scene, angles = mixed(scene, grass, inside), np.where(inside > 0.5, -1.2 + 0.5 * np.sin(8 * x), angles)
    standing = inside
    trees = (
        [(1.20, 1.0), (1.185, 0.80), (1.205, 0.62), (1.195, 0.50), (1.235, 0.36), (1.252, 0.235), (1.262, 0.40),
         (1.29, 0.52), (1.283, 0.64), (1.315, 0.82), (1.30, 1.0)],
        [(1.075, 1.0), (1.06, 0.88), (1.085, 0.74), (1.082, 0.64), (1.112, 0.53), (1.118, 0.45), (1.128, 0.56),
         (1.15, 0.66), (1.146, 0.76), (1.172, 0.88), (1.16, 1.0)],
    )  # fmt: skip
    for knots in trees:
        tree = mask(width, height, [spline(knots, 160)])
        tree = np.clip(ndimage.gaussian_filter(tree, 5) * 1.6 - 0.3 + 0.12 * rough, 0, 1)
        middle = float(np.mean([px for px, _ in knots]))
        sway = 0.6 * np.sin(13 * y + 30 * (x - middle)) + 2.2 * (x - middle)
        flames = noise(rng, width, height, (0.016, 0.14), 2) + 0.8 * np.sin(60 * (x - middle) + 5 * np.sin(9 * y))
        leaves = ramp(flames, [-1.6, -0.3, 0.8, 1.9], palette("050f1c 0f2a30 27503a 8a7a36"))
        scene, angles = mixed(scene, leaves, tree), np.where(tree > 0.5, np.pi / 2 + sway, angles)
        standing = np.maximum(standing, tree)
    return scene, angles, standing


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the night."""
    x, y = grid(width, height)
    wind = flow(x, y, noise(rng, width, height, 0.5, 2))
    streams = combed(noise(rng, width, height, 0.030, 2), wind, 0.16)
    bands = combed(noise(rng, width, height, 0.14, 2), wind, 0.3)
    scene = lights(sky(x, y, streams, bands), x, y, noise(rng, width, height, 0.06, 2), streams)
    scene, angles, open_sky = hills(rng, scene, wind)
    village = Village(Canvas(width, height, np.zeros(3)), Canvas(width, height, np.zeros(3)))
    village.build(rng, SHORE)
    built = village.turns.array()[..., 0]
    scene, angles = (
        mixed(scene, village.faces.array(), np.asarray(built > 0, dtype=np.float64)),
        np.where(built > 0, built * np.pi, angles),
    )
    scene, angles = lake(rng, scene, angles)
    scene, angles, standing = foreground(rng, scene, angles)

    heavens = open_sky * (1 - standing) * (built == 0)
    near = np.min([np.hypot(x - cx, y - cy) / (2.1 * r) for cx, cy, r in [*STARS, MOON]], axis=0)
    glow = np.asarray(np.exp(-(near**4)), dtype=np.float64)
    town = ndimage.gaussian_filter((built > 0) * (1.0 - standing) * (y < SHORE), 2)
    rest = 1 - heavens
    crisp = np.clip(ndimage.gaussian_gradient_magnitude(scene.mean(axis=2), 2) * 30 - 0.2, 0, 1) * rest
    light = ndimage.gaussian_filter(scene.mean(axis=2), 2)

    easel = Easel(rng, mixed(scene * 0.55, colour("0e1440"), 0.5))
    bristle = Tool(rng, hair=1.7, run=70, ragged=0.4, dry=0.55, ridge=0.5, taper=0.45)
    easel.layer(bristle, scene * 0.80, angles, (0.11, 0.036), 2.2, Tint(3, 5, 3, 4), stop=1, body=0.6)
    easel.layer(bristle, scene, angles, (0.115, 0.0165), 1.15, Tint(5, 7, 4, 5), where=0.35 + 0.65 * heavens, stop=0.2)
    easel.layer(bristle, scene, angles, (0.060, 0.0125), 1.5, Tint(4, 6, 4, 5), where=rest, stop=0.13)
    easel.layer(bristle, scene, angles, (0.075, 0.0105), 0.8, Tint(7, 9, 4, 5), where=heavens, body=1.3, order=light)
    easel.layer(
        bristle, scene, angles, (0.040, 0.0085), 1.5, Tint(5, 6, 3, 5), where=glow * heavens, stop=0.3, body=1.5
    )
    easel.layer(bristle, scene, angles, (0.026, 0.0060), 1.7, Tint(4, 5, 3, 4), where=town, stop=0.10)
    easel.layer(bristle, scene, angles, (0.028, 0.0055), 0.9, Tint(4, 5, 3, 4), where=crisp, stop=0.10)
    hearts(easel, bristle, standing)
    village.light(easel, bristle, standing, SHORE)
    return picture(easel.lit())


def hearts(easel: Easel, bristle: Tool, standing: Field) -> None:
    """Put down the hearts of the stars, and the crescent on the moon's disc, in a few loaded touches."""
    rng, rows = easel.rng, len(standing)
    for cx, cy, radius in STARS:
        row, column = int(cy * rows), int(min(cx * rows, standing.shape[1] - 1))
        for k in range(2 + int(radius * 110) if standing[row, column] < 0.5 else 0):
            away, shade = radius * rng.uniform(0.05, 0.42) * (k > 0), rng.choice(["fffbe6", "fff3bc", "ffe27a"])
            arc(easel, bristle, (cx, cy), away, rng.uniform(0, 2 * np.pi), 0.8 * radius, 0.36 * radius, shade)
    cx, cy, radius = MOON
    for _ in range(44):
        away, turn = radius * np.sqrt(rng.uniform(0.0, 0.45)), rng.uniform(0, 2 * np.pi)
        arc(easel, bristle, (cx + 0.012, cy - 0.005), away, turn, 0.4 * radius, 0.15 * radius, "f7de86")
    for _ in range(46):
        turn = np.pi + 0.35 + rng.normal(0, 0.62)
        away, shade = (
            radius * (0.80 - rng.uniform(0, 0.30) * np.cos(turn - np.pi - 0.35)),
            rng.choice(["f28a12", "ffae2a"]),
        )
        arc(easel, bristle, (cx, cy), away, turn, 0.5 * radius, 0.12 * radius, shade)


def arc(
    easel: Easel, tool: Tool, centre: tuple[float, float], radius: float, turn: float, length: float, width: float,
    shade: str,
) -> None:  # fmt: skip
    """One stroke of `shade` around `centre`, its middle in the direction `turn`."""
    bend = length / max(radius, 0.4 * length)
    angles = turn + np.linspace(-0.5, 0.5, 7) * bend
    round_it = max(radius, 0.4 * length) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    path = np.array(centre) + round_it + (radius - max(radius, 0.4 * length)) * np.array([np.cos(turn), np.sin(turn)])
    paint = mixtures(easel.rng, np.array([colour(shade)]), Tint(3, 5, 2, 4))[0]
    easel.stroke(tool, path, max(0.006, width), paint, 1.6)
