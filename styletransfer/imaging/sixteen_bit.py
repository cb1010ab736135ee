"""Picture files with 16 bits a channel, which Pillow does not write: PNG by FFmpeg's encoder, TIFF by tifffile.

Knows nothing of torch.
"""

import io
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL.PngImagePlugin import PngInfo, putchunk

_BEFORE_PIXELS = 33
"""Bytes of a PNG's signature and of its IHDR chunk, which comes first (PNG specification, 5.6)."""

_DEPTH = 24
"""Place of the byte there that tells the bits of a channel."""


def to_sixteen_bits(pixels: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The nearest of the levels 0 to 65535 for each value; what is out of 0 to 1 is clipped.

    A value's nearest of 256 levels is always this one's: level * 257 is the same shade.
    """
    # Times 255 in single precision first, as the 8-bit picture is rounded: so both fall to the same side of a half.
    levels: NDArray[np.uint16] = np.rint(np.clip(np.float32(255) * pixels, 0, 255).astype(np.float64) * 257).astype(
        np.uint16
    )
    return levels


def has_16_bits(path: Path) -> bool:
    """Whether a picture file that can be read is a PNG or TIFF with 16 bits a channel."""
    with path.open("rb") as file:
        head = file.read(_BEFORE_PIXELS)
    if head.startswith(b"\x89PNG"):
        return head[_DEPTH] == 16
    if not head.startswith((b"II", b"MM")):
        return False
    with tifffile.TiffFile(path) as tiff:
        return tiff.pages.first.dtype == np.uint16


def encode_16_bit(
    pixels: NDArray[np.float32], fmt: Literal["png", "tiff"], profile: bytes, text: tuple[str, str] | None
) -> bytes:
    """The bytes of a picture file with 16 bits a channel.

    Args:
        pixels: (height, width, 3) or, with transparency, (height, width, 4); sRGB in 0 to 1.
        fmt: Kind of file.
        profile: ICC profile of the colours.
        text: A key and ASCII text to carry along: in a PNG as iTXt, in a TIFF, without the key, as ImageDescription.
    """
    levels = to_sixteen_bits(pixels)
    return _tiff(levels, profile, text) if fmt == "tiff" else _png(levels, profile, text)


def _tiff(levels: NDArray[np.uint16], profile: bytes, text: tuple[str, str] | None) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        levels,
        photometric="rgb",
        extrasamples=["unassalpha"] if levels.shape[2] == 4 else None,
        compression="zlib",
        predictor=True,  # differences of neighbours, which are packed far smaller
        iccprofile=profile,
        description=None if text is None else text[1],
        metadata=None,
        software=False,
    )
    return buffer.getvalue()


def _png(levels: NDArray[np.uint16], profile: bytes, text: tuple[str, str] | None) -> bytes:
    height, width, channels = levels.shape
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.time_base = width, height, Fraction(1)
    encoder.sample_aspect_ratio = Fraction(1)  # square pixels, as the file says
    encoder.pix_fmt = "rgba64be" if channels == 4 else "rgb48be"
    encoder.options = {"pred": "mixed", "compression_level": "6"}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(levels), format=encoder.pix_fmt)
    file = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    info = PngInfo()
    info.add(b"iCCP", b"sRGB\0\0" + zlib.compress(profile))  # name, end of the name, method of compression
    if text is not None:
        info.add_itxt(*text)
    buffer = io.BytesIO()
    buffer.write(file[:_BEFORE_PIXELS])
    for name, content, _ in info.chunks:
        putchunk(buffer, name, content)
    buffer.write(file[_BEFORE_PIXELS:])
    return buffer.getvalue()
