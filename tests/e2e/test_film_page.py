"""A film in a real browser, with real weights: dropped, painted, paused, gone on with, played and taken home."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from steps import PATIENCE, make_small, start

from tests.video.sample_films import scene, write_film

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
FRAMES = 8
_SHOWN = """
    video => new Promise((give) => {
        const look = () => video.readyState >= 2 && !video.seeking ? give(video.videoWidth) : setTimeout(look, 50);
        look();
    })
"""
"""The width of a frame of a video, once it is decoded."""


def test_a_film_is_dropped_painted_paused_played_and_taken_home(visit: Visit, tmp_path: Path) -> None:
    film = write_film(tmp_path / "holiday.mp4", list(scene("city", None, (96, 64), FRAMES)))
    page = visit()
    page.locator(".st-key-photo input[type=file]").set_input_files(str(film))
    page.locator(".st-key-start button", has_text="Paint the film").wait_for()
    make_small(page)
    run_id = start(page)
    frames = page.locator(".st-key-film_screen .strip li")
    frames.first.wait_for(timeout=PATIENCE)
    page.locator(".st-key-film_pause button").click()
    page.locator(".st-key-film_go_on button").click()
    video = page.locator(".st-key-film_screen video")
    video.wait_for(timeout=PATIENCE)
    page.get_by_text(f"Finished: {FRAMES} frames").wait_for()
    assert frames.count() == FRAMES
    assert frames.first.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 128
    frames.last.locator("button").click()
    assert video.evaluate(_SHOWN) == 128
    with page.expect_download() as download:
        page.locator(".st-key-head .export").click()
    assert download.value.suggested_filename == "Holiday, after Wave.mp4"
    with av.open(io.BytesIO(Path(download.value.path()).read_bytes())) as painted:
        assert painted.streams.audio
        assert sum(1 for _frame in painted.decode(video=0)) == FRAMES
    page.locator(".st-key-wall_open button").click()
    card = page.locator(".st-key-wall_hanging li", has_text="Holiday, after Wave")
    card.locator("a").click()
    page.wait_for_url(lambda now: f"run={run_id}" in now and "view" not in now)
    video.wait_for()
