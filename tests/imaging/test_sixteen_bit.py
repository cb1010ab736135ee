"""Pictures with 16 bits a channel: what was painted is kept between the steps of 8 bits, and agrees with them."""

import dataclasses
import io
from pathlib import Path

import av
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from pictures import gradient, with_alpha
from PIL import Image, ImageCms

from styletransfer.engine.stylize import stylize
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.imaging.color import from_oklab, to_oklab, with_photo_colors
from styletransfer.imaging.images import embedded_recipe, open_image, save_image
from styletransfer.imaging.sixteen_bit import to_sixteen_bits
from styletransfer.settings import Settings

SETTINGS = Settings(
    size=96,
    epochs=4,
    content_layers=("relu2_1",),
    style_layers=("relu1_1", "relu2_1"),
    optimizer="adam",
    learning_rate=0.1,
    scales=1,
    device="cpu",
)


def levels(path: Path) -> np.ndarray:
    """(height, width, channels), 0 to 65535, of a file, read by another program than Pillow."""
    if path.suffix == ".tiff":
        return tifffile.imread(path)
    with av.open(str(path)) as file:
        return next(file.decode(video=0)).to_ndarray()


def rounded(deep: np.ndarray) -> np.ndarray:
    """The nearest of 256 levels for each of 65536."""
    return np.rint(deep / 257).astype(np.uint8)


@pytest.mark.parametrize("ending", ["png", "tiff"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_painting_keeps_what_8_bits_round_away(mode: str, ending: str, tmp_path: Path, vgg16: Weights) -> None:
    photo = gradient(96, 64) if mode == "RGB" else with_alpha(gradient(96, 64))
    *_, frame = stylize(photo, gradient(60, 60), SETTINGS, weights=vgg16, bits=16)
    assert frame.image is not None
    assert frame.pixels is not None
    path = tmp_path / f"a.{ending}"
    save_image(frame.pixels, path, recipe='{"seed": 7}')
    deep = levels(path)
    assert deep.dtype == np.uint16
    assert deep.shape == (64, 96, len(mode))
    between = deep[..., :3] % 257 != 0
    assert between.mean() > 0.9
    assert np.array_equal(rounded(deep), np.asarray(frame.image))
    opened = open_image(path)  # which takes the upper 8 of the 16 bits
    assert opened.mode == mode
    assert np.abs(np.asarray(opened, int) - np.asarray(frame.image, int)).max() <= 1
    assert embedded_recipe(path) == '{"seed": 7}'
    with Image.open(path) as file:
        assert file.format == ending.upper()
        profile = ImageCms.ImageCmsProfile(io.BytesIO(file.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_floats_come_only_where_they_are_asked_for(vgg16: Weights) -> None:
    settings = dataclasses.replace(SETTINGS, preview_every=3)
    frames = list(stylize(gradient(96, 64), gradient(60, 60), settings, weights=vgg16, bits=16))
    assert [frame.pixels is None for frame in frames] == [frame.image is None for frame in frames]
    assert all(frame.pixels is None for frame in stylize(gradient(), gradient(), SETTINGS, weights=vgg16))


@given(st.floats(-0.5, 1.5, width=32))
def test_the_nearest_level_of_8_bits_is_that_of_16(value: float) -> None:
    eight = np.clip(np.rint(np.float32(value) * np.float32(255)), 0, 255)
    assert rounded(to_sixteen_bits(np.full((1, 1, 3), value, np.float32)))[0, 0, 0] == eight


def test_halves_are_rounded_alike() -> None:
    halves = ((np.arange(255) + 0.5) / 255).astype(np.float32)
    for values in (halves, np.nextafter(halves, 0), np.nextafter(halves, 1)):
        eight = np.rint(values * np.float32(255))
        assert np.array_equal(rounded(to_sixteen_bits(values)), eight)


@pytest.mark.parametrize("ending", ["png", "tiff"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(1, 1), (37, 53), (300, 7)])
def test_any_level_and_any_size_survive(size: tuple[int, int], channels: int, ending: str, tmp_path: Path) -> None:
    wanted = np.random.default_rng(0).integers(0, 65536, (*size, channels))
    save_image((wanted / 65535).astype(np.float32), tmp_path / f"a.{ending}")
    assert np.abs(levels(tmp_path / f"a.{ending}") - wanted.astype(int)).max() == 0
    assert embedded_recipe(tmp_path / f"a.{ending}") is None


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_same_picture_same_bytes(ending: str, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).random((40, 30, 3), np.float32)
    files = []
    for name in ("a", "b"):
        save_image(pixels, tmp_path / f"{name}.{ending}", recipe="{}")
        files.append((tmp_path / f"{name}.{ending}").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "webp", "avif"])
def test_a_format_with_8_bits_is_refused_by_name(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending}"
    for attempt in (
        lambda: images.check_writable(path, bits=16),
        lambda: save_image(np.zeros((20, 20, 3), np.float32), path),
    ):
        with pytest.raises(StyleTransferError, match=rf"a\.{ending} cannot hold 16 bits a channel; choose .*\.png"):
            attempt()
    assert not path.exists()
    images.check_writable(path)


class TestPhotoColors:
    """The photo's colours are given back without rounding."""

    def test_agree_with_those_of_8_bits(self) -> None:
        painted, photo = gradient(64, 48), gradient(48, 64).rotate(90, expand=True)
        pixels = np.asarray(painted, dtype=np.float32) / 255
        for amount in (0.0, 0.4, 1.0):
            deep = with_photo_colors(pixels, photo, amount)
            eight = np.asarray(with_photo_colors(painted, photo, amount), float)
            assert np.abs(255 * deep - eight).max() <= 0.52  # but for the rounding
            assert deep.dtype == np.float32

    def test_lie_between_the_steps_and_keep_transparency(self) -> None:
        pixels = np.random.default_rng(0).random((30, 40, 4), np.float32)
        deep = with_photo_colors(pixels, gradient(40, 30), 0.5)
        assert np.array_equal(deep[..., 3], pixels[..., 3])
        assert (np.abs(255 * deep[..., :3] - np.rint(255 * deep[..., :3])) > 0.01).mean() > 0.9

    def test_8_bits_are_what_they_were(self) -> None:
        levels = np.arange(0, 256, 5, dtype=np.uint8)
        cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
        assert np.array_equal(np.asarray(from_oklab(to_oklab(Image.fromarray(cube)))), cube)


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_real_recipe_fits(kind: str, tmp_path: Path) -> None:
    recipe = '{"seed": 7, "name": "\\u00fc"}' + " " * 20_000
    save_image(np.zeros((20, 20, 3), np.float32), tmp_path / f"a.{kind}", recipe=recipe)
    assert embedded_recipe(tmp_path / f"a.{kind}") == recipe
