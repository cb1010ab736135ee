"""What a caller may rely on when a picture file is opened, fitted, split, encoded or saved."""

import io
import struct
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import difference, gradient, saved, with_alpha
from PIL import Image, ImageCms, TiffImagePlugin, TiffTags

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.imaging.images import encode, fit, join_alpha, open_image, save_image, scaled_shape, split_alpha
from styletransfer.imaging.recipe import read_recipe

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


class TestFormats:
    @pytest.mark.parametrize(
        ("kind", "options", "tolerance"),
        [
            ("PNG", {}, 0),
            ("TIFF", {}, 0),
            ("TIFF", {"compression": "tiff_lzw"}, 0),
            ("BMP", {}, 0),
            ("WEBP", {"lossless": True}, 0),
            ("JPEG", {"quality": 98, "subsampling": 0}, 8),
            ("JPEG", {"quality": 98, "progressive": True, "subsampling": 0}, 8),
            ("AVIF", {"quality": 98, "subsampling": "4:4:4"}, 8),
        ],
    )
    def test_reads_rgb(self, kind: str, options: dict[str, object], tolerance: int) -> None:
        assert difference(open_image(saved(gradient(), kind, **options)), gradient()) <= tolerance

    @pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True, "exact": 1})])
    def test_keeps_transparency(self, kind: str, options: dict[str, object]) -> None:
        picture = with_alpha(gradient())
        assert difference(open_image(saved(picture, kind, **options)), picture) == 0

    def test_opens_heic(self) -> None:
        buffer = io.BytesIO()
        pillow_heif.from_pillow(gradient(64, 48)).save(buffer, quality=95, chroma=444)
        assert difference(open_image(buffer.getvalue()), gradient(64, 48)) <= 10

    def test_opens_heic_with_alpha(self) -> None:
        buffer = io.BytesIO()
        pillow_heif.from_pillow(with_alpha(gradient(64, 48))).save(buffer, quality=95)
        alpha = open_image(buffer.getvalue()).getchannel("A")
        assert alpha.getpixel((2, 20)) < 20
        assert alpha.getpixel((62, 20)) > 235

    def test_takes_the_first_frame_of_a_gif(self) -> None:
        frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
        opened = open_image(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
        assert opened.mode == "RGB"
        assert opened.getpixel((5, 5)) == (255, 0, 0)

    def test_takes_the_first_frame_of_an_animated_webp(self) -> None:
        frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
        opened = open_image(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
        assert opened.getpixel((5, 5)) == (255, 0, 0)

    def test_palette_with_transparency(self) -> None:
        picture = gradient().quantize(8)
        opened = open_image(saved(picture, "PNG", transparency=bytes([0, 128] + [255] * 6)))
        assert opened.mode == "RGBA"
        expected = np.array([0, 128] + [255] * 6)[np.asarray(picture)]
        assert np.array_equal(np.asarray(opened.getchannel("A")), expected)

    def test_palette_without_transparency(self) -> None:
        picture = gradient().quantize(8)
        assert difference(open_image(saved(picture, "PNG")), picture.convert("RGB")) == 0

    def test_a_color_named_as_transparent(self) -> None:
        picture = gradient()
        picture.paste((1, 2, 3), (0, 0, 10, 10))
        opened = open_image(saved(picture, "PNG", transparency=(1, 2, 3)))
        assert opened.getpixel((5, 5))[3] == 0
        assert opened.getpixel((20, 20))[3] == 255

    @pytest.mark.parametrize("mode", ["1", "L", "LA"])
    def test_greyscale_and_bilevel(self, mode: str) -> None:
        picture = gradient().convert(mode)
        assert difference(open_image(saved(picture, "PNG")), picture.convert("RGB")) == 0

    def test_opaque_alpha_is_dropped(self) -> None:
        assert open_image(saved(gradient().convert("RGBA"), "PNG")).mode == "RGB"

    def test_nothing_of_the_file_is_left(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "Camera"
        opened = open_image(saved(gradient(), "PNG", exif=exif, icc_profile=SRGB))
        assert opened.info == {}
        assert dict(opened.getexif()) == {}
        assert type(opened) is Image.Image

    def test_from_path_bytes_and_stream(self, tmp_path: Path) -> None:
        data = saved(gradient(), "PNG")
        path = tmp_path / "a picture.png"
        path.write_bytes(data)
        for source in (path, str(path), data, io.BytesIO(data)):
            assert difference(open_image(source), gradient()) == 0

    def test_many_threads(self) -> None:
        data = saved(gradient(), "JPEG", icc_profile=SRGB)
        expected = open_image(data)
        with ThreadPoolExecutor(8) as pool:
            assert all(difference(opened, expected) == 0 for opened in pool.map(open_image, [data] * 40))


class TestBadInput:
    def refused(self, source: str | Path | bytes, words: str, name: str | None = None) -> str:
        with pytest.raises(StyleTransferError, match=words) as caught:
            open_image(source, name=name)
        sentence = str(caught.value)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return sentence

    def test_missing_file(self, tmp_path: Path) -> None:
        assert "cat.jpg" in self.refused(tmp_path / "cat.jpg", "no file")

    def test_folder(self, tmp_path: Path) -> None:
        self.refused(tmp_path, "is a folder")

    def test_path_with_a_zero_byte(self) -> None:
        self.refused("cat\0.jpg", "cannot be read")

    def test_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "cat.jpg").touch()
        self.refused(tmp_path / "cat.jpg", "0 bytes")

    def test_text_named_jpg(self, tmp_path: Path) -> None:
        (tmp_path / "cat.jpg").write_text("This is not a cat.")
        self.refused(tmp_path / "cat.jpg", "not a picture")

    @pytest.mark.parametrize("data", [b"%PDF-1.7\n" + bytes(100), b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
    def test_unknown_format(self, data: bytes) -> None:
        self.refused(data, "not a picture")

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "GIF", "HEIF", "BMP"])
    @pytest.mark.parametrize("share", [0.5, 0.95])
    def test_truncated(self, kind: str, share: float) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
        data = saved(Image.fromarray(noise), kind)
        self.refused(data[: int(len(data) * share)], "damaged|not a picture")

    @pytest.mark.parametrize("size", [(20_000, 20_000), (178_100, 1000), (2**31 - 1, 2**31 - 1)])
    def test_decompression_bomb_is_not_decoded(self, size: tuple[int, int]) -> None:
        self.refused(_png(*size, depth=8, color_type=2, rows=np.zeros(1000, np.uint8)), "million pixels|damaged")

    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    def test_limit_of_pixels_is_our_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "LARGEST_PIXELS", 48 * 32)
        open_image(saved(gradient(48, 32), "PNG"))
        self.refused(saved(gradient(48, 33), "PNG"), "million pixels")

    def test_compressed_text_bomb(self) -> None:
        text = zlib.compress(bytes(80_000_000))
        png = saved(gradient(), "PNG")
        chunk = _chunk(b"zTXt", b"k\0\0" + text)
        self.refused(png[:33] + chunk + png[33:], "damaged")

    @pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (15, 100), (16, 15)])
    def test_too_small(self, size: tuple[int, int]) -> None:
        self.refused(saved(Image.new("RGB", size), "PNG"), "too small")

    @pytest.mark.parametrize("size", [(16, 133), (133, 16), (400, 4000)])
    def test_too_long(self, size: tuple[int, int]) -> None:
        self.refused(saved(Image.new("RGB", size), "PNG"), "long and narrow")

    def test_the_painting_of_the_narrowest_photo_is_not_too_long(self) -> None:
        for size in range(256, 1200):
            height, width = scaled_shape(4000, 500, size)
            assert open_image(saved(Image.new("L", (width, height)), "PNG")).size == (width, height)

    def test_what_is_only_shown_may_have_any_shape(self) -> None:
        assert open_image(saved(Image.new("RGB", (900, 3)), "PNG"), painted=True).size == (900, 3)
        assert open_image(saved(Image.new("RGBA", (20, 20)), "PNG"), painted=True).mode == "RGBA"

    @pytest.mark.parametrize("size", [(16, 16), (16, 128), (128, 16)])
    def test_limits_themselves_are_allowed(self, size: tuple[int, int]) -> None:
        assert open_image(saved(Image.new("RGB", size), "PNG")).size == size

    def test_too_large_a_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        data = saved(gradient(), "BMP")
        (tmp_path / "cat.bmp").write_bytes(data)
        monkeypatch.setattr(images, "LARGEST_FILE", len(data))
        open_image(tmp_path / "cat.bmp")
        monkeypatch.setattr(images, "LARGEST_FILE", len(data) - 1)
        for source in (data, tmp_path / "cat.bmp"):
            self.refused(source, "larger than")

    def test_fully_transparent(self) -> None:
        self.refused(saved(Image.new("RGBA", (32, 32), (255, 0, 0, 0)), "PNG"), "fully transparent")

    def test_an_upload_is_called_by_its_name(self, tmp_path: Path) -> None:
        sentence = self.refused(tmp_path / "secret" / "3f2a", "cat.jpg", name="cat.jpg")
        assert "secret" not in sentence

    def test_a_hostile_name_stays_one_line(self) -> None:
        sentence = self.refused(b"x", "not a picture", name="a\nb\x1b[31m" + "c" * 5000)
        assert len(sentence) < 400
        assert sentence.isprintable()

    def test_an_unnamed_picture(self) -> None:
        assert self.refused(b"x", "not a picture").startswith("The picture ")

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from(["JPEG", "PNG", "TIFF", "WEBP", "GIF", "HEIF", "AVIF"]), st.data())
    def test_damage_anywhere_gives_a_picture_or_one_sentence(self, kind: str, draw: st.DataObject) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        options = {} if kind == "GIF" else {"exif": exif, "icc_profile": SRGB}
        data = bytearray(saved(gradient(), kind, **options))
        for _ in range(draw.draw(st.integers(1, 8))):
            data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
        try:
            opened = open_image(bytes(data))
        except StyleTransferError:
            return
        assert opened.mode in ("RGB", "RGBA")


class TestFit:
    @given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 8192))
    def test_long_side_is_the_size_and_the_aspect_is_kept(self, width: int, height: int, size: int) -> None:
        rows, columns = scaled_shape(width, height, size)
        assert max(rows, columns) == size
        assert min(rows, columns) >= 1
        longest = max(width, height)
        assert abs(rows - max(1, height * size / longest)) <= 0.5
        assert abs(columns - max(1, width * size / longest)) <= 0.5

    @settings(deadline=None, max_examples=40)
    @given(st.integers(16, 300), st.integers(16, 300), st.integers(1, 300), st.sampled_from(["RGB", "RGBA"]))
    def test_gives_that_shape(self, width: int, height: int, size: int, mode: str) -> None:
        fitted = fit(Image.new(mode, (width, height), "red"), size)
        assert (fitted.height, fitted.width) == scaled_shape(width, height, size)
        assert fitted.mode == mode
        assert np.array_equal(np.unique(np.asarray(fitted.convert("RGB")).reshape(-1, 3), axis=0), [[255, 0, 0]])

    def test_hidden_colors_do_not_bleed(self) -> None:
        picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
        picture.paste((255, 255, 255, 255), (0, 0, 33, 64))
        values = np.asarray(fit(picture, 20))
        assert values[values[..., 3] > 8][:, :3].min() > 240

    def test_upscales_smoothly(self) -> None:
        large = np.asarray(fit(gradient(48, 32), 480)).astype(int)
        assert large.shape == (320, 480, 3)
        assert np.abs(np.diff(large, axis=1)).max() < 8


class TestAlpha:
    def test_rgb_has_none(self) -> None:
        color, alpha = split_alpha(gradient())
        assert alpha is None
        assert join_alpha(color, alpha) is color

    def test_round_trip(self) -> None:
        picture = with_alpha(gradient())
        color, alpha = split_alpha(picture)
        joined = join_alpha(color, alpha)
        assert difference(joined.getchannel("A"), picture.getchannel("A")) == 0
        opaque = np.asarray(picture)[..., 3] == 255
        assert np.array_equal(np.asarray(joined)[opaque], np.asarray(picture)[opaque])

    @pytest.mark.parametrize("hidden", [(0, 0, 0, 0), (0, 255, 0, 0)])
    def test_hidden_pixels_take_the_color_around_them(self, hidden: tuple[int, int, int, int]) -> None:
        picture = Image.new("RGBA", (37, 53), hidden)
        picture.paste((200, 40, 90, 255), (10, 10, 20, 30))
        color, _ = split_alpha(picture)
        assert np.abs(np.asarray(color, int) - (200, 40, 90)).max() <= 1

    def test_the_extension_is_smooth(self) -> None:
        picture = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
        picture.paste((220, 30, 30, 255), (0, 0, 8, 64))
        picture.paste((30, 30, 220, 255), (56, 0, 64, 64))
        color = np.asarray(split_alpha(picture)[0]).astype(int)
        assert color[..., 1].max() <= 31
        assert np.abs(np.diff(color, axis=1)).max() < 60

    @settings(deadline=None, max_examples=40)
    @given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32 - 1))
    def test_any_shape_and_any_alpha(self, width: int, height: int, seed: int) -> None:
        values = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
        color, alpha = split_alpha(Image.fromarray(values))
        assert color.mode == "RGB"
        assert color.size == (width, height)
        assert alpha is not None

    def test_a_large_picture_takes_little_memory(self) -> None:
        picture = Image.linear_gradient("L").resize((3000, 2000)).convert("RGBA")
        picture.putalpha(Image.radial_gradient("L").resize(picture.size))
        tracemalloc.start()
        try:
            split_alpha(picture)
            assert tracemalloc.get_traced_memory()[1] < 12 * 6_000_000  # bytes for a pixel, where it took 83
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("size", [(53, 37), (64, 64), (31, 130)])
    def test_in_bands_as_in_one(self, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
        values = np.random.default_rng(0).integers(0, 256, (*size, 4), dtype=np.uint8)
        whole, _ = split_alpha(Image.fromarray(values))
        monkeypatch.setattr(images, "_BAND_ROWS", 8)
        assert difference(split_alpha(Image.fromarray(values))[0], whole) <= 1

    def test_alpha_follows_the_size_of_the_picture(self) -> None:
        _, alpha = split_alpha(with_alpha(gradient()))
        joined = join_alpha(gradient(480, 320), alpha)
        assert joined.size == (480, 320)
        assert joined.getpixel((20, 20))[3] == 0
        assert joined.getpixel((470, 20))[3] == 255


class TestEncode:
    @pytest.mark.parametrize(("ending", "kind"), [("png", "PNG"), ("tiff", "TIFF")])
    def test_lossless_round_trip_with_alpha(self, ending: str, kind: str) -> None:
        picture = with_alpha(gradient())
        data = encode(picture, ending)
        assert Image.open(io.BytesIO(data)).format == kind
        assert difference(open_image(data), picture) == 0

    @pytest.mark.parametrize("ending", ["webp", "avif"])
    def test_lossy_round_trip_with_alpha(self, ending: str) -> None:
        picture = with_alpha(gradient())
        opened = open_image(encode(picture, ending))
        assert difference(opened.getchannel("A"), picture.getchannel("A")) <= 3
        opaque = np.asarray(picture)[..., 3] == 255
        assert np.abs(np.asarray(opened, int) - np.asarray(picture, int))[opaque].mean() < 5

    def test_jpeg_shows_transparency_on_white(self) -> None:
        opened = open_image(encode(with_alpha(Image.new("RGB", (96, 64), "black")), "jpeg"))
        assert opened.getpixel((10, 30)) == pytest.approx((255, 255, 255), abs=3)
        assert opened.getpixel((48, 30)) == pytest.approx((127, 127, 127), abs=3)

    def test_quality_matters(self) -> None:
        noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
        for kind in ("jpeg", "webp", "avif"):
            assert len(encode(noise, kind, quality=30)) < len(encode(noise, kind, quality=95))

    @pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "avif"])
    def test_is_tagged_as_srgb(self, kind: images.Format) -> None:
        profile = Image.open(io.BytesIO(encode(gradient(), kind))).info["icc_profile"]
        assert "sRGB" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))

    def test_every_color_survives_its_own_profile(self) -> None:
        values = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
        assert difference(open_image(encode(Image.fromarray(values), "png")), Image.fromarray(values)) == 0

    def test_same_picture_same_bytes(self) -> None:
        first = encode(gradient(), "png", recipe="{}")
        images._srgb_profile.cache_clear()
        assert encode(gradient(), "png", recipe="{}") == first

    @pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "avif"])
    @pytest.mark.parametrize("picture", [gradient(), with_alpha(gradient())], ids=["RGB", "RGBA"])
    def test_carries_a_recipe(self, kind: images.Format, picture: Image.Image) -> None:
        recipe = '{"seed": 7, "name": "\\u00fc"}' + " " * 20_000
        data = encode(picture, kind, recipe=recipe)
        assert images.embedded_recipe(data) == recipe
        assert open_image(data).size == picture.size

    def test_a_tiff_with_a_recipe_is_open_to_others(self) -> None:
        data = encode(gradient(), "tiff", recipe='{"styletransfer":1,"settings":{"shape":null}}')
        assert np.array_equal(tifffile.imread(io.BytesIO(data)), np.asarray(gradient()))

    def test_finds_a_recipe_behind_the_pixels(self) -> None:
        png = encode(gradient(), "png")
        text = _chunk(b"iTXt", b"styletransfer\0\0\0\0\0{}")
        assert images.embedded_recipe(png[:-12] + text + png[-12:]) == "{}"

    @pytest.mark.parametrize("data", [b"nonsense", encode(gradient(), "png"), encode(gradient(), "jpeg")])
    def test_no_recipe(self, data: bytes) -> None:
        assert images.embedded_recipe(data) is None

    def test_a_recipe_from_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(StyleTransferError, match="no file"):
            images.embedded_recipe(tmp_path / "a.png")


@pytest.mark.parametrize(("kind", "value"), [(TiffTags.SHORT, 7), (TiffTags.BYTE, b"abc"), (TiffTags.DOUBLE, 2.5)])
def test_a_description_of_another_type_is_no_recipe(kind: int, value: object) -> None:
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory.tagtype[270] = kind
    directory[270] = value
    data = io.BytesIO()
    gradient().save(data, "TIFF", tiffinfo=directory)
    assert images.embedded_recipe(data.getvalue()) is None
    assert read_recipe(data.getvalue()) is None


class TestSave:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("a.png", "PNG"),
            ("a.jpg", "JPEG"),
            ("a.JPEG", "JPEG"),
            ("a.webp", "WEBP"),
            ("a.tif", "TIFF"),
            ("a.tiff", "TIFF"),
            ("a.avif", "AVIF"),
        ],
    )
    def test_format_by_ending(self, tmp_path: Path, name: str, kind: str) -> None:
        save_image(gradient(), tmp_path / name, recipe="{}")
        with Image.open(tmp_path / name) as opened:
            assert opened.format == kind
        assert [path.name for path in tmp_path.iterdir()] == [name]

    @pytest.mark.parametrize("name", ["a.doc", "a", "a.gif", ".png"])
    def test_unknown_ending(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("precious")
        for attempt in (
            lambda: save_image(gradient(), tmp_path / name),
            lambda: images.check_writable(tmp_path / name),
        ):
            with pytest.raises(StyleTransferError, match="choose one of these endings"):
                attempt()
        assert (tmp_path / name).read_text() == "precious"

    def test_a_failure_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "a.png"
        save_image(gradient(), path)
        before = path.read_bytes()

        def full(self: Path, data: bytes) -> int:
            with self.open("wb") as file:
                file.write(data[:100])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(StyleTransferError, match="No space left"):
            save_image(Image.new("RGB", (32, 32)), path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, *, depth: int, color_type: int, rows: np.ndarray) -> bytes:
    """A PNG written by hand, for what Pillow cannot write; `rows` may be less than the header promises."""
    lines = b"".join(b"\0" + row.tobytes() for row in np.atleast_2d(rows))
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
