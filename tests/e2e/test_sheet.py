"""Contact sheets and blends of paintings in a real browser, with real weights."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from steps import PATIENCE, PREVIEW, finished, make_small, picture, set_slider, start

pytestmark = pytest.mark.browser

SHEET_PATIENCE = 5 * PATIENCE
Visit = Callable[..., Any]


def try_variations(page: Any) -> None:
    page.locator(".st-key-variations button").click()
    page.wait_for_url(re.compile(r"sheet="))


def cells_painted(page: Any, least: int) -> None:
    page.locator(".st-key-variation_grid label.painted").nth(least - 1).wait_for(timeout=SHEET_PATIENCE)


def stands_at(page: Any, key: str) -> str:
    return str(page.locator(f".st-key-{key} [data-testid=stSliderThumbValue]").inner_text())


def test_a_sheet_fills_and_a_cell_is_adopted_and_both_survive_a_reload(visit: Visit) -> None:
    page = visit()
    wide = {"name": "wide.png", "mimeType": "image/png", "buffer": picture("navy", (300, 100))}  # painted in less time
    page.locator(".st-key-photo input[type=file]").set_input_files(wide)
    page.locator("h1", has_text="Wide").wait_for()
    try_variations(page)
    cells_painted(page, 1)
    cells_painted(page, 9)
    sources = {image.get_attribute("src") for image in page.locator(".st-key-variation_grid img").all()}
    assert len(sources) == 9

    page.locator(".st-key-variation_grid label").nth(8).click()
    page.wait_for_url(re.compile(r"cell=8"))
    page.get_by_text("Chosen: style weight 47\u202f000 and stroke size 2.").wait_for()
    assert stands_at(page, "stroke_size") == "2"

    page.reload()
    cells_painted(page, 9)
    assert page.locator(".st-key-variation_grid input:checked").get_attribute("value") == "8"
    assert stands_at(page, "stroke_size") == "2"

    page.locator(".st-key-variation_grid input:checked").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("Chosen: style weight 10\u202f000 and stroke size 2.").wait_for()


def test_a_sheet_makes_room_for_a_run_goes_on_after_it_and_can_be_cancelled_and_returned_to(visit: Visit) -> None:
    page, other = visit(), visit()
    make_small(other, "End")
    try_variations(page)
    cells_painted(page, 1)
    start(other)
    page.get_by_text("Waits until the easel is free").wait_for()
    other.locator(PREVIEW).wait_for(timeout=PATIENCE)
    other.locator(".st-key-stop button").click()
    page.locator(".st-key-variation_grid label.painting").wait_for(timeout=PATIENCE)
    page.locator(".st-key-sheet_cancel button").click()
    painted = page.get_by_text(re.compile(r"[1-8] of 9 are painted"))
    painted.wait_for()
    finished(other)
    page.goto(other.url)
    page.locator(".st-key-sheet_back button").click()
    painted.wait_for()
    before = page.locator(".st-key-variation_grid label.painted").count()
    page.locator(".st-key-sheet_rest button").click()
    cells_painted(page, before + 1)
    page.locator(".st-key-sheet_cancel button").click()
    page.locator(".st-key-sheet_rest button").wait_for()


def test_a_blend_of_two_paintings_is_painted_and_comes_back(visit: Visit) -> None:
    page = visit()
    page.locator(".st-key-blend_add button").click()
    file = {"name": "my_other.png", "mimeType": "image/png", "buffer": picture("teal", (240, 240))}
    page.locator(".st-key-painting_2 input[type=file]").set_input_files(file)
    page.locator("h1", has_text="after Wave and My other").wait_for()
    set_slider(page, "share_painting_2", "End")
    page.get_by_text("The mixture: Wave 33 %, My other 67 %.").wait_for()
    make_small(page)
    start(page)
    finished(page)
    assert page.locator(".sources figure").count() == 3
    page.reload()
    page.locator("h1", has_text="after Wave and My other").wait_for()
    page.get_by_text("The mixture: Wave 33 %, My other 67 %.").wait_for()
    page.locator(".st-key-blend_add button").click()
    page.get_by_text(re.compile(r"The mixture: Wave 22 %, My other 44 %, \w+ 33 %\.")).wait_for()
