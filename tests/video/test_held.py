"""What a frame starts from: the moved painting where the flow is sure, elsewhere the photo in its colours."""

import numpy as np
import pytest
from PIL import Image

from styletransfer.video.flow import Motion
from styletransfer.video.held import flicker, start_picture

SHAPE = (40, 60)


def motion(sure: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Motion:
    return Motion(np.zeros((*SHAPE, 2), np.float32), sure, sure)


def test_what_comes_into_sight_gets_the_colors_that_the_painting_has_for_it() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    painted = 255 - photo // 2  # the painting turns colours around
    moved = painted.copy()
    moved[:, 40:] = 7  # what was in front there
    sure = np.ones(SHAPE, np.float32)
    sure[:, 40:] = 0
    start = np.asarray(start_picture(Image.fromarray(moved), Image.fromarray(photo), motion(sure)), int)
    assert np.array_equal(start[:, :40], painted[:, :40])
    assert np.abs(start[:, 40:] - painted[:, 40:]).mean() < 4


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_all_or_nothing(sure: float) -> None:
    photo, moved = Image.new("RGB", SHAPE[::-1], (90, 10, 10)), Image.new("RGB", SHAPE[::-1], (10, 10, 90))
    start = start_picture(moved, photo, motion(np.full(SHAPE, sure, np.float32)))
    assert start.getpixel((5, 5)) == ((10, 10, 90) if sure else (90, 10, 10))


def test_flicker_counts_only_where_the_flow_is_sure() -> None:
    sure = np.ones(SHAPE, np.float32)
    sure[:, 30:] = 0
    painted, moved = np.zeros((*SHAPE, 3), np.uint8), np.zeros((*SHAPE, 3), np.uint8)
    painted[:, :30], painted[:, 30:] = 4, 200
    assert flicker(Image.fromarray(painted), Image.fromarray(moved), motion(sure)) == 4
