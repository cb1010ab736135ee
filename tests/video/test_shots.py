"""Cuts are found, and nothing else is taken for one."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from sample_films import as_image, scene

from styletransfer.video.flow import OpticalFlow
from styletransfer.video.shots import is_cut

SIZE = (200, 140)


def frames(background: str, somebody: str | None = None, count: int = 6, speed: float = 1.0) -> list[Image.Image]:
    return [as_image(frame) for frame in scene(background, somebody, SIZE, count, speed=speed)]


def cuts(film: list[Image.Image]) -> list[int]:
    flow = OpticalFlow()
    pairs = enumerate(pairwise(film), 1)
    return [place for place, (last, current) in pairs if is_cut(flow.between(last, current), last, current)]


@pytest.mark.parametrize(("one", "other"), [("mountains", "city"), ("bridge", "sunset"), ("cat", "raccoon")])
def test_a_cut_is_found_where_it_is(one: str, other: str) -> None:
    assert cuts(frames(one) + frames(other)) == [6]


def test_a_pan_and_somebody_in_front_are_no_cuts() -> None:
    assert cuts(frames("mountains", "cat", 12, speed=4)) == []


def test_neither_is_a_fade() -> None:
    bright = frames("city", None, 10)
    film = [Image.fromarray((np.asarray(frame) * (1 - 0.09 * n)).astype(np.uint8)) for n, frame in enumerate(bright)]
    assert cuts(film) == []


def test_nor_grain_on_a_dark_night() -> None:
    random = np.random.default_rng(0)
    dark = [np.asarray(frame) / 8 for frame in frames("bridge", None, 5)]
    film = [Image.fromarray((d + random.normal(0, 3, d.shape)).clip(0, 255).astype(np.uint8)) for d in dark]
    assert cuts(film) == []
