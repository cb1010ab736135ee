"""People on a river bank, as silhouettes with a lit and a shaded side.

All stand on (x, y), are `tall` high (both in heights of the picture) and look to the left, towards the light.
"""

import numpy as np

from tools.paintings.shapes import Canvas, Colour, Points, colour, ribbon, spline

SKIN, SHADED_SKIN = colour("efc09a"), colour("b87a6a")
HAIR = colour("3a2438")


def _placed(x: float, y: float, tall: float, points: list[tuple[float, float]]) -> Points:
    return np.asarray(np.array(points) * tall + np.array([x, y]))


def _body(canvas: Canvas, outline: Points, ink: Colour, sunlit: float = 0.35) -> None:
    """A shape whose side towards the light, on the left, is warmer and lighter than the other."""
    canvas.fill(outline, np.clip(ink * 0.80 + np.array([0.0, 0.0, 0.05]), 0, 1))
    middle = outline.mean(axis=0)
    for share, light in ((0.86, 0.35), (0.66, 0.70), (0.42, 1.0)):
        left = middle + (outline - middle) * np.array([share, 0.5 + 0.5 * share])
        left[:, 0] -= (1 - share) * 0.5 * np.ptp(outline[:, 0])
        canvas.fill(left, np.clip(ink + light * sunlit * (np.array([1.0, 0.88, 0.62]) - ink), 0, 1))


def _head(canvas: Canvas, x: float, y: float, tall: float) -> None:
    t = np.linspace(0, 2 * np.pi, 30)
    face = np.stack([x + 0.046 * tall * np.cos(t), y + 0.058 * tall * np.sin(t)], axis=1)
    canvas.fill(face, SHADED_SKIN)
    canvas.fill(face * np.array([0.75, 0.9]) + np.array([0.25 * x - 0.012 * tall, 0.1 * y]), SKIN)
    hair = [(0.0, -0.058), (0.05, -0.04), (0.058, 0.012), (0.03, 0.05), (0.008, 0.0)]
    canvas.fill(_placed(x, y, tall, hair), HAIR)


def lady(canvas: Canvas, x: float, y: float, tall: float, dress: str, parasol: str) -> None:
    """A lady in a dress with a bustle, under a parasol when its colour is given."""
    skirt = [(-0.19, 0.0), (0.02, 0.015), (0.27, -0.005), (0.27, -0.22), (0.235, -0.42), (0.15, -0.53), (0.055, -0.55),
             (-0.05, -0.56), (-0.10, -0.36)]  # fmt: skip
    _body(canvas, spline(_placed(x, y, tall, skirt), 80, closed=True), colour(dress))
    bodice = [
        (-0.05, -0.54),
        (-0.088, -0.68),
        (-0.05, -0.77),
        (0.0, -0.81),
        (0.05, -0.77),
        (0.075, -0.66),
        (0.06, -0.54),
    ]
    _body(canvas, spline(_placed(x, y, tall, bodice), 50, closed=True), colour(dress) * 0.9)
    if parasol:
        canvas.fill(ribbon(_placed(x, y, tall, [(-0.125, -0.60), (-0.10, -0.9), (-0.085, -1.20)]), 0.016 * tall), HAIR)
        dome = [(-0.40, -0.965), (-0.345, -1.09), (-0.22, -1.175), (-0.08, -1.205), (0.07, -1.165), (0.19, -1.07),
                (0.245, -0.935), (0.11, -0.975), (-0.02, -0.955), (-0.15, -0.985), (-0.28, -0.955)]  # fmt: skip
        _body(canvas, spline(_placed(x, y, tall, dome), 90, closed=True), colour(parasol), 0.55)
    _head(canvas, x - 0.012 * tall, y - 0.865 * tall, tall)
    hat = [(-0.085, -0.895), (-0.03, -0.925), (-0.02, -0.985), (0.05, -0.985), (0.065, -0.90), (0.02, -0.905)]
    canvas.fill(spline(_placed(x, y, tall, hat), 40, closed=True), colour(dress) * 0.7)
    arm = spline(_placed(x, y, tall, [(0.02, -0.74), (-0.055, -0.60), (-0.13, -0.655)]), 20)
    canvas.fill(ribbon(arm, np.linspace(0.06, 0.04, 20) * tall), np.clip(colour(dress) * 1.15 + 0.06, 0, 1))


def gentleman(canvas: Canvas, x: float, y: float, tall: float, coat: str) -> None:
    """A gentleman with a top hat and a stick."""
    for knee, foot in ((-0.035, -0.05), (0.045, 0.055)):
        leg = _placed(x, y, tall, [(0.5 * knee, -0.46), (knee, -0.24), (foot, 0.0)])
        canvas.fill(ribbon(spline(leg, 16), np.linspace(0.095, 0.06, 16) * tall), colour("4a4660"))
    jacket = [(-0.085, -0.36), (-0.095, -0.62), (-0.065, -0.76), (0.0, -0.81), (0.07, -0.76), (0.10, -0.60),
              (0.115, -0.34), (0.02, -0.37)]  # fmt: skip
    _body(canvas, spline(_placed(x, y, tall, jacket), 60, closed=True), colour(coat))
    _head(canvas, x - 0.008 * tall, y - 0.865 * tall, tall)
    canvas.fill(_placed(x, y, tall, [(-0.075, -0.905), (0.065, -0.905), (0.060, -0.925), (-0.07, -0.925)]), HAIR)
    canvas.fill(_placed(x, y, tall, [(-0.045, -0.92), (-0.052, -1.02), (0.048, -1.02), (0.038, -0.92)]), HAIR)
    canvas.fill(ribbon(_placed(x, y, tall, [(-0.10, -0.44), (-0.17, 0.0)]), 0.013 * tall), colour("6a4430"))


def child(canvas: Canvas, x: float, y: float, tall: float, dress: str) -> None:
    """A child in a wide short dress and a sun hat."""
    for foot in (-0.06, 0.05):
        canvas.fill(ribbon(_placed(x, y, tall, [(0.6 * foot, -0.24), (foot, 0.0)]), 0.06 * tall), colour("8a5a5a"))
    frock = [(-0.21, -0.20), (0.0, -0.185), (0.21, -0.21), (0.10, -0.50), (0.075, -0.68), (0.0, -0.73), (-0.075, -0.68),
             (-0.10, -0.50)]  # fmt: skip
    _body(canvas, spline(_placed(x, y, tall, frock), 60, closed=True), colour(dress), 0.6)
    _head(canvas, x, y - 0.82 * tall, 1.7 * tall)
    hat = [(-0.20, -0.86), (-0.09, -0.92), (-0.07, -1.0), (0.07, -1.0), (0.09, -0.92), (0.19, -0.85), (0.0, -0.875)]
    _body(canvas, spline(_placed(x, y, tall, hat), 50, closed=True), colour("e0b04a"), 0.5)


def resting(canvas: Canvas, x: float, y: float, tall: float, trousers: str) -> None:
    """Someone in shirt sleeves who sits in the grass, leaning back on one arm."""
    for knee, foot in (((-0.36, -0.40), (-0.66, -0.02)), ((-0.46, -0.30), (-0.80, 0.02))):
        leg = spline(_placed(x, y, tall, [(0.10, -0.08), knee, foot]), 24)
        canvas.fill(ribbon(leg, np.linspace(0.25, 0.12, 24) * tall), colour(trousers))
    torso = [(-0.04, -0.02), (-0.07, -0.34), (-0.02, -0.62), (0.10, -0.70), (0.22, -0.58), (0.27, -0.26), (0.24, 0.02)]
    _body(canvas, spline(_placed(x, y, tall, torso), 60, closed=True), colour("d8d2d8"), 0.6)
    arm = spline(_placed(x, y, tall, [(0.17, -0.58), (0.33, -0.30), (0.40, 0.02)]), 20)
    canvas.fill(ribbon(arm, np.linspace(0.15, 0.09, 20) * tall), colour("b8b4cc"))
    _head(canvas, x + 0.05 * tall, y - 0.83 * tall, 2.1 * tall)
    brim = [(-0.15, -0.90), (0.05, -0.945), (0.24, -0.88), (0.05, -0.90)]
    canvas.fill(spline(_placed(x, y, tall, brim), 40, closed=True), colour("d8a24a"))
    crown = [(-0.05, -0.92), (-0.03, -1.03), (0.12, -1.03), (0.15, -0.91)]
    canvas.fill(_placed(x, y, tall, crown), colour("f0cc78"))
