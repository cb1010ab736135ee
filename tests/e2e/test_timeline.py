"""What one does with a run afterwards, in a real browser: its moments, its colours, a branch of it, a film."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from steps import PATIENCE, finished, make_small, start

from styletransfer.imaging.color import with_photo_colors
from styletransfer.imaging.film import FRAME_RATE
from styletransfer.imaging.images import open_image
from styletransfer.studio.components.film_export import HOLD

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
VIEWER = ".st-key-compare"
PAINTED = f"{VIEWER} canvas.after"


@pytest.fixture(scope="module")
def run(profile: Any, server: str) -> str:
    """A finished run of 15 epochs."""
    page = profile.new_page()
    page.goto(server)
    page.locator(".st-key-start button").wait_for(timeout=PATIENCE)
    make_small(page, *["ArrowRight"] * 2)
    run_id = start(page)
    finished(page)
    page.close()
    return run_id


@pytest.fixture
def page(visit: Visit, run: str) -> Any:
    page = visit(f"?run={run}")
    timeline(page).wait_for()
    drawn = "canvas => canvas.getContext('2d').getImageData(9, 9, 1, 1).data[3] > 0"
    page.wait_for_function(drawn, arg=page.locator(PAINTED).element_handle())
    return page


def shown(page: Any) -> Image.Image:
    """The painted picture, as it is on the page."""
    canvas = page.locator(PAINTED)
    width, height = canvas.evaluate("c => [c.width, c.height]")
    pixels = canvas.evaluate("c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]")
    return Image.frombytes("RGBA", (width, height), bytes(pixels)).convert("RGB")


def timeline(page: Any) -> Any:
    return page.locator(f"{VIEWER} input.moment")


def rested(page: Any, words: str) -> None:
    """Wait until the page around the picture has taken in what is looked at."""
    page.locator(".st-key-afterwards .note", has_text=re.compile(words)).wait_for()


def apart(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0 to 255."""
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


def saved(page: Any, label: str) -> Image.Image:
    with page.expect_download() as download:
        page.get_by_role("button", name=label, exact=True).click()
    return open_image(Path(download.value.path()))


def test_the_keyboard_walks_through_the_moments_and_saves_one(page: Any) -> None:
    end = shown(page)
    timeline(page).focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    rested(page, r"Epoch \d+, a preview")
    assert re.fullmatch(r"Epoch (\d+) of 15", timeline(page).get_attribute("aria-valuetext"))
    assert page.locator(f"{VIEWER} .losses span").count() == 4
    past = shown(page)
    assert apart(past, end) > 1
    assert apart(saved(page, "PNG"), past) < 2
    page.keyboard.press("Tab")
    timeline(page).focus()
    page.keyboard.press("End")
    rested(page, "full resolution")
    assert apart(shown(page), end) < 0.01


def test_it_plays_by_itself_from_the_beginning(page: Any) -> None:
    play = page.locator(f"{VIEWER} .play")
    play.focus()
    page.keyboard.press("Space")
    page.wait_for_function("playing => playing.classList.contains('playing')", arg=play.element_handle())
    seen = set()
    while "playing" in (play.get_attribute("class") or ""):
        seen.add(timeline(page).get_attribute("aria-valuetext"))
    assert len(seen) >= 3
    assert timeline(page).get_attribute("aria-valuetext") == "Epoch 15 of 15"


def test_two_moments_are_compared(page: Any) -> None:
    timeline(page).focus()
    page.keyboard.press("Home")
    page.locator(f"{VIEWER} .pin").click()
    page.locator(f"{VIEWER} .pinned[aria-pressed=true]").wait_for()
    timeline(page).focus()
    page.keyboard.press("End")
    assert page.locator(f"{VIEWER} .tag.left").inner_text() == "Epoch 1"
    assert page.locator(f"{VIEWER} .tag.right").inner_text() == "Epoch 15"
    assert page.locator(f"{VIEWER} .before").get_attribute("alt").endswith("painted up to epoch 1")
    page.locator(f"{VIEWER} .photo").click()
    assert page.locator(f"{VIEWER} .before").get_attribute("alt").startswith("The photo")


def test_the_colours_change_on_the_page_and_in_the_download(page: Any) -> None:
    own = shown(page)
    colors = page.locator(f"{VIEWER} .colors input")
    colors.focus()
    page.keyboard.press("End")
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    rested(page, "70 % photo’s colours")
    mixed = shown(page)
    assert apart(mixed, own) > 3
    exact = saved(page, "PNG")
    assert apart(mixed, exact) < 5  # what is shown is a JPEG
    page.locator(f"{VIEWER} .colors input").focus()
    page.keyboard.press("Home")
    rested(page, "full resolution$")
    assert apart(shown(page), own) < 0.01


def test_the_browser_mixes_colours_as_the_download_does(page: Any, server: str, run: str) -> None:
    own = shown(page)
    answer = page.request.get(f"{server}/runs/{run}/photo/{own.width}x{own.height}.jpg")
    photo = Image.open(io.BytesIO(answer.body())).convert("RGB")
    page.locator(f"{VIEWER} .colors input").focus()
    page.keyboard.press("End")
    rested(page, "100 % photo’s colours")
    assert apart(shown(page), with_photo_colors(own, photo, 1)) < 0.6


def test_a_film_is_exported_with_the_right_number_of_frames(page: Any) -> None:
    page.locator(".st-key-film button").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export MP4").click()
    assert download.value.suggested_filename == "mountains-after-wave.mp4"
    with av.open(download.value.path()) as film:
        assert sum(1 for _ in film.decode(video=0)) == (10 + HOLD) * FRAME_RATE
    page.get_by_text(re.compile(r"Saved: [\d.]+ MB")).wait_for()
    for kind in ("WebP", "GIF"):
        page.locator(".st-key-film_kind button", has_text=kind).click()
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Export {kind}").click()
        with Image.open(download.value.path()) as opened:
            assert opened.n_frames >= 3


def test_a_branch_is_painted_from_a_past_moment_and_knows_where_it_comes_from(page: Any, run: str) -> None:
    timeline(page).focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    rested(page, r"Epoch \d+, a preview")
    epoch = re.search(r"\d+", timeline(page).get_attribute("aria-valuetext")).group()
    page.locator(".st-key-branch button").click()
    page.get_by_role("button", name="Paint on from here").click()
    page.wait_for_function("run => !location.search.includes(run)", arg=run)
    page.locator(".st-key-parent button", has_text=f"Mountains, after Wave, epoch {epoch}").wait_for()
    finished(page)
    page.locator(".st-key-parent button").click()
    page.wait_for_function("run => location.search.includes(run)", arg=run)
    page.locator(".st-key-parent").wait_for(state="detached")


@pytest.mark.parametrize("width", [360, 390, 768])
def test_nothing_of_it_is_wider_than_the_window(visit: Visit, run: str, width: int) -> None:
    page = visit(f"?run={run}", width=width, height=844)
    timeline(page).wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    assert page.locator(".viewer").evaluate("e => e.scrollWidth <= e.clientWidth")
