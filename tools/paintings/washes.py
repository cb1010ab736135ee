"""Watercolour: transparent washes that bloom, granulate and dry with dark rims on rough paper.

Pigment is kept as optical density: what a wash lets through is exp(-amount * absorbance), and washes multiply.
"""

import numpy as np
from scipy import ndimage

from tools.paintings.shapes import Canvas, Field, colour, grid, noise, relief, warped


class Sheet:
    """A sheet of rough paper; every wash on it absorbs some light."""

    def __init__(self, rng: np.random.Generator, width: int, height: int) -> None:
        self.rng, self.width, self.height = rng, width, height
        self.x, self.y = grid(width, height)
        self.tooth = 0.8 * self.noise(0.009, 2) + 0.3 * self.noise(0.02, 2)
        self.reserve = np.zeros((height, width))  # masking fluid: 1 keeps the washes off
        self.light = np.ones((height, width, 3)) * colour("fdf8ea")

    def noise(self, cell: float | tuple[float, float], octaves: int = 4) -> Field:
        """Fractal noise of mean 0 and deviation 1."""
        return noise(self.rng, self.width, self.height, cell, octaves)

    def wander(self, field: Field, amount: float, cell: float) -> Field:
        """The field with its edges displaced as a loose hand and rough paper would."""
        return warped(field, amount * self.noise(cell, 5), amount * self.noise(cell, 5))

    def lay(self, shape: Field, ink: Field, strength: Field | float = 1.0, rim: float = 0.6, wet: float = 0.0) -> None:
        """Lay one wash where `shape` is 1.

        `ink` is the colour of a full wash, `strength` its dilution, `rim` how much pigment dries at the edge,
        `wet` (in heights) how far the edge runs into wet paper.
        """
        if wet:
            shape = ndimage.gaussian_filter(shape, wet * self.height)
            shape = np.clip(shape + 0.22 * self.noise(2.5 * wet, 4) * np.sqrt(shape * (1 - shape) + 1e-9), 0, 1)
        pixel = self.height / 960
        soft = ndimage.gaussian_filter(shape, 0.7 * pixel)
        dried = np.clip(soft - ndimage.gaussian_filter(shape, 5 * pixel), 0, 1) * 2.2
        dried += np.clip(soft - ndimage.gaussian_filter(shape, 16 * pixel), 0, 1) * 0.5
        pools = 1 + 0.30 * self.noise(0.20, 3) + 0.10 * self.noise(0.05, 3)
        grain = np.clip(1 + 0.22 * self.tooth + 0.08 * self.noise(0.004, 1), 0.15, 2.2)
        amount = strength * (soft * np.clip(pools, 0.25, 2) * grain + rim * dried) * (1 - self.reserve)
        self.light *= np.exp(np.log(np.clip(ink, 0.02, 0.995)) * np.clip(amount, 0, 3)[..., None])

    def bloom(self, at: tuple[float, float], radius: float, ink: Field) -> None:
        """A drop of water pushes the wet pigment into a crinkled ring."""
        far = np.hypot(self.x - at[0], self.y - at[1]) / radius
        frills = 0.16 * np.abs(self.noise(0.05, 3)) + 0.06 * self.noise(0.015, 2)
        inside = ndimage.gaussian_filter((far + frills < 1).astype(float), 1.2)
        ring = np.clip(inside - ndimage.gaussian_filter(inside, 0.09 * radius * self.height), 0, 1)
        self.light = self.light ** (1 - 0.5 * inside * np.clip(1.25 - 0.7 * far, 0, 1) * (1 - self.reserve))[..., None]
        self.light *= np.exp(np.log(ink) * (1.3 * ring * (1 - self.reserve))[..., None])

    def spatter(self, ink: Field, count: int, region: tuple[float, float, float, float]) -> None:
        """Drops shaken off the brush over (left, top, right, bottom)."""
        canvas = Canvas(self.width, self.height, np.zeros(3))
        for _ in range(count):
            place = self.rng.uniform(region[:2], region[2:])
            canvas.dot(place, 0.0012 + 0.0032 * self.rng.random() ** 4, np.ones(3))
        self.lay(canvas.array()[..., 0], ink, 0.9)

    def below(self, crest: Field) -> Field:
        """1 below the curve y = crest."""
        return np.clip((self.y - crest) * self.height, 0, 1)

    def dried(self) -> Field:
        """The sheet as it lies in raking light."""
        bumps = ndimage.gaussian_filter(self.tooth, 0.8) * 0.08
        return self.light * relief(bumps, 1.0)[..., None]
