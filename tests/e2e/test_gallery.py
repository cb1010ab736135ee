"""The gallery and the recipe in the picture, as a person uses them: real runs at a small size, in a real browser."""

import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from steps import finished, make_small, set_slider, start

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused.dataset.name;
}"""
"""What has the keyboard's attention, in whatever component it is."""
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def painted(profile: Any, server: str) -> str:
    """The id of a small finished run with a style weight of its own."""
    page = profile.new_page()
    page.goto(server)
    page.locator(".st-key-start button").wait_for()
    make_small(page)
    set_slider(page, "style_weight", "ArrowRight", "ArrowRight")
    run = start(page)
    finished(page)
    page.close()
    return run


def hung(page: Any, run: str) -> Any:
    """The picture in the gallery, the mouse over it, so that what can be done with it shows."""
    item = page.locator(f"li[data-id='{run}']")
    item.wait_for()
    item.locator("img").evaluate("image => image.decode()")  # else it may be fetched when it has been deleted
    item.hover()
    return item


def test_from_the_easel_to_the_wall_and_into_a_picture(visit: Visit, painted: str) -> None:
    page = visit()
    page.locator(".st-key-wall_open button").click()
    item = hung(page, painted)
    image = item.locator("img")
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => image.naturalWidth") == 128
    assert "5 epochs" in item.inner_text()
    item.locator("a").click()
    finished(page)
    assert f"run={painted}" in page.url
    page.go_back()
    hung(page, painted)


def test_rename_pin_delete_and_undo(visit: Visit, painted: str) -> None:
    page = visit("?view=wall")
    hung(page, painted).get_by_text("Rename").click()
    field = page.locator("input.title")
    field.fill("Evening <b>light</b>")
    field.press("Enter")
    page.get_by_role("heading", name="Evening <b>light</b>").wait_for()
    hung(page, painted).get_by_text("Pin", exact=True).click()
    page.locator(f"li.pinned[data-id='{painted}']").wait_for()
    hung(page, painted).get_by_text("Delete").click()
    page.get_by_text("Evening <b>light</b> was deleted.").wait_for()
    page.locator(f"li[data-id='{painted}']").wait_for(state="detached")
    page.locator(".st-key-wall_undo_button button").click()
    page.locator(f"li.pinned[data-id='{painted}']").wait_for()
    page.reload()
    assert "Evening" in hung(page, painted).inner_text()
    hung(page, painted).get_by_text("Unpin").click()
    page.locator(f"li:not(.pinned)[data-id='{painted}']").wait_for()


def test_everything_on_the_wall_is_reached_by_the_keyboard(visit: Visit, painted: str) -> None:
    page = visit("?view=wall", reduced_motion="reduce")
    page.locator(f"li[data-id='{painted}']").wait_for()
    page.locator(f"li[data-id='{painted}'] a").focus()
    names = []
    for _ in range(5):
        page.keyboard.press("Tab")
        names.append(page.evaluate(FOCUSED))
    assert names == ["choose", "repeat", "rename", "pin", "delete"]
    assert page.locator(f"li[data-id='{painted}'] .actions").evaluate("box => getComputedStyle(box).opacity") == "1"


def test_all_are_taken_along_in_one_file(visit: Visit, painted: str) -> None:
    page = visit("?view=wall")
    hung(page, painted)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export all").click()
    assert re.fullmatch(r"paintings-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename)
    with zipfile.ZipFile(download.value.path()) as packed:
        assert packed.testzip() is None
        assert any(name.endswith(".png") for name in packed.namelist())


def test_repeat_with_changes_sets_the_left_column(visit: Visit, painted: str) -> None:
    page = visit("?view=wall")
    hung(page, painted).get_by_text("Repeat").click()
    page.get_by_text("Press Start, and watch it being painted.").wait_for()
    assert value(page, "style_weight") == "22\u202f000"
    assert value(page, "resolution") == "128"


def value(page: Any, key: str) -> str:
    return str(page.locator(f".st-key-{key} [data-testid=stSliderThumbValue]").inner_text()).strip()


def test_a_downloaded_picture_dropped_on_a_fresh_page_brings_its_recipe_back(
    visit: Visit, painted: str, tmp_path: Any
) -> None:
    page = visit(f"?run={painted}")
    finished(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG", exact=True).click()
    picture = tmp_path / "kept.png"
    download.value.save_as(picture)
    fresh = visit()
    assert value(fresh, "style_weight") != "22\u202f000"
    fresh.locator(".st-key-recipe_drop input[type=file]").set_input_files(picture)
    fresh.get_by_text("The recipe of Kept is back.").wait_for()
    assert value(fresh, "style_weight") == "22\u202f000"
    assert value(fresh, "resolution") == "128"
    assert value(fresh, "epochs") == "5"


def test_a_run_deleted_in_another_window_is_a_sentence(visit: Visit, painted: str) -> None:
    page, other = visit(f"?run={painted}"), visit("?view=wall")
    finished(page)
    hung(other, painted).get_by_text("Delete").click()
    other.locator(".st-key-wall_undo_button button").wait_for()
    page.reload()
    page.get_by_text("It can still be brought back.").wait_for()
    page.locator(".st-key-bring_back button").click()
    finished(page)


def test_what_is_removed_for_good_is_asked_about_once(visit: Visit, painted: str) -> None:
    """The last of these tests, as the painting is gone then."""
    page = visit("?view=wall")
    hung(page, painted).get_by_text("Delete").click()
    remove = page.get_by_role("button", name="Remove for good")
    remove.dblclick()  # in haste
    remove.wait_for()
    remove.click()
    page.get_by_text("Once removed, they cannot be brought back.").wait_for()
    page.get_by_role("button", name="Remove them").click()
    remove.wait_for(state="detached")
    page.reload()
    page.get_by_text("Nothing hangs here yet").or_(page.locator("li[data-id]")).first.wait_for()
    assert page.locator(f"li[data-id='{painted}']").count() == 0
