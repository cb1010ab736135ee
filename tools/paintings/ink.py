"""A hill town by a river, in pen and brown ink: hatching follows form, thin washes of sepia and indigo below."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.paintings.penwork import (
    BRICK,
    DARK,
    INK,
    SHADE,
    STONE,
    TILE,
    Sheet,
    across,
    house,
    masonry,
    tower,
    tree,
    window,
)
from tools.paintings.shapes import Colour, Field, Points, colour, noise, palette, paper, picture, spline, warped

PAPER = colour("f3e4c3")
RIVER, AIR, FAR, MEADOW = palette("a3b3bd c9d0d8 b4b4b4 c2b585")


def sky(sheet: Sheet, aspect: float) -> None:
    """Rule the sky with long lines that leave the clouds free, and shade the clouds from below."""
    rng = sheet.rng
    whole = np.array([(0, 0), (aspect, 0), (aspect, 0.62), (0, 0.62)], dtype=np.float64)
    sheet.wash.fill(whole, AIR)
    drift = noise(rng, sheet.width, sheet.height, (0.5, 0.12), 3)

    def ruled(p: Points) -> Field:
        column = np.clip(p[:, 0] * sheet.height, 0, sheet.width - 1).astype(int)
        row = np.clip(p[:, 1] * sheet.height, 0, sheet.height - 1).astype(int)
        return np.asarray(np.minimum(0.47 - 0.45 * p[:, 1] + 0.15 * drift[row, column], 0.4))

    sheet.hatch(whole, -0.03, ruled, 0.0085)
    for x, y, size in ((0.3, 0.12, 0.2), (0.95, 0.1, 0.27), (1.22, 0.24, 0.2), (0.66, 0.24, 0.15), (0.04, 0.26, 0.16)):
        t = np.linspace(np.pi, 2 * np.pi, 90)
        puffs = 1 + 0.16 * np.abs(np.sin(t * 3.5 + x * 9)) + 0.07 * np.abs(np.sin(t * 9 + y * 20))
        top = np.stack([x + size * puffs * np.cos(t), y + 0.42 * size * puffs * np.sin(t)], axis=1)
        base = np.stack([np.linspace(x + size, x - size, 30), y + 0.03 * size * np.sin(np.linspace(0, 12, 30))], axis=1)
        cloud = sheet.shape(np.vstack([top, base]), colour("fff8e8"), 0)
        for k in range(0, 84, 6):
            sheet.line(top[k : k + 6], 0.0026)
        sheet.hatch(cloud, 0.75, across(-0.25, 0.5, y - 0.42 * size, y, 1), 0.0075, bend=0.3)
        for _ in range(260):
            at = np.array([x + size * rng.uniform(-1, 1), y - 0.42 * size * rng.uniform(0, 1) ** 1.5])
            if np.hypot((at[0] - x) / size, (at[1] - y) / (0.42 * size)) < 1:
                sheet.ink.dot(at, rng.uniform(0.0006, 0.0011), INK)
        for _ in range(16):
            a, r = rng.uniform(np.pi, 2 * np.pi), rng.uniform(0.2, 0.85)
            arc = np.linspace(3.6, 5.8, 9)
            at = np.array([x + r * size * np.cos(a), y + 0.42 * r * size * np.sin(a)])
            sheet.line(at + 0.022 * np.stack([np.cos(arc), 0.7 * np.sin(arc)], axis=1), 0.0018)
    for _ in range(9):
        x, y, s = rng.uniform(0.72, 1.1), rng.uniform(0.3, 0.4), rng.uniform(0.006, 0.012)
        sheet.line(spline([(x - s, y - 0.5 * s), (x - 0.4 * s, y - 0.6 * s), (x, y)], 8), 0.0028)
        sheet.line(spline([(x, y), (x + 0.4 * s, y - 0.6 * s), (x + s, y - 0.5 * s)], 8), 0.0028)


def slope(sheet: Sheet, crest: Points, wash: Colour, angle: float, low: float, high: float) -> None:
    """Draw a hillside below its crest, hatched along the fall of the ground."""
    foot = np.array([(crest[-1, 0], 1.0), (crest[0, 0], 1.0)])
    hill = sheet.shape(np.vstack([crest, foot]), wash, 0)
    sheet.line(crest, 0.003)
    sheet.hatch(
        hill, angle, lambda p: low + (high - low) * (0.5 + 0.5 * np.sin(p[:, 0] * 17 + p[:, 1] * 9)), 0.0068, bend=0.25
    )


def distance(sheet: Sheet, aspect: float) -> None:
    """Draw the mountains and the fields beyond the river."""
    ridge = [(0.4, 0.5), (0.6, 0.4), (0.72, 0.43), (0.88, 0.33), (1.0, 0.4), (1.12, 0.36), (1.25, 0.44), (1.4, 0.4)]
    slope(sheet, spline(ridge, 90), FAR, 1.0, 0.1, 0.6)
    slope(sheet, spline([(0.4, 0.56), (0.7, 0.5), (1.0, 0.535), (1.2, 0.49), (1.4, 0.52)], 70), MEADOW, -0.5, 0.1, 0.45)
    slope(sheet, spline([(0.5, 0.6), (0.8, 0.57), (1.1, 0.59), (1.4, 0.555)], 60), MEADOW, 0.15, 0.15, 0.5)
    for x in np.linspace(0.78, aspect, 17):
        size = sheet.rng.uniform(0.03, 0.055)
        tree(sheet, x, 0.6 - 0.02 * np.sin(7 * x), size, size * 1.5, 28)
    for x in (0.86, 1.0, 1.17):
        house(sheet, x, 0.615, 0.034, 0.03)


def town(sheet: Sheet) -> None:
    """Draw the hill with its church, its towers and its rows of houses, from the top down."""
    slope(
        sheet,
        spline([(-0.1, 0.4), (0.1, 0.33), (0.33, 0.3), (0.52, 0.4), (0.7, 0.6), (0.8, 0.72)], 80),
        SHADE,
        1.1,
        0.2,
        0.7,
    )
    nave = sheet.shape([(0.2, 0.36), (0.43, 0.36), (0.43, 0.25), (0.2, 0.25)], STONE)
    sheet.hatch(nave, 1.57, across(0.15, 0.75, 0.2, 0.43), 0.0055)
    roof = sheet.shape([(0.19, 0.255), (0.22, 0.175), (0.41, 0.175), (0.44, 0.255)], TILE, 0.003)
    sheet.hatch(roof, 1.3, across(0.35, 0.7, 0.2, 0.43), 0.005)
    for k in range(6):
        window(sheet, 0.235 + 0.036 * k, 0.3, 0.015, 0.055)
        if k:
            sheet.hatch(sheet.shape([(0.214 + 0.036 * k, 0.36), (0.214 + 0.036 * k, 0.26), (0.222 + 0.036 * k, 0.26),
                                     (0.222 + 0.036 * k, 0.36)], STONE, 0.002), 1.57, 0.5, 0.004)  # fmt: skip
    tower(sheet, 0.43, 0.37, 0.05, 0.15, 0.1)
    belfry = sheet.shape([(0.13, 0.38), (0.205, 0.38), (0.205, 0.17), (0.13, 0.17)], STONE, 0.003)
    sheet.hatch(belfry, 1.57, across(-0.1, 0.85, 0.13, 0.205), 0.0055)
    masonry(sheet, (0.132, 0.18), (0.18, 0.37), 40)
    for level in (0.21, 0.29):
        window(sheet, 0.152, level, 0.018, 0.045)
        window(sheet, 0.183, level, 0.018, 0.045)
    point = sheet.shape([(0.12, 0.175), (0.1675, 0.03), (0.215, 0.175)], TILE, 0.003)
    sheet.hatch(point, 1.4, across(0.1, 0.9, 0.125, 0.21), 0.005)
    sheet.line([(0.1675, 0.03), (0.1675, 0.002)], 0.003)
    tower(sheet, 0.03, 0.45, 0.06, 0.17, 0)
    rows = [(0.42, 0.0, 0.5, 0.062), (0.49, -0.06, 0.57, 0.07), (0.565, -0.03, 0.63, 0.078), (0.65, -0.08, 0.68, 0.09)]
    for base, start, end, size in rows:
        x = start
        while x < end:
            w, h = size * sheet.rng.uniform(0.7, 1.1), size * sheet.rng.uniform(0.7, 1.35)
            drop = 0.28 * max(0.0, x - 0.42)
            house(sheet, x, base + drop + sheet.rng.normal(0, 0.008), w, h)
            x += w * sheet.rng.uniform(1.35, 1.8)
            if sheet.rng.random() < 0.35:
                tree(sheet, x, base + drop + 0.01, 0.035, 0.085, 40)
    quay = sheet.shape([(-0.1, 0.735), (0.3, 0.72), (0.66, 0.7), (0.66, 0.9), (-0.1, 0.9)], STONE, 0.003)
    sheet.hatch(quay, 1.2, across(0.3, 0.75, 0.72, 0.83, 1), 0.006)
    masonry(sheet, (-0.02, 0.73), (0.64, 0.8), 330)
    for x in (0.1, 0.3, 0.47):
        t = np.linspace(np.pi, 2 * np.pi, 16)
        gate = np.stack([x + 0.026 * np.cos(t), 0.78 + 0.03 * np.sin(t)], axis=1)
        vault = sheet.shape(np.vstack([gate, [(x + 0.026, 0.86), (x - 0.026, 0.86)]]), DARK, 0.003)
        sheet.hatch(vault, 0.4, 0.95, 0.005)
    for x in (0.0, 0.05, 0.17, 0.215, 0.25, 0.36, 0.4, 0.52, 0.55):
        tree(sheet, x, 0.74 - 0.03 * x, 0.05, sheet.rng.uniform(0.06, 0.11), 60)
    tower(sheet, 0.6, 0.7, 0.06, 0.2, 0.09)
    tower(sheet, 0.28, 0.62, 0.05, 0.16, 0.07)


def bridge(sheet: Sheet, aspect: float) -> None:
    """Draw the stone bridge that leads from the town to the right bank."""

    def deck(x: float) -> float:
        return 0.625 - 0.045 * float(np.sin((x - 0.62) / (aspect - 0.62) * np.pi))

    xs = np.linspace(0.6, aspect + 0.05, 40)
    top = np.array([(x, deck(x)) for x in xs])
    wall = sheet.shape(np.vstack([top, [(aspect + 0.05, 0.78), (0.6, 0.78)]]), STONE, 0)
    sheet.line([(0.6, 0.622), (0.6, 0.775)], 0.004)
    sheet.hatch(wall, 1.2, across(0.1, 0.55, 0.62, 0.78, 1), 0.006)
    masonry(sheet, (0.62, 0.625), (aspect, 0.76), 380)
    for x, half in ((0.74, 0.075), (0.935, 0.088), (1.14, 0.08), (1.32, 0.06)):
        t = np.linspace(np.pi, 2 * np.pi, 30)
        arch = np.stack([x + half * np.cos(t), 0.77 + 1.25 * half * np.sin(t)], axis=1)
        hole = sheet.shape(np.vstack([arch, [(x + half, 0.79), (x - half, 0.79)]]), DARK, 0.003)
        sheet.hatch(hole, 0.3, across(1.0, 0.55, x - half, x + half), 0.0052, bend=0.2)
        for k in range(0, 30, 2):
            ahead = np.array([np.cos(t[k]), 1.25 * np.sin(t[k])])
            sheet.line([arch[k], arch[k] + 0.018 * ahead], 0.0022)
        sheet.line(arch + 0.018 * np.stack([np.cos(t), 1.25 * np.sin(t)], axis=1), 0.0024)
    for x in (0.838, 1.04, 1.235):
        pier = sheet.shape([(x - 0.02, 0.8), (x - 0.016, 0.66), (x, 0.645), (x + 0.016, 0.66), (x + 0.02, 0.8)], STONE)
        sheet.hatch(pier, 1.57, across(0.0, 0.95, x - 0.015, x + 0.02), 0.0048)
    for shift in (0.0, 0.014, -0.012):
        sheet.line(np.add(top, (0, shift)), 0.0034)
    for x in np.arange(0.63, aspect, 0.021):
        sheet.line([(x, deck(x) - 0.012), (x, deck(x) + 0.014)], 0.0018)
    for x in (0.8, 0.83, 1.02, 1.19):
        y, s = deck(x) - 0.012, sheet.rng.uniform(0.9, 1.15)
        figure = [
            (x - 0.007 * s, y),
            (x - 0.006 * s, y - 0.022 * s),
            (x, y - 0.028 * s),
            (x + 0.006 * s, y - 0.022 * s),
        ]
        sheet.hatch(sheet.shape([*figure, (x + 0.007 * s, y)], DARK, 0.002), 1.2, 0.9, 0.003)
        sheet.ink.dot((x, y - 0.033 * s), 0.0048 * s, INK)


def river(sheet: Sheet, aspect: float) -> None:
    """Draw the water: broken level lines, close where it mirrors the bank."""
    rng = sheet.rng
    bank = spline([(-0.1, 0.83), (0.2, 0.8), (0.45, 0.775), (0.7, 0.77), (1.0, 0.772), (1.45, 0.77)], 60)
    sheet.shape(np.vstack([bank, [(1.45, 1.1), (-0.1, 1.1)]]), RIVER, 0)
    sheet.line(bank, 0.0035)
    for y in np.arange(0.778, 1.02, 0.0052):
        x = -0.05
        while x < aspect:
            mirror = 0.75 * np.exp(-(((y - 0.8) / 0.06) ** 2)) + 0.25 * np.sin(x * 26 + 2 * np.sin(y * 30)) ** 2
            length = rng.uniform(0.015, 0.09) * (0.5 + mirror)
            if rng.random() < 0.45 + 0.5 * mirror and y > np.interp(x, bank[:, 0], bank[:, 1]) + 0.004:
                t = np.linspace(0, length, 12)
                wave = 0.0018 * np.sin(t * 150 + rng.uniform(0, 6))
                sheet.line(np.stack([x + t, y + wave], axis=1), 0.0022 + 0.0014 * mirror)
            x += length + rng.uniform(0.004, 0.03)


def boats(sheet: Sheet) -> None:
    """Draw two boats under sail, and their reflections."""
    rng = sheet.rng
    for x, y, s in ((0.62, 0.88, 0.13), (0.93, 0.845, 0.08)):
        hull = spline(
            [(x - s, y - 0.12 * s), (x - 0.6 * s, y + 0.12 * s), (x + 0.6 * s, y + 0.12 * s), (x + s, y - 0.16 * s)], 24
        )
        rim = spline([(x + s, y - 0.16 * s), (x, y - 0.04 * s), (x - s, y - 0.12 * s)], 16)
        sheet.hatch(sheet.shape(np.vstack([hull, rim]), BRICK, 0.003), 0.05, across(0.5, 1.0, x - s, x + s), 0.0045)
        sheet.line([(x, y), (x + 0.02 * s, y - 1.3 * s)], 0.004)
        cloth = spline([(x + 0.05 * s, y - 1.25 * s), (x + 0.75 * s, y - 0.4 * s), (x + 0.04 * s, y - 0.28 * s)], 24)
        sail = sheet.shape(cloth, colour("fbf0d8"))
        sheet.hatch(sail, 1.3, across(0.5, 0.05, x, x + 0.7 * s), 0.006, bend=0.5)
        for k in range(14):
            half = s * rng.uniform(0.3, 0.9) * (1 - k / 18)
            sheet.line([(x - half, y + 0.14 * s + 0.006 * k), (x + half, y + 0.14 * s + 0.006 * k)], 0.0028)


def foreground(sheet: Sheet) -> None:
    """Draw the near bank: rocks, reeds and the tree that closes the picture on the right."""
    rng = sheet.rng
    rocks = ((0.05, 1.0, 0.2, 0.16), (0.2, 1.02, 0.16, 0.11), (1.28, 1.02, 0.22, 0.14), (1.1, 1.03, 0.16, 0.09))
    for x, y, w, h in (*rocks, (0.36, 1.03, 0.12, 0.07)):
        t = np.sort(rng.uniform(np.pi, 2 * np.pi, 9))
        rock = [
            (x - w, y + 0.1),
            *((x + w * np.cos(a), y + h * np.sin(a) * rng.uniform(0.85, 1.1)) for a in t),
            (x + w, y + 0.1),
        ]
        stone = sheet.shape(rock, SHADE, 0.0035)
        sheet.hatch(stone, 0.9, across(0.15, 1.0, x - 0.7 * w, x + 0.8 * w), 0.0065, bend=-0.3)
        for k in range(2, 8, 2):
            sheet.line([rock[k], (rock[k][0] + rng.normal(0, 0.02), y + 0.05)], 0.0028)
    trunk = [(1.215, 1.02), (1.235, 0.8), (1.225, 0.62), (1.265, 0.62), (1.28, 0.8), (1.325, 1.02)]
    bark = sheet.shape(trunk, DARK, 0.004)
    sheet.hatch(bark, 1.45, across(0.35, 1.1, 1.22, 1.3), 0.005, bend=0.1)
    for dx, dy, w, h in (
        (0.06, -0.02, 0.2, 0.26),
        (-0.07, 0.03, 0.17, 0.22),
        (0.0, -0.12, 0.22, 0.3),
        (0.09, 0.06, 0.14, 0.17),
    ):
        tree(sheet, 1.25 + dx, 0.7 + dy, w, h, 300)
    for _ in range(330):
        x = rng.choice([rng.normal(0.12, 0.16), rng.normal(1.18, 0.13)])
        lean, rise = rng.normal(0, 0.03), rng.uniform(0.03, 0.11)
        sheet.line(spline([(x, 1.01), (x + 0.3 * lean, 1 - 0.6 * rise), (x + lean, 1 - rise)], 9), 0.0024)


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the drawing, `width` x `height` pixels."""
    aspect = width / height
    sheet = Sheet(rng, width, height)
    sky(sheet, aspect)
    distance(sheet, aspect)
    town(sheet)
    river(sheet, aspect)
    bridge(sheet, aspect)
    boats(sheet)
    foreground(sheet)
    return picture(washed(rng, sheet))


def washed(rng: np.random.Generator, sheet: Sheet) -> Field:
    """Return ink over washes over paper: washes run a little past their edges, pool there, and granulate."""
    width, height = sheet.width, sheet.height
    run = [0.004 * noise(rng, width, height, 0.05, 3) for _ in range(2)]
    wet = ndimage.gaussian_filter(warped(sheet.wash.array(), run[0], run[1]), (1.2, 1.2, 0))
    pooled = wet - 0.35 * np.clip(ndimage.gaussian_filter(wet, (5, 5, 0)) - wet, 0, 1)
    strength = 0.8 + 0.16 * noise(rng, width, height, 0.16, 4) + 0.06 * noise(rng, width, height, 0.004, 1)
    grey = pooled.mean(axis=2, keepdims=True)
    tint = np.clip(0.75 * pooled + 0.25 * grey, 0.02, 1) ** np.clip(0.8 * strength, 0.2, 1.1)[..., None]
    stain = 1 - 0.05 * np.clip(noise(rng, width, height, 0.5, 3), 0, 2)[..., None] * (1 - colour("d8a860"))
    sheet_light = paper(rng, width, height, 0.05)[..., None]
    return np.asarray(PAPER * tint * stain * sheet_light * (0.06 + 0.94 * sheet.ink.array()))
