"""Paintings stay in their regions, what is kept stays the photo, and all white says nothing."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.engine.regions import Regions, region_factors
from styletransfer.engine.stylize import stylize
from styletransfer.engine.tensors import resized, to_tensor
from styletransfer.engine.vgg.network import Network
from styletransfer.engine.vgg.weights import load_weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.imaging.masks import coverage, scaled
from styletransfer.settings import Settings, Weighting
from styletransfer.support.paths import sample_paintings, sample_photos

SETTINGS = Settings(size=128, epochs=6, scales=2, device="cpu", precision="full", network="vgg16")
SHALLOW = replace(SETTINGS, content_layers=("relu2_1",), style_layers=("relu1_1", "relu2_1"))
SIZE = (120, 80)


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return open_image(next(path for path in sample_photos() if path.stem == "mountains")).resize(SIZE)


@pytest.fixture(scope="module")
def paintings() -> list[Image.Image]:
    by_name = {path.stem: path for path in sample_paintings()}
    return [open_image(by_name[name]).resize((200, 150)) for name in ("swirl", "cubist")]


def columns(first: float, end: float, blur: int = 0) -> Image.Image:
    """White between two shares of the width, with edges as soft as `blur` pixels."""
    x = (np.arange(SIZE[0]) + 0.5) / SIZE[0]
    level = np.clip(0.5 + SIZE[0] * np.minimum(x - first, end - x) / max(blur, 1e-6), 0, 1)
    return Image.fromarray(np.tile(np.rint(255 * level).astype(np.uint8), (SIZE[1], 1)))


HALVES = [columns(-1, 0.5), columns(0.5, 2)]
WHITE = Image.new("L", (60, 40), 255)


def last(frames: Any) -> Frame:
    *_, frame = frames
    assert frame.image is not None
    return frame


def same(one: Frame, other: Frame) -> bool:
    assert one.image is not None
    assert other.image is not None
    return one.losses == other.losses and one.image.tobytes() == other.image.tobytes()


@pytest.mark.parametrize("precision", ["full", "half"])
def test_all_white_is_exactly_the_picture_without_masks(
    precision: Any, photo: Image.Image, paintings: list[Image.Image]
) -> None:
    settings = replace(SHALLOW, precision=precision)
    plain = last(stylize(photo, paintings[0], settings))
    assert same(last(stylize(photo, paintings[0], settings, masks=[WHITE])), plain)
    weighted = last(stylize(photo, paintings[0], replace(settings, region_weights=(2.0,)), masks=[WHITE]))
    assert not same(weighted, plain)
    black = Image.new("L", (60, 40))
    assert same(last(stylize(photo, paintings[0], settings, keep=black)), plain)
    both = last(stylize(photo, paintings, settings))
    assert same(last(stylize(photo, paintings, settings, masks=[WHITE, WHITE])), both)


class TestHalves:
    """Each half is as near to its own painting as if it had been painted after that alone, and far from the other's."""

    SETTINGS = replace(SETTINGS, size=144, epochs=16)

    def test_grams(self, photo: Image.Image, paintings: list[Image.Image]) -> None:
        network = Network(load_weights("vgg16"), self.SETTINGS)
        together = last(stylize(photo, paintings, self.SETTINGS, masks=HALVES)).image
        alone = [last(stylize(photo, painting, self.SETTINGS)).image for painting in paintings]
        assert together is not None
        for half, own in enumerate(paintings):
            apart = self.distance(network, together, half, own)
            assert apart < 0.8 * self.distance(network, together, half, paintings[1 - half])
            before = alone[half]
            assert before is not None
            assert apart < 1.2 * self.distance(network, before, half, own)

    @staticmethod
    @torch.no_grad()
    def distance(network: Network, picture: Image.Image, half: int, painting: Image.Image) -> float:
        """Of the Gram matrices of a half and a painting, relative to the painting's, over all layers."""
        regions = Regions(coverage(HALVES, None, (picture.height, picture.width)), network.margin)
        channels = [regions.guidance(block).channels for block in range(5)]
        seen = network(to_tensor(picture), channels=channels).moments[half::2]
        wanted = network(to_tensor(resized(painting, (108, 144)))).moments
        pairs = list(zip(seen, wanted, strict=True))[:4]  # the last sees too few positions to tell
        return float(sum((one.gram - other.gram).norm() / other.gram.norm() for one, other in pairs))


class TestKeep:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"init": "noise", "precision": "half"},
            {"tv_loss": "absolute", "optimizer": "adam", "pyramid": 2, "learning_rate": 0.3},
            {"tv_loss": "absolute", "bounded": False, "padding": "zeros", "style_loss": "gram"},
        ],
        ids=["default", "noise", "adam", "notebook-like"],
    )
    def test_those_pixels_are_the_photos(
        self, changes: dict[str, Any], photo: Image.Image, paintings: list[Image.Image]
    ) -> None:
        keep = columns(-1, 0.4, blur=12)
        for frame in stylize(photo, paintings, replace(SETTINGS, **changes), masks=HALVES, keep=keep):
            assert frame.image is not None
            kept = scaled(keep, frame.scale) == 1
            original = np.asarray(resized(photo, frame.scale))
            assert (np.asarray(frame.image)[kept] == original[kept]).all()
            painted = scaled(keep, frame.scale) == 0
        assert (np.asarray(frame.image)[painted] != original[painted]).mean() > 0.5

    def test_they_take_no_part_in_the_style(self, paintings: list[Image.Image]) -> None:
        """Whatever is kept, the rest is painted alike but near the edge."""
        ground = Image.new("RGB", SIZE, (90, 120, 150))
        others = [ground.copy(), ground.copy()]
        others[1].paste((250, 10, 10), (0, 0, 20, SIZE[1]))
        keep = columns(-1, 0.3)
        settings = replace(SETTINGS, style_layers=("relu1_1",), content_layers=("relu1_1",), scales=1)
        results = [np.asarray(last(stylize(each, paintings[0], settings, keep=keep)).image, int) for each in others]
        assert np.abs(results[0] - results[1])[:, 60:].max() <= 2

    def test_transparency_stays(self, photo: Image.Image, paintings: list[Image.Image]) -> None:
        clear = photo.copy()
        clear.putalpha(columns(-1, 0.5))
        frame = last(stylize(clear, paintings[0], replace(SHALLOW, epochs=2), keep=columns(0.7, 2)))
        assert frame.image is not None
        assert frame.image.mode == "RGBA"


@pytest.mark.parametrize("changes", [{}, {"optimizer": "adam", "tv_loss": "absolute"}], ids=["lbfgs", "adam"])
def test_gone_on_with_it_ends_as_if_it_had_not_been_interrupted(
    changes: dict[str, Any], photo: Image.Image, paintings: list[Image.Image], tmp_path: Path
) -> None:
    settings = replace(SHALLOW, region_weights=(0.5, 2.0), **changes)
    options: dict[str, Any] = {"masks": HALVES, "keep": columns(0.4, 0.6, blur=8)}
    whole = last(stylize(photo, paintings, settings, **options))
    for epoch in (2, 4):  # within either scale
        with closing(stylize(photo, paintings, settings, **options)) as frames:  # type: ignore[type-var]
            frame = next(islice(frames, epoch - 1, None))
            assert frame.checkpoint is not None
            frame.checkpoint.save(tmp_path / "state")
        assert same(last(stylize(photo, paintings, settings, resume=tmp_path / "state", **options)), whole)
    for other in ({}, {**options, "masks": HALVES[::-1]}, {**options, "keep": None}):
        fitting = replace(settings, region_weights=settings.region_weights if other else None)
        with pytest.raises(StyleTransferError, match="mask"):
            next(stylize(photo, paintings, fitting, resume=tmp_path / "state", **other))
    lighter = replace(settings, region_weights=(1.0, 0.0))  # the weights may be others
    next(stylize(photo, paintings, lighter, resume=tmp_path / "state", **options))


def test_a_region_without_weight_stays_nearly_the_photo(photo: Image.Image, paintings: list[Image.Image]) -> None:
    frame = last(stylize(photo, paintings, replace(SHALLOW, region_weights=(0.0, 1.0)), masks=HALVES))
    original = np.asarray(resized(photo, frame.scale), float)
    apart = np.abs(np.asarray(frame.image, float) - original).mean(axis=(0, 2))
    assert apart[:60].mean() < 0.3 * apart[-60:].mean()


def test_weights_of_regions_can_be_steered_on_the_way(photo: Image.Image, paintings: list[Image.Image]) -> None:
    settings = replace(SHALLOW, epochs=4, scales=1)
    chosen = [settings.weighting]
    style = []
    for frame in stylize(photo, paintings, settings, masks=HALVES, steer=lambda: chosen[-1]):
        style.append(frame.losses["style"])
        chosen.append(settings.weighting._replace(regions=[(2.0, 2.0), (0.0, 2.0), (0.0, 0.0), ()][frame.epoch - 1]))
    assert style[1] > style[2] > style[3] == 0


class TestGuidance:
    def test_regions_too_small_for_a_layer_are_left_out_there(self) -> None:
        covered = coverage([columns(-1, 0.8), columns(0.8, 2)], None, (80, 120))
        regions = Regions(covered, 16)
        assert [regions.guidance(block).regions for block in range(5)] == [(0, 1), (0, 1), (0, 1), (0, 1), (0,)]
        for block in range(5):
            assert sum(regions.guidance(block).shares) == pytest.approx(1)
        assert regions.guidance(0).shares == pytest.approx((0.8, 0.2))

    def test_what_is_kept_weighs_as_little_as_it_is_painted(self) -> None:
        regions = Regions(coverage(HALVES, columns(-1, 0.25), (80, 120)), 16)
        assert regions.guidance(0).shares == pytest.approx((0.25, 0.5))

    def test_edges_belong_to_none(self) -> None:
        left, right = Regions(coverage(HALVES, None, (80, 120)), 0).guidance(2).channels or ()
        grid = np.zeros(20 * 30)
        for channel in (left, right):
            grid[channel.inside.numpy()] += 1
            grid[channel.edge.numpy()] += 1
        assert (grid.reshape(20, 30).sum(0) == [20] * 14 + [0, 0] + [20] * 14).all()

    def test_factors_are_shares_times_weights(self) -> None:
        regions = Regions(coverage(HALVES, None, (80, 120)), 16)
        guidance = [regions.guidance(0), regions.guidance(1)]
        assert region_factors(guidance, ()) == [0.5] * 4
        assert region_factors(guidance, (4.0, 0.0)) == [2.0, 0.0] * 2


def test_a_small_picture_of_four_small_regions_is_painted(
    photo: Image.Image, paintings: list[Image.Image], soft_picture: Callable[..., Image.Image]
) -> None:
    quarters = [columns(part / 4, (part + 1) / 4) for part in range(4)]
    four = [*paintings, soft_picture(1), soft_picture(2)]
    settings = replace(SETTINGS, size=64, style_layers=("relu1_1", "relu5_1"), content_layers=("relu5_1",))
    frame = last(stylize(photo, four, settings, masks=quarters))
    assert frame.losses["style"] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"masks": HALVES[:1]}, "one mask for each painting"),
        ({"masks": [HALVES[0], Image.new("L", SIZE)]}, "Mask 2 is black everywhere"),
        ({"masks": [HALVES[0], Image.new("L", SIZE[::-1], 255)]}, "Mask 2 has another shape"),
        ({"masks": HALVES, "settings": replace(SETTINGS, style_shares=(1.0, 2.0))}, "one or the other"),
        ({"keep": Image.new("L", SIZE, 255)}, "nothing to be painted"),
        ({"masks": HALVES, "steer": lambda: Weighting(1, 1, 1), "keep": columns(-1, 0.5)}, "Mask 1 leaves"),
    ],
)
def test_what_cannot_be_painted_is_refused(
    options: dict[str, Any], said: str, photo: Image.Image, paintings: list[Image.Image]
) -> None:
    with pytest.raises(StyleTransferError, match=said):
        next(stylize(photo, paintings, **({"settings": SETTINGS} | options)))
