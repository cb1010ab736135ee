"""Picture files: opened and checked, fitted to a size, split from their transparency, encoded and saved.

Knows nothing of torch, so that any process may import it. Every function may be called from any thread.
"""

import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile, PngInfo

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.decoding import is_turned, to_srgb
from styletransfer.imaging.library_warnings import hushed
from styletransfer.support.files import check_writable as check_file_writable
from styletransfer.support.files import replacing
from styletransfer.texts import Text

pillow_heif.register_heif_opener()

Format = Literal["png", "jpeg", "webp", "tiff", "avif"]

LARGEST_FILE = 200 * 2**20
"""Bytes of a picture file over which it is not read."""
LARGEST_PIXELS = 178_000_000
"""Pixels over which a picture is not decoded (about 700 MB of memory); just under where Pillow itself refuses."""
SHORTEST_SIDE = 16
"""Pixels; a shorter side leaves the network nothing to see."""
LARGEST_ASPECT = 8
"""Long over short side. A longer strip leaves the network's deepest layers nothing across it at usual sizes."""
RECIPE_KEY = "styletransfer"
"""Key of the recipe's text in a PNG."""
USER_COMMENT_PREFIX = b"ASCII\0\0\0"
"""What stands before the recipe's text in EXIF's UserComment (EXIF 2.32, 4.6.5)."""
_TIFF_PREFIX = f"{RECIPE_KEY}: "
"""Stands before the recipe's text in a TIFF: a description that begins with a brace and has a "shape", as the settings
have, is taken by tifffile, and so by all that read with it, for a list of the file's contents."""

_BAND_ROWS = 128
"""Rows of a transparent picture that are worked on at a time; even."""
READABLE = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "HEIF", "BMP")
_FORMATS: dict[str, Format] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".avif": "avif",
}
_IMAGE_DESCRIPTION = 0x010E
_EXIF_IFD = 0x8769
_USER_COMMENT = 0x9286


def open_image(source: str | Path | bytes | BinaryIO, *, name: str | None = None, painted: bool = False) -> Image.Image:
    """Opens a picture of any kind: upright, in 8-bit sRGB, fully loaded, without metadata.

    Reads JPEG, PNG, WebP, AVIF, TIFF, GIF (first frame), HEIC/HEIF and BMP.

    Args:
        source: Path of the file, its bytes, or a binary stream.
        name: What to call the picture in error messages; by default the path as given, or "The picture".
        painted: Whether it is only to be shown, as what was painted here, and may be as small, long and clear as it is.

    Returns:
        RGB, or RGBA if any pixel is not fully opaque.

    Raises:
        StyleTransferError: There is no such file, it is no picture or a damaged one, it is too large
            (`LARGEST_FILE`, `LARGEST_PIXELS`), too small (`SHORTEST_SIDE`), too long (`LARGEST_ASPECT`) or fully
            transparent.
    """
    label = _label(source, name)
    data = _read(source, label)
    try:
        with hushed(), Image.open(io.BytesIO(data), formats=READABLE) as opened:
            _check_pixels(*opened.size, label)
            if not painted:
                _check_shape(*opened.size, label)
            opened.load()
            image = to_srgb(opened)
    except StyleTransferError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(label) from error
    except UnidentifiedImageError as error:
        raise StyleTransferError(
            "{label} is not a picture that can be read; use a JPEG, PNG, WebP, AVIF, TIFF, GIF, HEIC or BMP file.",
            label=label,
        ) from error
    except MemoryError as error:
        raise StyleTransferError(
            "There is not enough memory to open {label}; make it smaller first.", label=label
        ) from error
    except Exception as error:  # a damaged or hostile file can break a decoder in any way
        raise StyleTransferError("{label} is damaged or incomplete; save or download it again.", label=label) from error
    if not painted and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        raise StyleTransferError("{label} is fully transparent; use a picture that shows something.", label=label)
    return image


def size_of(source: Path | bytes) -> tuple[int, int] | None:
    """(height, width) of a picture, upright, as its header tells; None for what is no picture. Decodes no pixels."""
    try:
        with (
            hushed(),
            Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=READABLE) as opened,
        ):
            width, height = opened.size
            return (width, height) if is_turned(opened) else (height, width)
    except Exception:  # noqa: BLE001 - a damaged or hostile file can break a decoder in any way
        return None


def read_file(path: str | Path) -> bytes:
    """A picture's file as it is, for `open_image`. Raises StyleTransferError as that, where it cannot be read."""
    return _read(path, _label(path, None))


def scaled_shape(width: int, height: int, size: int) -> tuple[int, int]:
    """(height, width) in pixels of a picture that is scaled to `size` pixels along its long side."""
    longest = max(width, height)
    return max(1, round(height * size / longest)), max(1, round(width * size / longest))


def fit(image: Image.Image, size: int) -> Image.Image:
    """The picture scaled (Lanczos) to `size` pixels along its long side, up or down, with its aspect ratio kept.

    Transparency is weighed in, so that the hidden colour of transparent pixels does not bleed into visible ones.
    """
    height, width = scaled_shape(*image.size, size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """A picture without transparency, and its transparency as an L image (None for an RGB picture).

    What shines through is the blurred extension of the visible colours (pull-push interpolation; Gortler et al.,
    The Lumigraph, 1996), so that the network sees no edge where there is none. Opaque pixels keep their colour.
    """
    if image.mode != "RGBA":
        return image, None
    # In bands, and each level in the place of the one before: a photo of 48 million pixels takes 0.4 GB instead of 5.
    bands = [(top, min(top + _BAND_ROWS, image.height)) for top in range(0, image.height, _BAND_ROWS)]
    levels = [np.concatenate([_halved(_weighted(image, *band)) for band in bands])]
    while levels[-1].size > 4:
        levels.append(_halved(levels[-1]))
    last = levels[-1][0, 0]
    last[:3] = last[:3] / last[3] if last[3] > 0 else 255
    coarse = _planes(levels.pop())
    while levels:
        level = levels.pop()
        for first in range(0, len(level), _BAND_ROWS):
            _fill(level[first : first + _BAND_ROWS], coarse, first)
        coarse = _planes(level)
        del level
    filled = Image.new("RGB", image.size)
    for first, end in bands:
        pixels = _weighted(image, first, end)
        _fill(pixels, coarse, first)
        filled.paste(Image.fromarray(np.clip(np.rint(pixels[..., :3]), 0, 255).astype(np.uint8)), (0, first))
    return filled, image.getchannel("A")


def join_alpha(image: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """The RGB picture with the transparency that `split_alpha` gave, scaled to the picture's size if need be."""
    if alpha is None:
        return image
    joined = image.convert("RGB")
    joined.putalpha(_alpha_of_size(alpha, image.size))
    return joined


def with_alpha(pixels: NDArray[np.float32], alpha: Image.Image | None) -> NDArray[np.float32]:
    """The same for a picture of floats, (height, width, 3) in 0 to 1: with alpha in the same range, (height, width, 4).

    The transparency is the photo's, which is read with 8 bits.
    """
    if alpha is None:
        return pixels
    height, width = pixels.shape[:2]
    share = np.asarray(_alpha_of_size(alpha, (width, height)), dtype=np.float32) / np.float32(255)
    return np.concatenate([pixels, share[..., None]], axis=2)


def encode(image: Image.Image, fmt: Format, *, quality: int = 95, recipe: str | None = None) -> bytes:
    """The bytes of a picture file, tagged as sRGB.

    Args:
        image: RGB or RGBA; JPEG has no transparency and shows it on white.
        fmt: Kind of file.
        quality: 1 to 100, for JPEG, WebP and AVIF.
        recipe: ASCII text to carry along: in a PNG as iTXt under `RECIPE_KEY`, in a TIFF as
            ImageDescription, else in EXIF's UserComment.
    """
    if fmt == "jpeg" and image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    options: dict[str, Any] = {"icc_profile": _srgb_profile()}
    if fmt == "tiff":
        options["compression"] = "tiff_deflate"
    elif fmt != "png":
        options["quality"] = quality
    if fmt == "jpeg":
        options["subsampling"] = 0  # full colour resolution: brush strokes are small and saturated
    if recipe is not None:
        options |= _recipe_options(fmt, recipe)
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def save_image(
    image: Image.Image | NDArray[np.float32], path: str | Path, *, recipe: str | None = None, quality: int = 95
) -> None:
    """Writes a picture file in the format of its ending; what stands there already is replaced only when all is done.

    Args:
        image: RGB or RGBA, saved with 8 bits a channel; or `Frame.pixels`, saved with 16, in a PNG or TIFF file.
        path: The file.
        recipe: As for `encode`.
        quality: As for `encode`.

    Raises:
        StyleTransferError: As `check_writable`, or the disk is full.
    """
    data = encode_for(image, path, recipe=recipe, quality=quality)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def encode_for(
    image: Image.Image | NDArray[np.float32], path: str | Path, *, recipe: str | None = None, quality: int = 95
) -> bytes:
    """The bytes that `save_image` would write to `path`, of which only the ending counts."""
    if isinstance(image, Image.Image):
        return encode(image, format_of(path), quality=quality, recipe=recipe)
    return _encode_16_bit(image, path, recipe)


def _encode_16_bit(pixels: NDArray[np.float32], path: str | Path, recipe: str | None) -> bytes:
    from styletransfer.imaging.sixteen_bit import encode_16_bit  # its libraries take a moment, and few ask for it

    fmt = _format_of_16_bits(path)
    text = None if recipe is None else (RECIPE_KEY, _TIFF_PREFIX + recipe if fmt == "tiff" else recipe)
    return encode_16_bit(pixels, fmt, _srgb_profile(), text)


def check_writable(path: str | Path, *, bits: int = 8) -> None:
    """Makes sure that `save_image` can write to `path`, so that nobody waits for a picture that cannot be kept.

    Args:
        path: The file.
        bits: For each channel: 8 or 16.

    Raises:
        StyleTransferError: The ending is unknown, the format does not hold so many bits, or the file cannot be written.
    """
    if bits == 16:
        _format_of_16_bits(path)
    format_of(path)
    check_file_writable(path)


def _format_of_16_bits(path: str | Path) -> Literal["png", "tiff"]:
    fmt = format_of(path)
    if fmt not in ("png", "tiff"):
        raise StyleTransferError(
            "{path} cannot hold 16 bits a channel; choose a name that ends in .png or .tiff, or 8 bits.", path=path
        )
    return fmt


def format_of(path: str | Path) -> Format:
    """The format that the ending of a file's name stands for.

    Raises:
        StyleTransferError: The ending is unknown.
    """
    ending = Path(path).suffix.lower()
    if ending not in _FORMATS:
        raise StyleTransferError(
            "{path} does not end in one of {endings}; choose one of these endings.",
            path=path,
            endings=", ".join(_FORMATS),
        )
    return _FORMATS[ending]


def embedded_recipe(source: str | Path | bytes | BinaryIO, *, name: str | None = None) -> str | None:
    """The text that `encode` was given as `recipe`, or None if there is none or the file is no picture.

    Raises:
        StyleTransferError: The file is missing, empty, too large or cannot be read.
    """
    data = _read(source, _label(source, name))
    try:
        with hushed(), Image.open(io.BytesIO(data), formats=READABLE) as opened:
            if isinstance(opened, PngImageFile):
                text = opened.info.get(RECIPE_KEY)
                if text is None and opened.width * opened.height <= LARGEST_PIXELS:
                    text = opened.text.get(RECIPE_KEY)  # behind the pixels, where some programs move it
                return text if isinstance(text, str) else None
            exif = opened.getexif()
            if opened.format == "TIFF":
                text = exif.get(_IMAGE_DESCRIPTION)
                return text.removeprefix(_TIFF_PREFIX) if isinstance(text, str) else None  # any type can be claimed
            comment = exif.get_ifd(_EXIF_IFD).get(_USER_COMMENT)
    except Exception:  # noqa: BLE001 - whatever is wrong with the file, it has no recipe that could be read
        return None
    if not isinstance(comment, bytes) or not comment.startswith(USER_COMMENT_PREFIX):
        return None
    return comment.removeprefix(USER_COMMENT_PREFIX).decode("ascii", errors="replace")


def _alpha_of_size(alpha: Image.Image, size: tuple[int, int]) -> Image.Image:
    return alpha if alpha.size == size else alpha.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _label(source: object, name: str | None) -> str:
    if name is None and isinstance(source, (str, Path)):
        name = str(source)
    if not name:
        return Text("The picture")
    if isinstance(name, Text):
        return name
    return re.sub(r"[\x00-\x1f\x7f]", "?", name)[-200:]


def _read(source: str | Path | bytes | BinaryIO, label: str) -> bytes:
    try:
        if isinstance(source, bytes):
            data = source
        elif isinstance(source, (str, Path)):
            path = Path(source)
            if path.is_dir():
                raise StyleTransferError("{label} is a folder; give a picture file.", label=label)
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        else:
            data = source.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise StyleTransferError("There is no file {label}; check the name.", label=label) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StyleTransferError(
            "{label} cannot be read ({reason}); check the file and its permissions.", label=label, reason=reason
        ) from error
    if not data:
        raise StyleTransferError("{label} is empty (0 bytes); save or download it again.", label=label)
    if len(data) > LARGEST_FILE:
        raise StyleTransferError(
            "{label} is larger than {limit} MB; make the picture smaller first.",
            label=label,
            limit=LARGEST_FILE // 2**20,
        )
    return data


def _check_pixels(width: int, height: int, label: str) -> None:
    if width * height > LARGEST_PIXELS:
        raise _too_many_pixels(label)


def _check_shape(width: int, height: int, label: str) -> None:
    if min(width, height) < SHORTEST_SIDE:
        raise StyleTransferError(
            "{label} is too small ({width} x {height} pixels); each side needs at least {least} pixels.",
            label=label,
            width=width,
            height=height,
            least=SHORTEST_SIDE,
        )
    # Half a pixel more: the painting of the narrowest photo has a short side that is rounded.
    if max(width, height) > LARGEST_ASPECT * (min(width, height) + 0.5):
        raise StyleTransferError(
            "{label} is too long and narrow ({width} x {height} pixels); crop it so that the long side is at most"
            " {most} times the short one.",
            label=label,
            width=width,
            height=height,
            most=LARGEST_ASPECT,
        )


def _too_many_pixels(label: str) -> StyleTransferError:
    return StyleTransferError(
        "{label} has more than {limit} million pixels; make the picture smaller first.",
        label=label,
        limit=LARGEST_PIXELS // 1_000_000,
    )


def _weighted(image: Image.Image, top: int, bottom: int) -> NDArray[np.float32]:
    """Rows of an RGBA picture, (rows, width, 4): colours, 0 to 255, times opacity, and opacity, 0 to 1."""
    pixels = np.array(image.crop((0, top, image.width, bottom)), dtype=np.float32)
    pixels[..., 3] /= 255
    pixels[..., :3] *= pixels[..., 3:]
    return pixels


def _halved(fine: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weighted pixels (h, w, 4) at half the size, rounded up: the mean of the visible ones among every four.

    A coarse pixel weighs as much as all its parts, at most 1.
    """
    height, width = fine.shape[:2]
    coarse = np.zeros((-(-height // 2), -(-width // 2), 4), np.float32)
    for x in range(2):
        for y in range(2):
            part = fine[y::2, x::2]
            coarse[: part.shape[0], : part.shape[1]] += part
    coarse /= np.maximum(coarse[..., 3:], 1)
    return coarse


def _fill(fine: NDArray[np.float32], coarse: Sequence[Image.Image], first: int = 0) -> None:
    """Let what is behind show through weighted pixels, (rows, w, 4), in place.

    Args:
        fine: Rows of a level.
        coarse: The planes of the level of half its size, filled.
        first: Number of the first of these rows, even.
    """
    rows, width = fine.shape[:2]
    even = rows + rows % 2
    box = (0, first // 2, coarse[0].width, (first + even) // 2)
    for channel, plane in enumerate(coarse):
        behind = np.asarray(plane.resize((2 * plane.width, even), Image.Resampling.BILINEAR, box))
        fine[..., channel] += (1 - fine[..., 3]) * behind[:rows, :width]


def _planes(level: NDArray[np.float32]) -> list[Image.Image]:
    return [Image.fromarray(np.ascontiguousarray(level[..., channel])) for channel in range(3)]


def _recipe_options(fmt: Format, recipe: str) -> dict[str, Any]:
    if fmt == "png":
        info = PngInfo()
        info.add_itxt(RECIPE_KEY, recipe)
        return {"pnginfo": info}
    if fmt == "tiff":  # libtiff writes no EXIF block into a compressed file
        return {"description": _TIFF_PREFIX + recipe}
    exif = Image.Exif()
    exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = USER_COMMENT_PREFIX + recipe.encode("ascii")
    return {"exif": exif.tobytes()}


@cache
def _srgb_profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # the date of creation: the same picture shall give the same bytes
    return bytes(profile)
