"""Colours, before painting and after it: the painting's palette matched to the photo, the photo's colours put back.

Values of float arrays are sRGB in 0 to 1 unless a name says otherwise.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from styletransfer.imaging.images import join_alpha

Floats = NDArray[np.float32]
Painted = TypeVar("Painted", Image.Image, Floats)
"""A picture with 8 bits a channel; or one of floats, (height, width, 3 or 4), sRGB and alpha in 0 to 1."""

# Ottosson, "A perceptual color space for image processing" (2020, https://bottosson.github.io/posts/oklab/):
# linear sRGB to cone responses (lms), and their cube roots to L, a, b. Transposed, to multiply rows of pixels.
_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
).T
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
).T
_LMS_TO_RGB = np.linalg.inv(_RGB_TO_LMS)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)


def _to_linear(values: NDArray[Any]) -> NDArray[Any]:
    """Linear light of sRGB values in 0 to 1 (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(values.dtype)


def _from_linear(light: NDArray[Any]) -> NDArray[Any]:
    """The sRGB values of linear light in 0 to 1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(light.dtype)


_TO_LINEAR = _to_linear(np.arange(256) / 255).astype(np.float32)
"""Linear light of each sRGB level, 0 to 255."""
_LINEAR_STEPS = 1 << 16
_FROM_LINEAR = np.rint(255 * _from_linear(np.arange(_LINEAR_STEPS) / (_LINEAR_STEPS - 1))).astype(np.uint8)
"""Linear light in 65536 steps to sRGB level; a table is ten times as fast as the power, and as exact at 8 bits."""

_BAND = 1 << 20
"""Pixels that are worked on at a time where a picture may have far more of them than the result."""

_NOISE_VARIANCE = (1 / 255) ** 2
"""Variance along an axis of colour that is no more than rounding; no palette is stretched by it."""


def to_oklab(image: Image.Image) -> Floats:
    """L (0 to 1), a and b (about -0.4 to 0.4) of an RGB picture's pixels: (height, width, 3)."""
    return _lab_of_light(_TO_LINEAR[np.asarray(image.convert("RGB"))])


def _lab_of_light(linear: Floats) -> Floats:
    """OKLab of linear RGB, (height, width, 3)."""
    lab: Floats = np.cbrt(linear.reshape(-1, 3) @ _RGB_TO_LMS) @ _LMS_TO_LAB
    return lab.reshape(linear.shape)


def from_oklab(lab: Floats) -> Image.Image:
    """The RGB picture of (height, width, 3) OKLab values.

    Colours that sRGB cannot show are mixed with the grey of their lightness until it can: clipping each channel would
    change the lightness, and with it the strokes.
    """
    steps = np.rint(_light_of_lab(lab) * (_LINEAR_STEPS - 1)).astype(np.uint16)
    return Image.fromarray(_FROM_LINEAR[steps])


def _light_of_lab(lab: Floats) -> Floats:
    """Linear RGB in 0 to 1, (height, width, 3); see `from_oklab`."""
    pixels = lab.reshape(-1, 3)
    roots = pixels @ _LAB_TO_LMS
    linear = (roots * roots * roots) @ _LMS_TO_RGB
    misses = (linear < 0) | (linear > 1)
    outside = np.flatnonzero(misses[:, 0] | misses[:, 1] | misses[:, 2])  # five times as fast as any(axis=1)
    grey = np.clip(pixels[outside, :1], 0, 1) ** np.float32(3)
    linear[outside] = _mix_into_gamut(linear[outside], grey)
    light: Floats = np.clip(linear, 0, 1).reshape(lab.shape)
    return light


def with_photo_colors(painted: Painted, photo: Image.Image, amount: float) -> Painted:
    """The painted picture with its own lightness and, by `amount`, the colours of the photo (in OKLab).

    Args:
        painted: RGB or RGBA, or floats, of which nothing is rounded; its transparency is kept.
        photo: The photo that was painted, in any size; it is scaled to the painted picture.
        amount: 0 for the painting's colours to 1 for the photo's.
    """
    if amount <= 0:
        return painted.copy()
    if isinstance(painted, Image.Image):
        lab = _blended(to_oklab(painted), photo, amount)
        return join_alpha(from_oklab(lab), painted.getchannel("A") if painted.mode == "RGBA" else None)
    lab = _blended(_lab_of_light(_to_linear(painted[..., :3])), photo, amount)
    return np.concatenate([_from_linear(_light_of_lab(lab)), painted[..., 3:]], axis=2)


def _blended(lab: Floats, photo: Image.Image, amount: float) -> Floats:
    """OKLab values, (height, width, 3), with, by `amount`, the colours of the photo, which is scaled to them."""
    size = (lab.shape[1], lab.shape[0])
    if photo.size != size:
        photo = photo.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    lab[..., 1:] += np.float32(min(amount, 1)) * (to_oklab(photo)[..., 1:] - lab[..., 1:])
    return lab


def match_palette(painting: Image.Image, photo: Image.Image) -> Image.Image:
    """The painting with the mean and the covariance of the photo's colours (Gatys et al. 2017, section 5.1).

    Of the two roots that the paper compares this takes the symmetric one, by eigendecomposition, which it found the
    better: a Cholesky root depends on the order of the channels and does not exist for a picture in shades of grey.
    Axes along which the painting's colours do not vary cannot be stretched and stay flat.

    Args:
        painting: RGB or RGBA; its transparency is kept.
        photo: RGB or RGBA in any size; transparent pixels do not count.
    """
    source_mean, source_covariance = _color_statistics(painting)
    target_mean, target_covariance = _color_statistics(photo)
    transfer = _root(target_covariance) @ _inverse_root(source_covariance)
    factor, offset = transfer.T.astype(np.float32), (target_mean - transfer @ source_mean).astype(np.float32)
    image = Image.new("RGB", painting.size)
    for top, band in _bands(painting):
        pixels = np.asarray(band.convert("RGB"), dtype=np.float32) / np.float32(255)
        matched = pixels @ factor + offset
        image.paste(Image.fromarray(np.rint(np.clip(matched, 0, 1) * 255).astype(np.uint8)), (0, top))
    return join_alpha(image, painting.getchannel("A") if painting.mode == "RGBA" else None)


def _mix_into_gamut(linear: Floats, grey: Floats) -> Floats:
    """Linear RGB (n, 3) moved towards grey (n, 1), which is inside, just as far as needed to be within 0 to 1."""
    reach = linear - grey
    room = np.where(reach > 0, 1 - grey, grey)
    share = np.min(room / np.maximum(np.abs(reach), np.float32(1e-9)), axis=1, keepdims=True)
    return np.asarray(grey + np.minimum(share, 1) * reach, dtype=np.float32)


def _color_statistics(image: Image.Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (3,) and covariance (3, 3) of the colours, each pixel weighted by its opacity."""
    total, sums, products = 0.0, np.zeros(3), np.zeros((3, 3))
    for _, band in _bands(image):
        pixels = np.asarray(band.convert("RGBA"), dtype=np.float64).reshape(-1, 4) / 255
        colors, weights = pixels[:, :3], pixels[:, 3]
        total += weights.sum()
        sums += weights @ colors
        products += (colors * weights[:, None]).T @ colors
    total = max(total, 1e-9)
    mean = sums / total
    return mean, products / total - np.outer(mean, mean)  # of 8-bit values, in float64: nothing is lost by it


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The picture in bands of whole rows, about `_BAND` pixels each, with the row that each begins at."""
    rows = max(1, _BAND // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def _inverse_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    scales = np.where(values > _NOISE_VARIANCE, 1 / np.sqrt(np.maximum(values, _NOISE_VARIANCE)), 0)
    root: NDArray[np.float64] = (vectors * scales) @ vectors.T
    return root
