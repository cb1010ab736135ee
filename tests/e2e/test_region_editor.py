"""Regions in a real browser: painted on the photo, picked, taken back, and painted after two paintings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from steps import finished, make_small, start, until

from styletransfer.support.paths import sample_photos

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
FACE = ((225, 90), (245, 135))
"""Two clicks on the face of the sample portrait, in its own pixels of 512 x 512."""


class Editor:
    """What a hand does in the region editor of a page; places are pixels of the sample portrait."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.stage = page.locator(".st-key-region_stage")
        self.photo = self.stage.locator("canvas")

    def open(self) -> None:
        self.page.locator(".st-key-regions_open button").click()
        self.stage.locator(".region").first.wait_for()

    def at(self, place: tuple[int, int]) -> tuple[float, float]:
        box = self.photo.bounding_box()
        return box["x"] + place[0] / 512 * box["width"], box["y"] + place[1] / 512 * box["height"]

    def click(self, place: tuple[int, int], button: str = "left") -> None:
        self.page.mouse.click(*self.at(place), button=button)

    def drag(self, *places: tuple[int, int]) -> None:
        self.page.mouse.move(*self.at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(place), steps=4)
        self.page.mouse.up()

    def share(self, region: int = 0) -> float:
        """Percent of the photo that a region covers, 0 for nothing."""
        said = self.stage.locator(".share").nth(region).inner_text()
        return float(said.rstrip("%").strip()) if "%" in said else 0.0

    def covers(self, least: float, most: float, region: int = 0) -> None:
        until(lambda: least <= self.share(region) <= most, 10)


def test_a_face_is_kept_with_two_clicks_and_the_rest_is_painted_after_two_paintings(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit()
    page.locator(".st-key-photo_gallery label[title=Portrait]").click()
    page.locator("h1", has_text="Portrait").wait_for()
    editor = Editor(page)
    editor.open()
    for place in FACE:
        editor.click(place)
    editor.covers(2.5, 4.5)

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    editor.covers(0, 0)
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    editor.covers(2.5, 4.5)

    editor.stage.locator(".add").click()
    editor.stage.locator(".region").nth(1).locator(".more").click()  # another painting, for this region
    editor.stage.locator(".region").nth(1).locator(".choice.painting[aria-pressed=true]").wait_for()
    editor.stage.locator(".name").nth(1).fill("")
    editor.stage.locator(".name").nth(1).press_sequentially("Below")  # with letters that are tools elsewhere
    editor.photo.hover()
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("r")
    editor.drag((0, 256), (512, 512))
    editor.covers(50, 50, region=1)
    editor.stage.locator("[data-tool=eraser]").click()
    editor.drag((10, 500), (500, 500))
    editor.covers(30, 49, region=1)
    editor.stage.locator("[data-tool=brush]").click()
    for turn in range(21):
        editor.drag((10, 20 + 9 * turn), (60, 20 + 9 * turn))
    before = editor.share(1)
    for _turn in range(21):
        page.keyboard.press("Control+z")
    assert editor.share(1) < before - 2
    make_small(page)
    start(page)
    finished(page)
    assert page.locator(".sources figure").count() == 4  # photo, regions and two paintings

    with page.expect_download() as download:
        page.get_by_role("button", name="PNG", exact=True).click()
    picture = tmp_path / "kept.png"
    download.value.save_as(picture)
    photo = (
        Image.open(sample_photos()[0].with_name("portrait.jpg"))
        .convert("RGB")
        .resize((128, 128), Image.Resampling.LANCZOS)
    )
    apart = np.abs(np.asarray(Image.open(picture), dtype=float) - np.asarray(photo)).mean(axis=2)
    assert apart[22:36, 54:60].max() < 3  # the face
    assert apart.mean() > 8

    page.locator(".dots", has_text="Below").wait_for()
    page.reload()
    page.locator(".dots", has_text="Region 2").wait_for()
    editor.open()
    editor.covers(2.5, 4.5)
    editor.covers(30, 49, region=1)

    fresh = visit()
    fresh.locator(".st-key-recipe_drop input[type=file]").set_input_files(picture)
    fresh.get_by_text("The recipe of Kept is back.").wait_for()
    fresh.locator(".dots", has_text="Region 2").wait_for()
