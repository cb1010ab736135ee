"""An avenue in autumn after rain: slabs of orange and violet put on with the palette knife, and their reflections."""

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
    spline,
)
from tools.paintings.strokes import Easel, Tint, Tool, mixtures

VANISHING = (0.63, 0.475)
TRUNKS = [  # x and y of the foot, thickness, lean of the crown; far ones first
    (0.545, 0.520, 0.006, 0.004), (0.712, 0.518, 0.006, -0.010), (0.500, 0.532, 0.009, 0.016),
    (0.765, 0.536, 0.010, 0.006), (0.438, 0.553, 0.013, -0.012), (0.845, 0.560, 0.015, -0.030),
    (0.345, 0.592, 0.021, 0.034), (0.985, 0.615, 0.024, 0.014), (0.185, 0.668, 0.034, -0.035),
    (1.175, 0.735, 0.044, -0.075), (-0.005, 0.815, 0.062, 0.085),
]  # fmt: skip
LAMPS = [(0.275, 0.640, 0.235), (0.462, 0.556, 0.110), (0.905, 0.595, 0.165), (0.735, 0.530, 0.075)]  # foot, height
WALKERS = (0.520, 0.735, 0.205)  # x between the two, y of the feet, height


def ground_line(x: Field) -> Field:
    """The y at which the avenue's floor begins, for every x."""
    return 0.508 + 0.035 * np.abs(x - VANISHING[0]) ** 1.3


def foliage(rng: np.random.Generator, width: int, height: int) -> tuple[Field, Field]:
    """The crowns with the light at the end of the avenue, as if there were no ground; and where leaves are."""
    x, y = grid(width, height)
    vx, vy = VANISHING
    masses, lumps, specks = (noise(rng, width, height, cell, 3) for cell in (0.34, 0.14, 0.045))
    far = np.hypot((x - vx) / 0.80, (y - vy + 0.05) / 0.56)
    sky = ramp(far + 0.03 * lumps, [0.0, 0.14, 0.34, 0.7], palette("fff6d2 fde2a0 e6c8b0 8f9fcc"))
    tone = 0.80 * masses + 0.55 * lumps + 0.28 * specks + 1.9 * (0.52 - far)
    side = np.clip(0.5 + 0.75 * (x - vx) + 0.30 * masses, 0, 1)
    stops = [-1.9, -1.1, -0.4, 0.3, 1.0, 1.8]
    warm = ramp(tone, stops, palette("32143e 76203a b83a22 e2701a f4ac2c fbe08a"))
    cool = ramp(tone, stops, palette("1c1a5a 40307e 8e3454 d8602a f4a62e fbe07e"))
    cover = np.clip((far + 0.15 * lumps + 0.07 * specks - 0.27) * 8, 0, 1)
    scene = mixed(sky, mixed(warm, cool, side), cover)
    haze = np.clip(1 - np.abs(y - 0.475 - 0.012 * lumps) / 0.050, 0, 1) * np.clip(1.6 - 3.2 * np.abs(x - vx), 0, 1)
    return mixed(scene, ramp(specks, [-1, 0, 1], palette("8a76b4 c89a9a f2c888")), 0.75 * haze), cover


def spine_of(foot: float, ground: float, thick: float, lean: float) -> Points:
    """The middle of a trunk, from its foot to beyond the leaves."""
    tall = 15 * thick**0.70
    bends = 0.75 * thick * np.sin(np.array([90.0, 170.0, 260.0]) * foot + 1)
    knots = [(foot - 0.3 * bends[0], ground), (foot + bends[0] + 0.2 * lean, ground - 0.30 * tall)]
    knots += [(foot + bends[1] + 0.6 * lean, ground - 0.62 * tall), (foot + bends[2] + 1.4 * lean, ground - tall)]
    return spline(knots, 40)


def walkers(canvas: Canvas) -> None:
    """Two people from behind under one umbrella."""
    x, y, s = WALKERS
    for shift, coat, flare in ((-0.16, "b3202e", 0.22), (0.17, "232a5e", 0.13)):
        cx, tall = x + shift * s, s * (0.94 if shift < 0 else 1.0)
        for leg, stride in ((-0.055, -0.02), (0.05, 0.025)):
            path = spline([(cx + leg * tall, y - 0.36 * tall), (cx + (leg + stride) * tall, y - 0.18 * tall),
                           (cx + (leg + 1.2 * stride) * tall, y)], 14)  # fmt: skip
            canvas.line(path, colour("1c1430"), 0.085 * tall, 0.75)
        knots = [(-flare, -0.30), (-0.13, -0.55), (-0.15, -0.74), (-0.06, -0.83), (0.06, -0.83), (0.15, -0.74),
                 (0.12, -0.55), (flare, -0.29), (0.0, -0.27)]  # fmt: skip
        outline = spline(np.array(knots) * tall + (cx, y), 60, closed=True)
        canvas.fill(outline, colour(coat) * 0.75)
        middle = outline.mean(axis=0)
        lit = middle + (outline - middle) * (0.55, 0.9) + (0.035 * tall if shift > 0 else -0.03 * tall, 0)
        canvas.fill(lit, np.clip(colour(coat) * 1.25 + 0.03, 0, 1))
        canvas.dot((cx, y - 0.885 * tall), 0.066 * tall, colour("3a1c24" if shift < 0 else "2a2030"))
    dome = np.array([(-0.56, -0.90), (-0.47, -1.09), (-0.25, -1.23), (0.0, -1.28), (0.27, -1.22), (0.50, -1.07),
                     (0.58, -0.88), (0.36, -0.945), (0.14, -0.90), (-0.10, -0.945), (-0.34, -0.905)])  # fmt: skip
    canvas.fill(spline(dome * s + (x, y), 90, closed=True), colour("c8281e"))
    away = [(-0.02, -1.27), (0.27, -1.20), (0.50, -1.06), (0.57, -0.89), (0.36, -0.945)]
    near = [(-0.05, -1.26), (-0.26, -1.21), (-0.46, -1.07), (-0.53, -0.92), (-0.36, -0.92)]
    for knots, shade in ((away, "7e1426"), (near, "ee6a2c")):
        canvas.fill(spline(np.array(knots) * s + (x, y), 50), colour(shade))


def stand(canvas: Canvas) -> None:
    """Trunks, lamp posts and walkers, plainly: what the wet ground will mirror."""
    for trunk in TRUNKS:
        canvas.line(spine_of(*trunk), colour("2a1638"), trunk[2], 0.6)
    for x, ground, tall in LAMPS:
        canvas.line(np.array([(x, ground), (x, ground - tall)]), colour("1a1230"), 0.03 * tall, 0.9)
        canvas.dot((x, ground - tall), 0.13 * tall, colour("ffe08a"))
    walkers(canvas)


def floor(rng: np.random.Generator, scene: Field, standing: Field) -> tuple[Field, Field]:
    """Lay the ground under the scene: leaves at the sides and a wet path; also where the path is (0 to 1)."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    edge = ground_line(x)
    below = np.clip(y - edge, 0, 1)
    shiver = 0.012 * noise(rng, width, height, (0.10, 0.012), 3) * np.clip(6 * below, 0.2, 1)
    feet = WALKERS[1]
    rows = np.where(np.abs(x - WALKERS[0]) < 0.15, np.where(y > feet, 2 * feet - y, edge - below), edge - 1.1 * below)
    at = [np.clip(rows * height, 0, height - 1), np.clip((x + shiver) * height, 0, width - 1)]
    mirror = np.stack([ndimage.map_coordinates(standing[..., c], at, order=1) for c in range(3)], axis=-1)
    mirror = ndimage.gaussian_filter(mirror, (height / 90, height / 500, 0))
    gleam = noise(rng, width, height, (0.24, 0.022), 3)
    path = mixed(mirror * (0.90, 0.84, 0.96), ramp(gleam, [-1.2, 0.3, 1.6], palette("241f5c 7a6cac fbdcae")), 0.27)
    glow = np.exp(-(((x - VANISHING[0] + 0.25 * below) / (0.035 + 0.20 * below)) ** 2))
    path = mixed(path, colour("ffe6a8"), 0.70 * glow * np.clip(1.1 - 2.6 * below, 0, 1))
    path = mixed(path, colour("2c2460"), np.clip(1.6 * below - 0.35, 0, 0.6))
    litter = (
        noise(rng, width, height, (0.09, 0.03), 4) + 1.0 * np.exp(-(below / 0.12)) - 1.4 * np.clip(below - 0.25, 0, 1)
    )
    leaves = ramp(litter, [-1.5, -0.6, 0.2, 0.9, 1.7], palette("301240 7a1e3c c8481e ee9428 fbd46a"))
    middle = VANISHING[0] - 0.26 * below + 0.05 * np.sin(9 * below)
    border = np.abs(x - middle) - 0.050 - 0.90 * below + 0.03 * noise(rng, width, height, (0.09, 0.03), 3)
    wet = np.clip(0.5 - border * 14, 0, 1)
    inside = np.clip((y - edge) * height / 3, 0, 1)
    return mixed(scene, mixed(leaves, path, wet), inside), wet * inside


def trunks(easel: Easel, knife: Tool) -> None:
    """Pull every trunk up in long strokes, warm on the side of the light, and its branches in thin ones."""
    rng = easel.rng
    tones = palette("1a1036 2c1840 4a2444 7a3a3e c4703a")
    for trunk in TRUNKS:
        spine, thick = spine_of(*trunk), trunk[2]
        for shift in (-0.18, 0.16, 0.0):
            under = mixtures(rng, np.array([tones[0]]), Tint(3, 4, 4, 4))[0]
            easel.stroke(knife, spine[: 24 + int(rng.integers(15))] + np.array([shift * thick, 0]), 0.62 * thick, under)
        toward = 1.0 if trunk[0] < VANISHING[0] else -1.0
        for _ in range(int(26 + 900 * thick)):
            off = rng.uniform(-0.5, 0.5)
            light = np.clip(2.1 + 3.6 * toward * off + rng.normal(0, 0.7) - 1.0, 0, 4)
            first = int(rng.integers(-4, 30))
            part = spine[max(0, first) : max(0, first) + int(rng.integers(5, 15))]
            taper = 1 - 0.50 * first / 39 + 0.7 * (first < 0)
            shade = mixtures(rng, np.array([tones[round(float(light))]]), Tint(3, 5, 4, 5))[0]
            splay = np.linspace(1.25 if first < 1 else 1, 1, len(part))[:, None]
            easel.stroke(
                knife,
                part + splay * np.array([off * thick * taper, 0]),
                max(0.004, rng.uniform(0.16, 0.42) * thick * taper),
                shade,
                1.2,
            )
        for _ in range(int(3 + 110 * thick)):
            x, y = spine[int(rng.integers(12, 38))]
            reach, side = rng.uniform(2, 7) * thick**0.8 * 0.8, rng.choice([-1, 1])
            knots = [
                (x, y),
                (x + 0.45 * side * reach, y - 0.25 * reach),
                (x + side * reach, y - rng.uniform(0.4, 0.9) * reach),
            ]
            shade = mixtures(rng, np.array([tones[int(rng.integers(0, 3))]]), Tint(3, 4, 3, 4))[0]
            easel.stroke(knife, spline(knots, 16), max(0.0035, rng.uniform(0.10, 0.22) * thick), shade, 1.1)


def lamps(easel: Easel, knife: Tool) -> None:
    """Lamp posts, and around each lamp rings of short strokes that pale towards its heart."""
    rng = easel.rng
    glow = palette("ffa83a ffc24e ffd878 ffecb0 fffbe8")
    for x, ground, tall in LAMPS:
        post = mixtures(rng, np.array([colour("1a1236")]), Tint(2, 3, 3, 5))[0]
        easel.stroke(
            knife,
            np.array([(x, ground), (x + 0.002, ground - 0.5 * tall), (x, ground - tall)]),
            max(0.005, 0.035 * tall),
            post,
        )
        for k in range(54):
            far = 0.30 * tall * (1 - k / 54) ** 1.3 * rng.uniform(0.8, 1.1)
            turn = rng.uniform(0, 2 * np.pi)
            at = np.array([x + far * np.cos(turn), ground - tall + far * np.sin(turn)])
            along = np.array([-np.sin(turn), np.cos(turn)]) * tall * rng.uniform(0.05, 0.10)
            shade = mixtures(rng, np.array([glow[min(4, k * 5 // 54)]]), Tint(2, 5, 3, 4))[0]
            easel.stroke(
                knife,
                np.stack([at - along, at, at + along]),
                max(0.006, 0.085 * tall * rng.uniform(0.6, 1.1)),
                shade,
                1.3,
            )


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Paint the avenue."""
    x, y = grid(width, height)
    crowns, leafy = foliage(rng, width, height)
    canvas = drawing_on(crowns)
    stand(canvas)
    scene, path = floor(rng, crowns, canvas.array())
    canvas = drawing_on(scene)
    walkers(canvas)
    peopled = canvas.array()
    people = np.asarray(np.abs(peopled - scene).max(axis=2) > 0.02, dtype=np.float64)

    inside = np.clip((y - ground_line(x)) * 60, 0, 1)
    outward = np.arctan2(y - VANISHING[1], x - VANISHING[0])
    sway = noise(rng, width, height, 0.20, 2)
    leaf = np.where(noise(rng, width, height, 0.11, 1) > 0.1, outward + 0.5 * sway, outward + 1.2 + 0.6 * sway)
    hush = np.exp(-((np.hypot(x - VANISHING[0], y - VANISHING[1]) / 0.13) ** 2))  # no whirl where all lines meet
    leaf = np.where(hush > 0.4, 0.9 + 0.8 * sway, leaf)
    angles = np.where(inside > 0.5, 0.10 * sway, leaf)
    off_path = inside * (1 - path)
    dark, upright = np.clip(1.3 - 2 * scene.mean(axis=2), 0, 1), np.full_like(x, np.pi / 2) + 0.06 * sway
    sunny = np.clip(scene.mean(axis=2) * 2.4 - 0.75, 0, 1)
    air = (1 - inside) * (0.25 + 0.75 * leafy)
    down = np.clip((y - 0.5) * 4, 0.3, 1)
    feet = np.max(
        [np.exp(-(((x - f) / (1.2 * t)) ** 2) - ((y - g) / (0.35 * t)) ** 2) for f, g, t, _ in TRUNKS], axis=0
    )
    drawn = np.clip(1.5 * noise(rng, width, height, (0.07, 0.5), 2), 0, 1)
    flipped = np.clip((2 * WALKERS[1] - y) * height, 0, height - 1)
    tremble = (x + 0.007 * np.sin(230 * y + 5 * sway) * np.clip(8 * (y - WALKERS[1]), 0, 1)) * height
    reflected = ndimage.map_coordinates(people, [flipped, tremble], order=1) * (y > WALKERS[1]) * path
    mirrored = np.stack(
        [ndimage.map_coordinates(peopled[..., c], [flipped, tremble], order=1) for c in range(3)], axis=-1
    )
    mirrored = mixed(mirrored * 0.92, scene, np.clip(2.2 * (y - WALKERS[1]), 0.1, 0.55))

    easel = Easel(rng, mixed(scene * 0.5, colour("2a1238"), 0.5))
    knife = Tool(rng, hair=4.5, run=90, ragged=0.18, dry=0.25, ridge=0.9, taper=0.12)
    edge = Tool(rng, hair=2.2, run=110, ragged=0.3, dry=0.45, ridge=0.7, taper=0.3)
    easel.layer(knife, scene * 0.88, angles, (0.095, 0.044), 2.0, Tint(4, 6, 4, 4), stop=1, body=0.6, wander=0.25)
    easel.layer(knife, scene, angles, (0.056, 0.023), 1.3, Tint(5, 8, 5, 5), where=1 - path, stop=0.28, wander=0.35)
    easel.layer(edge, scene, angles, (0.085, 0.014), 1.5, Tint(4, 6, 4, 5), where=path, stop=0.22)
    easel.layer(knife, scene, angles, (0.026, 0.0110), 0.8, Tint(6, 9, 5, 5), where=off_path, body=1.2, wander=0.4)
    trunks(easel, edge)
    easel.layer(knife, scene, angles, (0.024, 0.0110), 2.2, Tint(6, 9, 5, 5), where=feet, body=1.2, wander=0.4)
    easel.layer(
        knife, scene, angles, (0.032, 0.0150), 0.65, Tint(6, 9, 5, 5), where=air, stop=0.3, body=1.2, wander=0.5
    )
    easel.layer(knife, scene, upright, (0.040, 0.0150), 0.5, Tint(3, 5, 4, 5), where=path * down * drawn, stop=0.2)
    easel.layer(edge, scene, angles, (0.055, 0.0105), 0.55, Tint(5, 7, 5, 5), where=path, stop=0.25, body=1.2)
    easel.layer(edge, mirrored, angles, (0.030, 0.0115), 2.2, Tint(4, 5, 3, 5), where=reflected, stop=0.12)
    bright = np.clip(scene * 1.08 + 0.05, 0, 1)
    easel.layer(knife, bright, angles, (0.017, 0.0085), 0.38, Tint(6, 9, 6, 4), where=air * sunny, body=1.5, wander=0.7)
    easel.layer(knife, mixed(scene, colour("3a3a96"), 0.5), angles, (0.024, 0.011), 0.14, Tint(4, 6, 5, 5),
                where=(1 - path) * dark, wander=0.6)  # fmt: skip
    lamps(easel, knife)
    lean = upright + 0.35 * np.sin(60 * (x - WALKERS[0]))
    easel.layer(edge, peopled, lean, (0.034, 0.0110), 3.0, Tint(3, 4, 3, 5), where=people, stop=0.16)
    easel.layer(edge, peopled, lean, (0.017, 0.0065), 2.0, Tint(4, 4, 3, 4), where=people, stop=0.10)
    return picture(easel.lit(0.13, 0.08))
