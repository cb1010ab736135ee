"""A still life with a guitar, taken apart into shaded facets that each see the table from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tools.paintings.shapes import (
    Canvas,
    Colour,
    Field,
    Points,
    colour,
    noise,
    palette,
    picture,
    relief,
    ribbon,
    swell,
    varied,
)
from tools.paintings.still_life import INK, MARGIN, still_life

TINTS = palette("c9a25f e0c68a 7f8f8a 4f6f78 2f4a56 a5743a d8cbb0 8a4a2e 5a3a24 9fb0a6 c86a3a 24303a")


@dataclass
class Facet:
    """A convex piece of the picture, and how it shows the scene."""

    outline: Points
    turn: float
    zoom: float
    shift: Points
    tint: Colour
    weight: float
    dark_edge: int
    stroke: float

    def sees(self, points: Points) -> Points:
        """Return where in the scene the facet looks for what it shows at `points`, shape (n, 2)."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        centre = self.outline.mean(axis=0)
        return np.asarray((points - centre) @ np.array([[c, s], [-s, c]]) * self.zoom + centre + self.shift)

    def shade(self, points: Points) -> Field:
        """Return the light at `points`: dark at one edge of the facet, bright away from it."""
        a, b = self.outline[self.dark_edge], self.outline[(self.dark_edge + 1) % len(self.outline)]
        normal = np.array([a[1] - b[1], b[0] - a[0]]) / max(float(np.linalg.norm(b - a)), 1e-9)
        reach = np.abs((self.outline - a) @ normal).max()
        return np.asarray(np.clip(np.abs((points - a) @ normal) / max(reach, 1e-9), 0, 1))


def split(rng: np.random.Generator, piece: Points) -> list[Points]:
    """Return the convex pieces of `piece`, cut along lines of a few leading directions until they are small."""
    x, y = piece[:, 0], piece[:, 1]
    area = 0.5 * abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))
    centre = piece.mean(axis=0)
    far = float(np.hypot(centre[0] - 0.67, centre[1] - 0.55))
    if area < rng.uniform(0.5, 1.6) * (0.006 + 0.016 * far):
        return [piece]
    angle = rng.choice([1.2, 2.05, 0.35, 2.75, 1.57, 0.75]) + rng.normal(0, 0.09)
    spread = piece[np.argmax(np.linalg.norm(piece - centre, axis=1))] - centre
    if abs(np.cos(angle - np.arctan2(spread[1], spread[0]))) > 0.85:
        angle += np.pi / 2  # cut across long pieces, not along them
    normal = np.array([-np.sin(angle), np.cos(angle)])
    side = (piece - centre - rng.normal(0, 0.12) * np.sqrt(area)) @ normal
    if (side > 0).all() or (side < 0).all():
        return [piece]
    halves: tuple[list[Points], list[Points]] = ([], [])
    for k in range(len(piece)):
        n = (k + 1) % len(piece)
        halves[int(side[k] > 0)].append(piece[k])
        if (side[k] > 0) != (side[n] > 0):
            crossing = piece[k] + (piece[n] - piece[k]) * (side[k] / (side[k] - side[n]))
            halves[0].append(crossing)
            halves[1].append(crossing)
    return [part for half in halves for part in split(rng, np.array(half))]


def facets(rng: np.random.Generator, aspect: float) -> list[Facet]:
    """Return the facets of the picture."""
    found = []
    for outline in split(rng, np.array([(0, 0), (aspect, 0), (aspect, 1), (0, 1)], dtype=np.float64)):
        turn, zoom = rng.normal(0, 0.14), np.exp(rng.normal(-0.03, 0.1))
        tint, weight = TINTS[rng.integers(len(TINTS))], rng.choice([0.08, 0.22, 0.5], p=[0.5, 0.32, 0.18])
        edge = int(rng.integers(len(outline)))
        along = outline[(edge + 1) % len(outline)] - outline[edge]
        stroke = np.arctan2(along[1], along[0]) + rng.choice([0, np.pi / 2, 0.6])
        found.append(Facet(outline, turn, zoom, rng.normal(0, 0.026, 2), tint, weight, edge, stroke))
    return found


def colours_at(scene: Field, facet: Facet, points: Points) -> Field:
    """Return the colours that a facet shows at `points`, shape (n, 3)."""
    at = np.round((facet.sees(points) + MARGIN) / (1 + 2 * MARGIN) * scene.shape[0]).astype(int)
    rows, columns = (np.clip(at[:, 1 - k], 0, scene.shape[k] - 1) for k in (0, 1))
    seen = scene[rows, columns] * (1 - facet.weight) + facet.tint * facet.weight
    light = facet.shade(points)[:, None]
    lit = seen * (0.45 + 0.92 * light**0.8)
    return np.asarray(lit + np.clip(light - 0.6, 0, 1) * 0.45 * (colour("f4e6c4") - lit))


def paint(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return the still life, `width` x `height` pixels."""
    scene = still_life(rng, width, height).array()
    pieces = facets(rng, width / height)
    labels = owner(pieces, width, height)
    painted = strokes(rng, scene, pieces, labels)
    drawn = outlines(scene, pieces, labels)
    flat = painted.array()
    flat = np.minimum(0.62 * flat + 0.38 * drawn, 0.1 + 1.25 * drawn)  # the drawing shows through the paint
    flat *= charcoal(rng, pieces, width, height)
    impasto = flat.mean(axis=2) * 3 + 0.25 * noise(rng, width, height, (0.012, 0.012), 3)
    return picture(flat * relief(impasto, 0.22)[..., None] * (1 + 0.04 * noise(rng, width, height, 0.3, 5))[..., None])


def outlines(scene: Field, pieces: list[Facet], labels: NDArray[np.int64]) -> Field:
    """Return the facets as they would look without brushwork, shape (height, width, 3)."""
    drawn = np.zeros((*labels.shape, 3))
    for k, facet in enumerate(pieces):
        rows, columns = np.nonzero(labels == k)
        if len(rows):
            drawn[rows, columns] = colours_at(scene, facet, np.stack([columns, rows], axis=1) / labels.shape[0])
    return drawn


def strokes(rng: np.random.Generator, scene: Field, pieces: list[Facet], labels: NDArray[np.int64]) -> Canvas:
    """Return the facets painted with short strokes that stop at their edges."""
    height, width = labels.shape
    canvas = Canvas(width, height, INK)
    for k, facet in enumerate(pieces):
        rows, columns = np.nonzero(labels == k)
        if not len(rows):
            continue
        canvas.fill(facet.outline, colours_at(scene, facet, facet.outline.mean(axis=0)[None])[0])
        count = max(12, len(rows) // 20)
        chosen = rng.integers(0, len(rows), count)
        centres = np.stack([columns[chosen], rows[chosen]], axis=1) / height
        inks = colours_at(scene, facet, centres)
        for centre, ink in zip(centres, inks, strict=True):
            angle = facet.stroke + rng.normal(0, 0.13)
            ahead = np.array([np.cos(angle), np.sin(angle)])
            for length in (0.026, 0.018, 0.011, 0.006):
                ends = np.array([centre - ahead * length / 2, centre + ahead * length / 2])
                x, y = np.clip((ends * height).astype(int), 0, (width - 1, height - 1)).T
                if (labels[y, x] == k).all():
                    break
            path = np.linspace(ends[0], ends[1], 5)
            canvas.fill(ribbon(path, rng.uniform(0.004, 0.0075) * swell(5, 0.5)), varied(rng, ink, 0.06))
    return canvas


def owner(pieces: list[Facet], width: int, height: int) -> NDArray[np.int64]:
    """Return the number of the facet that each pixel belongs to."""
    image = Image.new("I", (width, height))
    draw = ImageDraw.Draw(image)
    for k, facet in enumerate(pieces):
        draw.polygon([(float(x), float(y)) for x, y in facet.outline * height], fill=k)
    return np.array(image, dtype=np.int64)


def charcoal(rng: np.random.Generator, pieces: list[Facet], width: int, height: int) -> Field:
    """Return the lines along edges of the facets, thick and thin, some only in part: 1 where there are none."""
    canvas = Canvas(width, height, np.ones(3))
    for facet in pieces:
        for k, a in enumerate(facet.outline):
            b = facet.outline[(k + 1) % len(facet.outline)]
            if rng.random() < 0.62:
                begin, end = rng.choice([0, 0, 0.3]), rng.choice([1, 1, 0.7])
                path = a + (b - a) * np.linspace(begin, end, 12)[:, None] + rng.normal(0, 0.0006, (12, 2))
                canvas.line(path, INK, rng.choice([0.0025, 0.0038, 0.0055]), thin=0.15)
    grainy = 0.08 * noise(rng, width, height, 0.008, 2)[..., None]
    return np.clip(canvas.array() + grainy * (1 - canvas.array()), 0, 1)
