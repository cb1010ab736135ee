"""From whatever a picture file holds to 8-bit sRGB: bit depths, colour models, ICC profiles and EXIF orientation."""

import io
import logging
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

logger = logging.getLogger(__name__)

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to the operation that sets the picture upright (EXIF 2.32, tag 0x0112)."""

_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
"""Mode of a picture to the colour space that its ICC profile must describe."""


def to_srgb(image: Image.Image) -> Image.Image:
    """An upright RGB or RGBA copy in sRGB, without any metadata; RGBA only where something is really transparent.

    Args:
        image: A loaded picture in any of Pillow's modes.
    """
    transpose = _UPRIGHT.get(_orientation(image))
    profile = image.info.get("icc_profile")
    image = _to_eight_bits(image)
    if image.mode in ("L", "LA") and image.has_transparency_data:  # a profile for grey knows nothing of transparency
        alpha = image.convert("RGBA").getchannel("A")
        image = _convert_colors(image.convert("L"), profile)
        image.putalpha(alpha)
    else:
        image = _convert_colors(_expand(image), profile)
    if transpose is not None:
        image = image.transpose(transpose)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    image = image.copy()
    image.info.clear()
    return image


def is_turned(image: Image.Image) -> bool:
    """Whether an opened picture lies on its side, so that upright its width is its height."""
    return _orientation(image) >= 5


def _orientation(image: Image.Image) -> int:
    # To be asked after loading: Pillow turns TIFFs itself as it loads them, and takes the tag away then.
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception as error:  # noqa: BLE001 - a damaged EXIF block can break the parser in any way, and is no reason to refuse
        logger.info("The EXIF block is damaged and is ignored: %s", error)
        return 1


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Greyscale of 16 or 32 bits or of floats, scaled to 8 bits; any other mode as it is.

    Whole numbers within 0 to 65535 are 16-bit values, floats within 0 to 1 span black to white; anything else is
    stretched from its smallest to its largest value.
    """
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    values: NDArray[np.float32] = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    full = 1.0 if image.mode == "F" else 65535.0
    if low >= 0.0 and high <= full:
        low, high = 0.0, full
    scale = 255.0 / (high - low) if high > low else 0.0
    eight = Image.fromarray(np.clip(np.rint((values - low) * scale), 0, 255).astype(np.uint8))
    eight.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return eight


def _expand(image: Image.Image) -> Image.Image:
    """One of the modes L, RGB, RGBA, CMYK and LAB."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _convert_colors(image: Image.Image, profile: object) -> Image.Image:
    """RGB or RGBA in sRGB; without a usable profile RGB and grey are taken for sRGB, CMYK is converted plainly."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = _source_profile(image, profile)
        if source is not None:
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
            if converted is not None:
                return converted
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError) as error:
        logger.warning("The colour profile is damaged and is ignored: %s", error)
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return cast("Image.Image", ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB"))
    return image.convert(mode)


def _source_profile(image: Image.Image, profile: object) -> ImageCms.ImageCmsProfile | None:
    """The profile that comes with the picture, if it can describe its pixels."""
    if not isinstance(profile, bytes) or not profile:
        return None
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = opened.profile.xcolor_space.strip()
    if space != _PROFILE_SPACES[image.mode]:
        logger.warning("The colour profile is for %s, the picture is %s; it is ignored.", space, image.mode)
        return None
    return opened
