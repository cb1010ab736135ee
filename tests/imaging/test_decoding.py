"""Whatever depth, colours and orientation a file has, it is seen as intended: upright and in sRGB."""

import io
import logging
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import pillow_heif
import pytest
from pictures import difference, gradient, saved, with_alpha
from PIL import Image, ImageCms

from styletransfer.imaging.images import open_image

SRGB_COLUMNS = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
"""XYZ of sRGB's red, green and blue, adapted to D50."""
DISPLAY_P3_COLUMNS = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
"""XYZ of Display P3's red, green and blue, adapted to D50."""
_D50 = (0.9642, 1.0, 0.8249)


def rgb_profile(columns: Sequence[Sequence[float]], gamma: float) -> bytes:
    """A display whose red, green and blue have these XYZ and whose channels all follow one power law."""
    tags = [(name, _xyz(column)) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)]
    tags += [(name, _curve(gamma)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def gray_profile(gamma: float) -> bytes:
    """A greyscale display that follows a power law."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", [(b"kTRC", _curve(gamma))])


def cmyk_profile(ink_lab: Sequence[tuple[int, int, int]]) -> bytes:
    """A printer on white paper; full cyan, magenta, yellow, black alone have the given Lab, any mix is black."""
    corners = [(0, 0, 0)] * 16  # index = 8 C + 4 M + 2 Y + K
    corners[0] = (100, 0, 0)
    for index, lab in zip((8, 4, 2, 1), ink_lab, strict=True):
        corners[index] = lab
    clut = bytes(value for L, a, b in corners for value in (round(L * 2.55), a + 128, b + 128))
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + clut + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", [(b"A2B0", lut)])


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def _profile(kind: bytes, space: bytes, pcs: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    text = b"test\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    tags = [(b"desc", description), (b"cprt", b"text" + bytes(4) + text), (b"wtpt", _xyz(_D50)), *tags]
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, kind, space, pcs)
    header += bytes(12) + b"acsp" + bytes(28) + _xyz(_D50)[8:] + bytes(48)
    assert len(header) == 128
    return header + struct.pack(">I", len(tags)) + table + body


class TestDepth:
    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_16_bit_grey_is_scaled_not_clipped(self, kind: str) -> None:
        levels = np.arange(0, 65536, 64, dtype=np.uint16).reshape(32, 32)
        opened = open_image(saved(Image.fromarray(levels), kind))
        assert np.abs(np.asarray(opened)[..., 1].astype(float) - levels / 257).max() <= 0.5

    def test_big_endian_16_bit_grey(self) -> None:
        levels = np.arange(0, 65536, 64, dtype=">u2").reshape(32, 32)
        opened = open_image(saved(Image.frombytes("I;16B", (32, 32), levels.tobytes()), "TIFF"))
        assert np.abs(np.asarray(opened)[..., 1].astype(float) - levels / 257).max() <= 0.5

    def test_16_bit_rgb_png(self) -> None:
        levels = np.arange(0, 65536, 64).reshape(32, 32)
        rgb = np.stack([levels, levels[::-1], levels.T], axis=2)
        opened = np.asarray(open_image(_png_of_16_bits(rgb)))
        assert np.abs(opened - rgb / 257).max() <= 1

    def test_heic_of_more_than_8_bits(self) -> None:
        deep = np.asarray(gradient(), dtype=np.uint16) * 257
        buffer = io.BytesIO()
        pillow_heif.from_bytes("RGB;16", gradient().size, deep.tobytes()).save(buffer, quality=95, chroma=444)
        assert np.abs(np.asarray(open_image(buffer.getvalue()), int) - np.asarray(gradient(), int)).max() <= 10

    def test_32_bit_whole_numbers_within_16_bits(self) -> None:
        levels = np.arange(0, 65536, 64, dtype=np.int32).reshape(32, 32)
        opened = open_image(saved(Image.fromarray(levels), "TIFF"))
        assert np.abs(np.asarray(opened)[..., 0].astype(float) - levels / 257).max() <= 0.5

    def test_floats_from_0_to_1(self) -> None:
        levels = np.linspace(0.2, 0.9, 1024, dtype=np.float32).reshape(32, 32)
        opened = open_image(saved(Image.fromarray(levels), "TIFF"))
        assert np.abs(np.asarray(opened)[..., 0] - levels * 255).max() <= 0.51

    def test_other_floats_are_stretched_and_gaps_are_harmless(self) -> None:
        levels = np.linspace(-40, 900, 1024, dtype=np.float32).reshape(32, 32)
        levels[5, 5] = np.nan
        values = np.asarray(open_image(saved(Image.fromarray(levels), "TIFF")))
        assert values[0, 0, 0] == 0
        assert values[-1, -1, 0] == 255

    def test_a_constant_float_picture(self) -> None:
        assert open_image(saved(Image.new("F", (20, 20), 7.5), "TIFF")).getpixel((3, 3)) == (0, 0, 0)


class TestColor:
    @staticmethod
    def in_srgb(rgb: tuple[int, int, int], columns: object, gamma: float) -> np.ndarray:
        xyz = np.array(columns).T @ (np.array(rgb) / 255) ** gamma
        linear = np.clip(np.linalg.inv(np.array(SRGB_COLUMNS).T) @ xyz, 0, 1)
        return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF", "HEIF"])
    @pytest.mark.parametrize("rgb", [(200, 100, 50), (60, 180, 90), (128, 128, 128)])
    def test_display_p3_becomes_srgb(self, kind: str, rgb: tuple[int, int, int]) -> None:
        data = saved(Image.new("RGB", (32, 32), rgb), kind, icc_profile=rgb_profile(DISPLAY_P3_COLUMNS, 2.2))
        expected = self.in_srgb(rgb, DISPLAY_P3_COLUMNS, 2.2)
        tolerance = 2 if kind in ("PNG", "TIFF") else 5
        assert np.abs(np.array(open_image(data).getpixel((16, 16))) - expected).max() <= tolerance

    def test_swapped_channels_are_swapped_back(self) -> None:
        red, green, blue = SRGB_COLUMNS
        data = saved(Image.new("RGB", (32, 32), (255, 0, 0)), "PNG", icc_profile=rgb_profile((green, red, blue), 2.2))
        assert np.abs(np.array(open_image(data).getpixel((9, 9))) - (0, 255, 0)).max() <= 2

    def test_transparency_survives_the_conversion(self) -> None:
        picture = with_alpha(Image.new("RGB", (30, 30), (200, 100, 50)))
        opened = open_image(saved(picture, "PNG", icc_profile=rgb_profile(DISPLAY_P3_COLUMNS, 2.2)))
        assert difference(opened.getchannel("A"), picture.getchannel("A")) == 0
        expected = self.in_srgb((200, 100, 50), DISPLAY_P3_COLUMNS, 2.2)
        assert np.abs(np.array(opened.getpixel((29, 5))[:3]) - expected).max() <= 2

    def test_grey_profile(self) -> None:
        opened = open_image(saved(Image.new("L", (32, 32), 128), "PNG", icc_profile=gray_profile(1.0)))
        assert opened.getpixel((5, 5)) == pytest.approx((188, 188, 188), abs=1)  # sRGB's encoding of half the light

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_grey_profile_with_transparency(self, kind: str) -> None:
        grey = Image.new("LA", (32, 32), (128, 77))
        opened = open_image(saved(grey, kind, icc_profile=gray_profile(1.0)))
        assert opened.getpixel((5, 5)) == pytest.approx((188, 188, 188, 77), abs=1)

    def test_grey_profile_with_one_transparent_shade(self) -> None:
        grey = Image.new("L", (32, 32), 128)
        grey.paste(7, (0, 0, 16, 32))
        opened = open_image(saved(grey, "PNG", icc_profile=gray_profile(1.0), transparency=7))
        assert opened.getpixel((20, 5)) == pytest.approx((188, 188, 188, 255), abs=1)
        assert opened.getpixel((5, 5))[3] == 0

    def test_cmyk_with_its_own_profile(self) -> None:
        strange = cmyk_profile([(54, 81, 70), (100, 0, 0), (100, 0, 0), (0, 0, 0)])  # its "cyan" ink is red
        data = saved(Image.new("CMYK", (32, 32), (255, 0, 0, 0)), "TIFF", icc_profile=strange)
        red, green, blue = open_image(data).getpixel((5, 5))
        assert red > 230
        assert max(green, blue) < 40

    @pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
    def test_cmyk_without_profile(self, kind: str) -> None:
        opened = open_image(saved(Image.new("CMYK", (32, 32), (255, 0, 0, 0)), kind))
        assert np.abs(np.array(opened.getpixel((5, 5))) - (0, 255, 255)).max() <= 3

    def test_lab(self) -> None:
        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        lab = ImageCms.applyTransform(Image.new("RGB", (32, 32), (200, 100, 50)), to_lab)
        opened = open_image(saved(lab, "TIFF"))
        assert np.abs(np.array(opened.getpixel((5, 5))) - (200, 100, 50)).max() <= 4

    @pytest.mark.parametrize("profile", [b"nonsense", rgb_profile(SRGB_COLUMNS, 2.2)[:200], gray_profile(1.0)])
    def test_an_unusable_profile_is_ignored_and_logged(self, profile: bytes, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING, logger="styletransfer.imaging.decoding"):
            opened = open_image(saved(gradient(), "PNG", icc_profile=profile))
        assert difference(opened, gradient()) == 0
        assert "colour profile" in caplog.text


class TestOrientation:
    # How a camera that was held that way stores the upright picture (EXIF 2.32, tag Orientation).
    TURNED: ClassVar[dict[int, Callable[[np.ndarray], np.ndarray]]] = {
        1: lambda upright: upright,
        2: lambda upright: upright[:, ::-1],
        3: lambda upright: upright[::-1, ::-1],
        4: lambda upright: upright[::-1],
        5: lambda upright: upright.swapaxes(0, 1),
        6: lambda upright: np.rot90(upright, 1),
        7: lambda upright: np.rot90(upright, 2).swapaxes(0, 1),
        8: lambda upright: np.rot90(upright, -1),
    }

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
    def test_is_applied(self, kind: str, orientation: int) -> None:
        stored = Image.fromarray(np.ascontiguousarray(self.TURNED[orientation](np.asarray(gradient()))))
        exif = Image.Exif()
        exif[0x0112] = orientation
        opened = open_image(saved(stored, kind, exif=exif, quality=98))
        assert opened.size == gradient().size
        assert np.abs(np.asarray(opened, int) - np.asarray(gradient(), int)).mean() < 4

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_of_a_phones_heic_is_applied_once(self, orientation: int) -> None:
        # A phone writes the orientation twice: as a property of the picture, which counts, and in EXIF.
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = Image.fromarray(np.ascontiguousarray(self.TURNED[orientation](np.asarray(gradient()))))
        heif = pillow_heif.from_pillow(stored)
        heif.info["exif"] = exif.tobytes()
        buffer = io.BytesIO()
        heif.save(buffer, quality=95)
        opened = open_image(buffer.getvalue())
        assert opened.size == gradient().size
        assert np.abs(np.asarray(opened, int) - np.asarray(gradient(), int)).mean() < 4

    @pytest.mark.parametrize("exif", [b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"\0"])
    def test_a_damaged_block_is_ignored(self, exif: bytes) -> None:
        assert open_image(saved(gradient(), "JPEG", exif=exif)).size == gradient().size

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_an_unknown_value_is_ignored(self, orientation: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        assert difference(open_image(saved(gradient(), "PNG", exif=exif)), gradient()) == 0


def _png_of_16_bits(rgb: np.ndarray) -> bytes:
    """A PNG of 16 bits per channel, which Pillow cannot write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = b"".join(b"\0" + row.tobytes() for row in rgb.astype(">u2"))
    header = struct.pack(">IIBBBBB", rgb.shape[1], rgb.shape[0], 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
