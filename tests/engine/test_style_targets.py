"""How paintings are looked at: how large, in which parts and colours, and how much each counts."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageStat

from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.stylize import stylize
from styletransfer.engine.vgg.weights import Weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.color import match_palette
from styletransfer.imaging.images import fit
from styletransfer.settings import SMALLEST_SIDE, Settings

PHOTO = Image.new("RGB", (300, 200), "teal")
SHAPE = (200, 300)

MakePicture = Callable[..., Image.Image]


class Eye:
    """Sees the mean colour of a picture, and remembers what it has looked at."""

    def __init__(self) -> None:
        self.seen: list[Image.Image] = []

    def __call__(self, image: Image.Image) -> list[Moments]:
        self.seen.append(image)
        mean = torch.tensor(ImageStat.Stat(image).mean)
        return [Moments(mean, torch.outer(mean, mean))]


def looks(images: list[Image.Image], beside: tuple[int, int] = SHAPE, **settings: Any) -> Eye:
    eye = Eye()
    StyleTargets(images, PHOTO, Settings(**settings)).moments(eye, beside)
    return eye


def test_a_lone_painting_is_looked_at_whole_and_as_it_is(soft_picture: MakePicture) -> None:
    painting = soft_picture(1, (640, 400))
    eye = Eye()
    (moments,) = StyleTargets([painting], PHOTO, Settings()).moments(eye, SHAPE)
    (seen,) = eye.seen
    assert seen.tobytes() == fit(painting, 300).tobytes()
    assert torch.equal(moments.mean, torch.tensor(ImageStat.Stat(seen).mean))


@pytest.mark.parametrize(("stroke", "side"), [(0.25, 75), (0.5, 150), (1.0, 300)])
def test_finer_strokes_are_a_smaller_painting(stroke: float, side: int) -> None:
    (seen,) = looks([Image.new("RGB", (640, 640))], stroke_size=stroke).seen
    assert seen.size == (side, side)


@pytest.mark.parametrize("stroke", [1.01, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("size", [(640, 400), (90, 700), (500, 500)])
def test_broader_strokes_are_a_larger_painting_in_parts_no_longer_than_the_picture(
    stroke: float, size: tuple[int, int]
) -> None:
    parts = looks([Image.new("RGB", size)], stroke_size=stroke).seen
    area = sum(part.width * part.height for part in parts)
    assert area == pytest.approx((300 * stroke) ** 2 * min(size) / max(size), rel=0.01)
    assert max(max(part.size) for part in parts) <= 300
    assert min(min(part.size) for part in parts) >= SMALLEST_SIDE


def test_the_parts_make_up_the_painting(soft_picture: MakePicture) -> None:
    painting = soft_picture(3, (400, 250))
    eye = Eye()
    (moments,) = StyleTargets([painting], PHOTO, Settings(stroke_size=2)).moments(eye, SHAPE)
    whole = np.asarray(fit(painting, 600), dtype=float)
    first = np.asarray(eye.seen[0], dtype=float)
    inside = (slice(first.shape[0] - 8), slice(first.shape[1] - 8))  # away from where the cut is
    assert np.abs(first[inside] - whole[: first.shape[0], : first.shape[1]][inside]).max() <= 1
    assert moments.mean.tolist() == pytest.approx(whole.mean(axis=(0, 1)).tolist(), abs=0.5)


def test_a_stroke_keeps_its_size_relative_to_the_picture() -> None:
    painting = Image.new("RGB", (800, 800))
    for long_side in (128, 512):
        (seen,) = looks([painting], (long_side * 2 // 3, long_side), stroke_size=0.5).seen
        assert seen.width == long_side // 2


def test_no_painting_is_looked_at_too_small_for_the_network() -> None:
    for size in ((800, 800), (2000, 100)):
        (seen,) = looks([Image.new("RGB", size)], (64, 64), stroke_size=0.25).seen
        assert min(seen.size) >= SMALLEST_SIDE


def test_squeezed_pictures_have_strokes_too() -> None:
    painting = Image.new("RGB", (800, 500))
    assert looks([painting], (128, 192), shape=(128, 192)).seen[0].size == (192, 128)
    assert looks([painting], (128, 192), shape=(128, 192), stroke_size=0.5).seen[0].size == (96, 64)
    assert len(looks([painting], (128, 192), shape=(128, 192), stroke_size=2.0).seen) == 4


def test_paintings_of_any_shape_count_by_their_shares() -> None:
    images = [Image.new("RGB", (90, 400), (250, 0, 0)), Image.new("RGB", (500, 100), (0, 100, 0))]
    for shares, expected in ((None, (125, 50, 0)), ((3.0, 1.0), (187.5, 25, 0)), ((0.0, 2.0), (0, 100, 0))):
        (moments,) = StyleTargets(images, PHOTO, Settings(style_shares=shares)).moments(Eye(), SHAPE)
        assert moments.mean.tolist() == pytest.approx(expected)
    assert len(looks(images, style_shares=(0.0, 2.0)).seen) == 1  # what does not count is not looked at


@pytest.mark.parametrize(
    ("count", "shares", "words"), [(0, None, "0 paintings"), (5, None, "1 to 4"), (3, (1.0, 1.0), "one share for each")]
)
def test_numbers_that_do_not_fit_are_refused(count: int, shares: tuple[float, ...] | None, words: str) -> None:
    with pytest.raises(StyleTransferError, match=words):
        StyleTargets([PHOTO] * count, PHOTO, Settings(style_shares=shares))


def test_the_painting_gets_the_photo_s_palette_before_it_is_looked_at(soft_picture: MakePicture) -> None:
    painting, photo = soft_picture(1, (300, 200)), soft_picture(2, (300, 200))
    eye = Eye()
    StyleTargets([painting], photo, Settings(palette="photo")).moments(eye, SHAPE)
    assert eye.seen[0].tobytes() == match_palette(painting, photo).tobytes()


def test_strokes_shares_and_palette_change_what_is_painted(soft_picture: MakePicture, vgg16: Weights) -> None:
    plain = Settings(size=64, epochs=3, content_layers=("relu2_1",), style_layers=("relu1_1", "relu2_1"), device="cpu")
    photo, one, other = soft_picture(1, (64, 64)), soft_picture(2, (90, 60)), soft_picture(3, (50, 80))

    def painted(paintings: list[Image.Image], **changes: Any) -> bytes:
        *_, last = stylize(photo, paintings, dataclasses.replace(plain, **changes), weights=vgg16)
        assert last.image is not None
        return last.image.tobytes()

    alone = painted([one])
    assert painted([one, one]) == alone
    assert painted([one, other], style_shares=(1.0, 0.0)) == alone
    pictures = {
        alone,
        painted([one, other]),
        painted([one, other], style_shares=(3.0, 1.0)),
        painted([one], stroke_size=2.0),
        painted([one], palette="photo"),
    }
    assert len(pictures) == 5
