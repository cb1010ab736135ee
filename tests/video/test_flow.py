"""Motion between frames: found where it is there, doubted where something came into sight, none where nothing moves."""

import numpy as np
import pytest
from PIL import Image
from sample_films import as_image, photo, scene

from styletransfer.video.flow import OpticalFlow


@pytest.fixture(scope="module")
def ground() -> Image.Image:
    return as_image(photo("mountains", 300))


def test_a_pan_is_found_and_undone(ground: Image.Image) -> None:
    last, current = ground.crop((10, 10, 210, 150)), ground.crop((15, 12, 215, 152))
    motion = OpticalFlow().between(last, current)
    inner = motion.back[20:-20, 20:-20].reshape(-1, 2)
    assert np.median(inner, axis=0) == pytest.approx([5, 2], abs=0.1)
    assert motion.share > 0.85
    apart = np.abs(np.asarray(motion.moved(last), float) - np.asarray(current, float)).mean(2)
    assert apart[motion.sure > 0.99].mean() < 2


def test_what_comes_into_sight_is_not_sure(ground: Image.Image) -> None:
    last, current = ground.crop((10, 10, 210, 150)), ground.crop((22, 10, 222, 150))
    motion = OpticalFlow().between(last, current)
    assert motion.sure[:, -11:].mean() < 0.1  # 12 columns were not there
    assert motion.sure[:, :150].mean() > 0.9


def test_neither_is_what_somebody_in_front_has_hidden() -> None:
    first, *_, last, current = (as_image(frame) for frame in scene("mountains", "cat", (240, 160), 8, speed=3))
    motion = OpticalFlow().between(last, current)
    doubted = motion.sure < 0.5
    # A thin crescent behind the disc, and the rim, over which paint spreads; hardly anything else.
    assert 0.005 < (motion.seen < 0.5).mean() < 0.1
    assert (motion.seen < 0.5).mean() < doubted.mean() < 0.25
    moved = np.asarray(motion.moved(last), float)
    apart = np.abs(moved - np.asarray(current, float)).mean(2)
    assert apart[~doubted].mean() < 3 < apart[doubted].mean()
    del first


def test_what_stands_still_does_not_drift_for_noise(ground: Image.Image) -> None:
    still = ground.crop((10, 10, 170, 130))
    noise = np.random.default_rng(0).normal(0, 2, (120, 160, 3))
    current = Image.fromarray((np.asarray(still) + noise).clip(0, 255).astype(np.uint8))
    motion = OpticalFlow().between(still, current)
    painted = ground.crop((100, 50, 260, 170))
    apart = np.abs(np.asarray(motion.moved(painted), int) - np.asarray(painted, int)).max(2)
    assert (apart == 0).mean() > 0.9
