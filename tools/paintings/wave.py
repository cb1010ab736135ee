"""A great wave in the manner of the ukiyo-e woodblock print: flat blues, dark key lines, foam that claws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops

from tools.paintings.shapes import (
    Canvas,
    Colour,
    Field,
    Points,
    colour,
    grid,
    noise,
    palette,
    paper,
    picture,
    ribbon,
    spline,
    warped,
)

KEY = colour("14213d")
CREAM, PALE, LIGHT, MID, PRUSSIAN, DEEP = palette("f3e8cc c6d5cf 86aec2 3f6f9a 214a7c 18305a")
VERMILION, ROSE, TAN, SLATE = palette("bb4a2f e39a6c e8d3a4 5a6f85")
WATER = (DEEP, LIGHT, PRUSSIAN, CREAM, MID, DEEP, PALE, PRUSSIAN)


def strands(
    canvas: Canvas, rng: np.random.Generator, first: Points, last: Points, count: int, inks: Sequence[Colour]
) -> None:
    """Fill the surface between two curves of equal length with bands of water, each edged by a key line."""
    steps = np.cumsum(rng.uniform(0.5, 1.6, count))
    shares = np.concatenate([[0.0], steps / steps[-1]])
    along = np.linspace(0, 1, len(first))
    edges = []
    for share in shares:
        wave = 0.3 / count * np.sin(along * rng.uniform(5, 11) + rng.uniform(0, 6)) * (0 < share < 1)
        edges.append(first + (last - first) * (share + wave)[:, None])
    for k in range(count):
        canvas.fill(np.vstack([edges[k], edges[k + 1][::-1]]), inks[k % len(inks)])
    for k in range(count + 1):
        canvas.line(edges[k], KEY, rng.uniform(0.003, 0.0048), thin=0.4)
        if k < count:  # a thin line that starts and stops inside the band, as the carver leaves it
            begin = int(rng.uniform(0, 0.5) * len(first))
            middle = (edges[k] * 0.55 + edges[k + 1] * 0.45)[begin : begin + int(rng.uniform(0.25, 0.5) * len(first))]
            canvas.line(middle, KEY if rng.random() < 0.6 else CREAM, 0.0024, thin=0.1)


def hook(root: Points, heading: float, length: float, curl: float) -> Points:
    """Return the spine of a claw: it starts straight at `root` and turns by `curl` radians, faster and faster."""
    s = np.linspace(0, 1, 16)
    angle = heading + curl * s**1.6
    steps = np.stack([np.cos(angle), np.sin(angle)], axis=1) * length / 15
    return root + np.vstack([np.zeros(2), np.cumsum(steps[:-1], axis=0)])


def claw(
    canvas: Canvas, rng: np.random.Generator, root: Points, heading: float, length: float, curl: float, ink: Colour
) -> None:
    """Draw one finger of foam with the smaller hooks that grow from it."""
    spine = hook(root, heading, length, curl)
    taper = np.linspace(1, 0.06, 16) ** 0.8
    parts = [(spine, 0.36 * length * taper)]
    for at in (5, 8, 11, 13):
        lean = heading + curl * (at / 15) ** 1.6
        side = -np.sign(curl) * rng.uniform(0.1, 0.9)
        size = length * rng.uniform(0.28, 0.5) * (1.15 - at / 20)
        parts.append((hook(spine[at], lean + side, size, curl * rng.uniform(0.9, 1.4)), 0.42 * size * taper))
    for path, widths in parts:
        canvas.fill(ribbon(path, widths + 0.0062), KEY)
        canvas.dot(path[0], widths[0] / 2 + 0.0031, KEY)
    for path, widths in parts:
        canvas.fill(ribbon(path, widths), ink)
        canvas.dot(path[0], widths[0] / 2, ink)
    inner = spine + 0.1 * length * np.array([np.cos(heading + 1.6), np.sin(heading + 1.6)]) * taper[:, None]
    canvas.line(inner[1:11], LIGHT, 0.07 * length, thin=0.1)


def foam(
    canvas: Canvas, rng: np.random.Generator, edge: Points, size: Field, heading: Field, curl: float, count: int
) -> None:
    """Line `edge` with claws in two tiers, the shaded one behind; `size` and `heading` have one value per point."""
    for tier, ink in ((0, PALE), (1, CREAM)):
        places = np.linspace(0, len(edge) - 1, count).astype(int)
        for place in places:
            wide = size[place] * rng.uniform(0.6, 1.35) * (1.15 if tier == 0 else 0.9)
            turn = heading[place] + rng.normal(0, 0.3) + (0.35 if tier == 0 else 0)
            claw(canvas, rng, edge[place] + rng.normal(0, 0.006, 2), turn, wide, curl * rng.uniform(0.8, 1.25), ink)


def froth(canvas: Canvas, rng: np.random.Generator, band: Points, widths: Field) -> None:
    """Fill a band of foam along a crest and mark it with scallops and dots."""
    s = np.linspace(0, 1, len(band))
    lumps = 0.6 + 0.3 * np.abs(np.sin(17 * s + rng.uniform(0, 3))) + 0.3 * np.abs(np.sin(41 * s + rng.uniform(0, 3)))
    widths = widths * lumps * np.minimum(1, 12 * np.minimum(s + 0.01, 1.01 - s))
    canvas.fill(ribbon(band, widths + 0.008), KEY)
    canvas.fill(ribbon(band, widths), CREAM)
    tangent = np.gradient(band, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / np.linalg.norm(tangent, axis=1, keepdims=True)
    for _ in range(int(len(band) * 1.1)):
        k = int(rng.integers(2, len(band) - 2))
        at = band[k] + normal[k] * widths[k] * rng.uniform(-0.42, 0.42)
        if rng.random() < 0.6:
            start = rng.uniform(0, 6.3)
            arc = start + np.linspace(0, rng.uniform(2, 4), 12)
            ring = at + rng.uniform(0.006, 0.013) * np.stack([np.cos(arc), np.sin(arc)], axis=1)
            canvas.line(ring, MID if rng.random() < 0.6 else KEY, 0.003, thin=0.2)
        else:
            canvas.dot(at, rng.uniform(0.0015, 0.004), LIGHT if rng.random() < 0.6 else PRUSSIAN)


def sky(canvas: Canvas, rng: np.random.Generator, aspect: float) -> None:
    """Draw the sun and the long, ribbed cloud bands."""
    canvas.dot((1.03, 0.235), 0.098, VERMILION)
    inks = (TAN, CREAM, colour("e3b98c"), colour("d9c9a8"), colour("b9c3bd"))
    for k, y in enumerate(np.linspace(0.05, 0.52, 10)):
        centre, half = rng.uniform(0.5, aspect), rng.uniform(0.18, 0.4)
        x = np.linspace(centre - half, centre + half, 90)
        s = np.linspace(0, 1, 90)
        lumps = np.abs(np.sin(s * np.pi * rng.integers(3, 6) + rng.uniform(0, 3))) ** 0.6
        thick = (0.008 + 0.016 * lumps) * np.sin(np.pi * s) ** 0.35
        upper = np.stack([x, y - thick], axis=1)
        lower = np.stack([x, y + 0.6 * thick], axis=1)
        canvas.fill(np.vstack([upper, lower[::-1]]), inks[k % len(inks)])
        for share in (0.0, 0.35, 0.7, 1.0):
            path = upper * (1 - share) + lower * share
            canvas.line(path, SLATE if 0 < share < 1 else KEY, 0.0022 if 0 < share < 1 else 0.003, thin=0.15)


def bokashi(canvas: Canvas) -> None:
    """Wipe gradations over the sky: Prussian blue from above, rose towards the horizon."""
    y = np.linspace(0, 1, canvas.image.height)
    dusk, glow = 0.95 * np.clip(1 - y / 0.26, 0, 1) ** 1.4, 0.65 * np.clip(y / 0.4 - 0.7, 0, 1)
    for share, ink in ((dusk, PRUSSIAN), (glow, ROSE)):
        veil = Image.fromarray(np.round(share[:, None] * 255).astype(np.uint8)).resize(canvas.image.size)
        tint = Image.new("RGB", canvas.image.size, tuple(int(255 * v) for v in ink))
        canvas.image.paste(ImageChops.multiply(canvas.image, tint), mask=veil)


def mountain(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw the far volcano: ribbed slopes, a snow cap with ragged tongues."""
    left = spline([(0.58, 0.76), (0.76, 0.67), (0.88, 0.54), (0.945, 0.462)], 60)
    right = spline([(1.36, 0.76), (1.2, 0.67), (1.07, 0.54), (1.005, 0.462)], 60)
    canvas.fill(np.vstack([left, right[::-1]]), MID)
    for share in np.linspace(0.04, 0.96, 30):
        path = left + (right - left) * (share + 0.006 * np.sin(np.linspace(0, 14, 60) + 9 * share))[:, None]
        stop = int(rng.uniform(34, 52))
        canvas.line(path[:stop], rng.choice([PRUSSIAN, DEEP, SLATE]), rng.uniform(0.003, 0.007), thin=0.1)
    shares = np.linspace(0, 1, 23)
    ends = np.where(np.arange(23) % 2 == 0, rng.integers(32, 41, 23), rng.integers(45, 52, 23))
    ragged = np.array([left[e] + (right[e] - left[e]) * q for e, q in zip(ends, shares, strict=True)])
    cap = np.vstack([left[ends[0] :], right[ends[-1] :][::-1], ragged[::-1]])
    canvas.fill(cap, CREAM)
    canvas.contour(cap, KEY, 0.0025)
    for q in np.linspace(0.12, 0.88, 9):
        canvas.line((left + (right - left) * q)[47:59], LIGHT, 0.003, thin=0.1)
    for side in (left, right):
        canvas.line(side, KEY, 0.0045, thin=0.5)


def sea(canvas: Canvas, rng: np.random.Generator, aspect: float) -> None:
    """Draw rows of small waves towards the horizon, larger as they come near."""
    for y, size in zip(np.linspace(0.69, 0.86, 7), np.linspace(0.022, 0.06, 7), strict=True):
        x = np.linspace(0.25, aspect + 0.1, 260)
        phase = rng.uniform(0, 6)
        top = np.stack([x, y - size * 0.55 * np.abs(np.sin(x / size * 0.42 + phase)) ** 1.5], axis=1)
        strands(canvas, rng, top, np.stack([x, np.full_like(x, y + size * 1.1)], axis=1), 5, WATER[1:7])
        crests = np.flatnonzero((top[1:-1, 1] < top[:-2, 1]) & (top[1:-1, 1] <= top[2:, 1])) + 1
        for crest in crests:
            for dx in (-0.25, 0.0, 0.25):
                root = top[crest] + np.array([dx * size, abs(dx) * size * 0.3])
                claw(canvas, rng, root, -2.4 + dx, size * rng.uniform(0.35, 0.6), -1.9, CREAM)


def great_wave(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw the wave that towers on the left and breaks to the right."""
    back = spline([(-0.2, 0.62), (-0.02, 0.36), (0.15, 0.17), (0.34, 0.085), (0.53, 0.095), (0.68, 0.2)], 160)
    hollow = [(0.92, 0.93), (0.66, 0.86), (0.47, 0.72), (0.4, 0.53), (0.45, 0.36), (0.56, 0.275), (0.68, 0.26)]
    face = spline(hollow, 160)
    canvas.fill(np.vstack([back, face[::-1], [(-0.2, 1.1)]]), DEEP)
    low = spline([(-0.2, 1.05), (0.02, 0.8), (0.13, 0.52), (0.26, 0.3), (0.44, 0.2), (0.68, 0.22)], 160)
    strands(canvas, rng, back, low, 7, (PRUSSIAN, MID, DEEP, LIGHT, PRUSSIAN, DEEP))
    strands(canvas, rng, low, face, 15, WATER)
    crest = spline([(0.03, 0.27), (0.17, 0.15), (0.34, 0.095), (0.51, 0.115), (0.63, 0.18), (0.69, 0.25)], 150)
    s = np.linspace(0, 1, 150)
    under = crest + np.stack([-0.012 * s, 0.012 + 0.05 * s], axis=1)
    foam(canvas, rng, under, 0.055 + 0.05 * s, 1.1 + 0.35 * np.sin(3 * s), 2.1, 26)
    froth(canvas, rng, crest, 0.016 + 0.085 * s**0.9 * (1 - 0.45 * s**6))
    outward = -0.9 + 1.5 * s**1.5
    foam(canvas, rng, crest[8:] + np.array([0.004, -0.004]), (0.035 + 0.045 * s)[8:], outward[8:], 2.2, 30)
    spray(canvas, rng)
    foam(canvas, rng, crest[75:] + np.array([0, 0.03]), (0.05 + 0.045 * s)[75:], (0.5 + 0.9 * s)[75:], 2.3, 12)


def spray(canvas: Canvas, rng: np.random.Generator) -> None:
    """Throw drops ahead of the breaking crest, fewer and smaller the further they fly."""
    for _ in range(330):
        turn, reach = rng.uniform(-1.9, 1.0), rng.exponential(0.11)
        at = np.array([0.52, 0.26]) + (0.2 + reach) * np.array([np.cos(turn), 0.85 * np.sin(turn)])
        radius = rng.uniform(0.0012, 0.0042) * (1 - min(reach, 0.5))
        canvas.dot(at, radius + 0.0016, KEY)
        canvas.dot(at, radius, CREAM)


def near_swell(canvas: Canvas, rng: np.random.Generator, aspect: float) -> None:
    """Draw the swells of the foreground: a smaller breaker on the right and the trough below it."""
    back = spline([(0.72, 0.98), (0.98, 0.86), (1.14, 0.7), (1.28, 0.665), (aspect + 0.15, 0.72)], 140)
    base = spline([(0.72, 1.1), (1.0, 1.08), (1.16, 1.03), (1.28, 1.0), (aspect + 0.15, 1.04)], 140)
    strands(canvas, rng, back, base, 10, WATER)
    s = np.linspace(0, 1, 140)
    foam(canvas, rng, back[10:], (0.03 + 0.05 * s)[10:], np.full(130, -2.3) + 0.6 * s[10:], -2.0, 30)
    froth(canvas, rng, back[10:] + np.array([0, 0.006]), (0.008 + 0.034 * s)[10:])
    foam(canvas, rng, back[20:] + np.array([0, 0.012]), (0.025 + 0.042 * s)[20:], 2.6 - 0.3 * s[20:], -1.7, 24)
    top = spline([(-0.1, 0.86), (0.12, 0.8), (0.34, 0.87), (0.6, 0.955), (0.9, 0.97), (1.15, 0.95), (1.5, 0.99)], 170)
    strands(canvas, rng, top, top + np.array([0, 0.24]), 8, (LIGHT, PRUSSIAN, CREAM, DEEP, MID, PALE, DEEP))
    s = np.linspace(0, 1, 170)
    foam(canvas, rng, top[3:110], np.full(107, 0.052), np.linspace(-1.4, -0.8, 107), 2.1, 28)
    froth(canvas, rng, top[:112] + np.array([0, 0.01]), 0.01 + 0.03 * np.sin(np.linspace(0, np.pi, 112)))
    foam(canvas, rng, top[3:112] + np.array([0, 0.02]), np.full(109, 0.045), np.linspace(0.5, 0.9, 109), 1.7, 22)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the print, `width` x `height` pixels."""
    aspect = width / height
    canvas = Canvas(width, height, TAN, oversample=3)
    sky(canvas, rng, aspect)
    bokashi(canvas)
    mountain(canvas, rng)
    sea(canvas, rng, aspect)
    great_wave(canvas, rng)
    near_swell(canvas, rng, aspect)
    return picture(printed(rng, canvas.array()))


def printed(rng: np.random.Generator, flat: Field) -> Field:
    """Return the flat design as a print: wiped gradations, wood grain, uneven ink, fibres of the paper."""
    height, width = flat.shape[:2]
    x, y = grid(width, height)
    wobble = 0.0012 * noise(rng, width, height, 0.03, 2)
    flat = warped(flat, wobble, -wobble)
    rings = 46 * (y + 0.05 * noise(rng, width, height, (1.4, 0.35), 3)) + 0.7 * np.sin(2.2 * x)
    grain = np.sin(2 * np.pi * rings) * 0.6 + 0.7 * noise(rng, width, height, (0.35, 0.006), 2)
    dark = 1 - flat.mean(axis=2)
    worn = np.clip(noise(rng, width, height, (0.02, 0.004), 2) - 1.7, 0, 1) * dark * 0.5
    inked = flat * (1 + (0.024 + 0.05 * dark) * grain + 0.045 * noise(rng, width, height, 0.25, 4))[..., None]
    inked += (CREAM - inked) * worn[..., None]
    return np.asarray(inked * paper(rng, width, height, 0.07)[..., None])
