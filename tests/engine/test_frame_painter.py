"""Frames of a film, with the real network: a held frame is calm, and no less in the painting's manner."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from styletransfer import Settings, open_image, stylize
from styletransfer.engine.frame_painter import FramePainter, Held
from styletransfer.engine.vgg.weights import Weights, load_weights
from styletransfer.support.paths import assets_dir
from styletransfer.video.defaults import EPOCHS, TEMPORAL_WEIGHT
from styletransfer.video.flow import OpticalFlow
from styletransfer.video.held import flicker, start_picture
from tools.moving_scene import scene

SETTINGS = Settings(size=112, epochs=24, network="vgg16", precision="full")
PAINTING = open_image(assets_dir() / "paintings" / "swirl.jpg")


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load_weights("vgg16")


def alone(photo: Image.Image, weights: Weights, settings: Settings = SETTINGS) -> tuple[Image.Image, float]:
    """A frame painted by itself, and its style loss."""
    *_, last = stylize(photo, PAINTING, settings, weights=weights)
    assert last.image is not None
    return last.image, last.losses["style"]


def test_a_held_frame_flickers_at_most_a_quarter_as_much_and_is_as_painted(weights: Weights) -> None:
    before, photo = (Image.fromarray(frame) for frame in scene("mountains", "cat", (112, 74), 2, speed=2))
    painter = FramePainter([PAINTING], SETTINGS, weights, epochs=EPOCHS)
    *_, first = painter.first(before)
    assert first.image is not None
    motion = OpticalFlow().between(before, photo)
    moved = motion.moved(first.image)
    held = painter.later(photo, Held(start_picture(moved, photo, motion), moved, motion.sure, TEMPORAL_WEIGHT))
    other, _ = alone(photo, weights)
    assert flicker(held.image, moved, motion) <= flicker(other, moved, motion) / 4
    # Both judged alike: one look at each picture as it is.
    judged = replace(SETTINGS, epochs=1, scales=1)
    (ours,), (theirs,) = (stylize(photo, PAINTING, judged, start=p, weights=weights) for p in (held.image, other))
    assert ours.losses["style"] <= 1.05 * theirs.losses["style"]


def test_a_first_frame_is_what_any_picture_is(weights: Weights) -> None:
    photo = Image.fromarray(next(scene("city", None, (96, 64), 1)))
    settings = replace(SETTINGS, size=96, epochs=3)
    *_, first = FramePainter([PAINTING], settings, weights, epochs=2).first(photo)
    assert first.image is not None
    assert np.array_equal(np.asarray(first.image), np.asarray(alone(photo, weights, settings)[0]))


@pytest.mark.parametrize("change", [{"optimizer": "adam"}, {"tv_loss": "absolute"}, {"palette": "photo"}])
def test_other_settings_hold_as_well(weights: Weights, change: dict[str, str]) -> None:
    photo = Image.fromarray(next(scene("city", None, (96, 64), 1)))
    settings = replace(SETTINGS, size=96, **change)  # type: ignore[arg-type]
    painter = FramePainter([PAINTING], settings, weights, epochs=4)
    sure = np.ones((64, 96), np.float32)
    firm, free = (painter.later(photo, Held(photo, photo, sure, weight)).image for weight in (1e5, 0.0))
    apart = [np.abs(np.asarray(image, float) - np.asarray(photo, float)).mean() for image in (firm, free)]
    assert apart[0] < apart[1] / 2
