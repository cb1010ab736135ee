"""Colours: put back from the photo after painting, or matched to it before."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from styletransfer.imaging import color
from styletransfer.imaging.color import from_oklab, match_palette, to_oklab, with_photo_colors


def blobs(seed: int, size: tuple[int, int] = (120, 90), low: int = 0, high: int = 256) -> Image.Image:
    """Soft patches of random colours."""
    values = np.random.default_rng(seed).integers(low, high, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


def statistics(image: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.asarray(image.convert("RGB"), dtype=float).reshape(-1, 3) / 255
    return pixels.mean(axis=0), np.cov(pixels.T, bias=True)


class TestOklab:
    @pytest.mark.parametrize(
        ("rgb", "lab"),
        [
            # Values as other implementations of Ottosson's definition give them (CSS Color 4 among them).
            ((255, 255, 255), (1.0, 0.0, 0.0)),
            ((0, 0, 0), (0.0, 0.0, 0.0)),
            ((255, 0, 0), (0.6280, 0.2249, 0.1258)),
            ((0, 255, 0), (0.8664, -0.2339, 0.1795)),
            ((0, 0, 255), (0.4520, -0.0325, -0.3115)),
        ],
    )
    def test_known_colors(self, rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
        assert to_oklab(Image.new("RGB", (1, 1), rgb))[0, 0] == pytest.approx(lab, abs=3e-4)

    def test_round_trip_is_exact(self) -> None:
        levels = np.arange(0, 256, 3, dtype=np.uint8)
        cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
        assert np.array_equal(np.asarray(from_oklab(to_oklab(Image.fromarray(cube)))), cube)

    @settings(deadline=None)
    @given(st.floats(0, 1), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
    def test_a_color_outside_srgb_keeps_its_lightness(self, lightness: float, a: float, b: float) -> None:
        shown = to_oklab(from_oklab(np.full((1, 1, 3), (lightness, a, b), np.float32)))
        assert shown[0, 0, 0] == pytest.approx(lightness, abs=0.13)

    def test_a_grey_stays_grey(self) -> None:
        assert np.abs(to_oklab(Image.linear_gradient("L").convert("RGB"))[..., 1:]).max() < 1e-3


class TestPhotoColors:
    def test_nothing_changes_at_0(self) -> None:
        painted = blobs(0)
        assert np.array_equal(np.asarray(with_photo_colors(painted, blobs(1), 0.0)), np.asarray(painted))

    def test_lightness_stays_and_colors_come_at_1(self) -> None:
        painted, photo = blobs(0, low=90, high=166), blobs(1, low=90, high=166)  # all mixtures are within sRGB
        result = to_oklab(with_photo_colors(painted, photo, 1.0))
        assert np.abs(result[..., 0] - to_oklab(painted)[..., 0]).max() < 0.005
        assert np.abs(result[..., 1:] - to_oklab(photo)[..., 1:]).max() < 0.01

    def test_half_way_is_half_way(self) -> None:
        painted, photo = blobs(0, low=90, high=166), blobs(1, low=90, high=166)
        result = to_oklab(with_photo_colors(painted, photo, 0.5))
        middle = (to_oklab(painted) + to_oklab(photo))[..., 1:] / 2
        assert np.abs(result[..., 1:] - middle).max() < 0.01

    def test_strokes_survive_gaudy_photos(self) -> None:
        painted, photo = blobs(0), blobs(1)
        drift = np.abs(to_oklab(with_photo_colors(painted, photo, 1.0)) - to_oklab(painted))[..., 0]
        assert drift.mean() < 0.01
        assert drift.max() < 0.12

    def test_a_grey_photo_takes_all_color(self) -> None:
        result = with_photo_colors(blobs(0), blobs(1).convert("L"), 1.0)
        assert np.ptp(np.asarray(result, int), axis=2).max() <= 1

    def test_transparency_and_any_size_of_photo(self) -> None:
        painted = blobs(0)
        painted.putalpha(77)
        result = with_photo_colors(painted, blobs(1, size=(333, 111)), 0.7)
        assert result.mode == "RGBA"
        assert result.size == painted.size
        assert result.getchannel("A").getextrema() == (77, 77)


class TestMatchPalette:
    def test_mean_and_covariance_are_the_photos(self) -> None:
        photo = blobs(1, low=110, high=146)  # narrow, so that nothing is clipped
        mean, covariance = statistics(match_palette(blobs(0), photo))
        assert mean == pytest.approx(statistics(photo)[0], abs=0.002)
        assert covariance == pytest.approx(statistics(photo)[1], abs=2e-4)

    def test_its_own_palette_changes_nothing(self) -> None:
        painting = blobs(0)
        assert np.abs(np.asarray(match_palette(painting, painting), int) - np.asarray(painting, int)).max() <= 1

    def test_the_order_of_channels_does_not_matter(self) -> None:
        painting, photo = blobs(0), blobs(1)
        swapped = [Image.merge("RGB", image.split()[::-1]) for image in (painting, photo)]
        one = np.asarray(match_palette(painting, photo), int)
        other = np.asarray(match_palette(*swapped), int)[..., ::-1]
        assert np.abs(one - other).max() <= 1

    def test_a_grey_photo_gives_a_grey_painting(self) -> None:
        result = match_palette(blobs(0), blobs(1).convert("L").convert("RGB"))
        assert np.ptp(np.asarray(result, int), axis=2).max() <= 2

    def test_a_grey_painting_takes_the_main_color(self) -> None:
        photo = blobs(1)
        result = match_palette(blobs(0).convert("L").convert("RGB"), photo)
        assert statistics(result)[0] == pytest.approx(statistics(photo)[0], abs=0.03)

    @pytest.mark.parametrize("flat", ["black", "white", (10, 200, 30)])
    def test_flat_pictures(self, flat: str | tuple[int, int, int]) -> None:
        plain = Image.new("RGB", blobs(1).size, flat)
        mean = np.rint(255 * statistics(blobs(1))[0])
        assert np.abs(np.asarray(match_palette(plain, blobs(1)), int) - mean).max() <= 1
        assert np.abs(np.asarray(match_palette(blobs(1), plain), int) - np.asarray(plain, int)).max() <= 1

    def test_a_large_photo_takes_little_memory(self) -> None:
        photo, painting = blobs(1, size=(4000, 3000)), blobs(0, size=(3000, 2000))
        photo.putalpha(200)
        tracemalloc.start()
        try:
            match_palette(painting, photo)
            assert tracemalloc.get_traced_memory()[1] < 160e6  # as many for a photo of 48 million pixels
        finally:
            tracemalloc.stop()

    def test_in_bands_as_in_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = np.asarray(match_palette(blobs(0), blobs(1)), int)
        monkeypatch.setattr(color, "_BAND", 1000)
        assert np.abs(np.asarray(match_palette(blobs(0), blobs(1)), int) - whole).max() <= 1

    def test_transparent_pixels_do_not_count(self) -> None:
        photo = blobs(1).convert("RGBA")
        wide = Image.new("RGBA", (400, 90), (0, 255, 0, 0))
        wide.paste(photo, (0, 0))
        painting = blobs(0).convert("RGBA")
        painting.putalpha(99)
        result = match_palette(painting, wide)
        assert result.getchannel("A").getextrema() == (99, 99)
        assert np.array_equal(np.asarray(result), np.asarray(match_palette(painting, photo)))
