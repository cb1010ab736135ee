"""A sheet of variations on the page, without a browser: how it is begun, left, come back to and what it says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import APP, address, looked_at, picture, started, text

from styletransfer.controls import weight_steps
from styletransfer.settings import PRESETS
from styletransfer.studio.variation_sheets import VariationSheetView
from styletransfer.studio.worker.cell_queue import Fault, Progress

Visit = Callable[..., AppTest]


def tried(page: AppTest) -> str:
    """Press Try variations and give the sheet's id, which is in the address now."""
    looked_at(page.button(key="variations").click().run())
    return shown(page)


def shown(page: AppTest) -> str:
    """Id of the sheet in the address."""
    sheet = page.query_params["sheet"]
    return sheet if isinstance(sheet, str) else sheet[0]


def come_back(sheet_id: str, cell: str | None = None) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params["sheet"] = sheet_id
    if cell is not None:
        page.query_params["cell"] = cell
    return looked_at(page.run())


def look(studio: Standin, sheet_id: str) -> VariationSheetView:
    view = studio.sheets.view(sheet_id)
    assert view is not None
    return view


def paint(studio: Standin, sheet_id: str, cells: int, *, more: bool) -> None:
    frames = studio.home / "sheets" / sheet_id / "frames"
    for cell in range(cells):
        (frames / f"{cell:06d}.jpg").write_bytes(picture(fmt="JPEG"))
    if more:
        studio.run_queue.progress[sheet_id] = Progress(cells, picture(fmt="JPEG"))
    else:
        studio.run_queue.progress.pop(sheet_id, None)


def test_one_click_begins_a_sheet_around_what_is_chosen(studio: Standin, visit: Visit) -> None:
    page = visit()
    style = weight_steps(PRESETS["balanced"].style_weight)[15]
    looked_at(page.select_slider(key="style_weight").set_value(style).run())
    sheet_id = tried(page)
    view = look(studio, sheet_id)
    assert view.settings == replace(PRESETS["balanced"], style_weight=style)
    assert view.plan.columns[1] == style
    assert view.plan.rows == (0.5, 1.0, 2.0)
    assert studio.run_queue.asked == [("paint", sheet_id)]
    assert "Variations on Mountains, after Wave" in text(page)
    assert not studio.runs


def test_other_settings_can_be_varied(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.select_slider(key="tv_weight").set_value(0.0).run())
    first = tried(page)
    looked_at(page.selectbox(key="sheet_across").set_value("tv_weight").run())
    looked_at(page.selectbox(key="sheet_down").set_value("content_weight").run())
    page.session_state["submitted"] = 0.0  # long ago: this is no double click
    looked_at(page.button(key="sheet_again").click().run())
    view = look(studio, shown(page))
    assert (view.plan.across, view.plan.down) == ("tv_weight", "content_weight")
    assert view.plan.columns[0] == 0.0
    assert len(set(view.plan.columns)) == 3
    assert ("cancel", first) in studio.run_queue.asked


def test_a_sheet_fills_and_says_how_far_it_is(studio: Standin, visit: Visit) -> None:
    page = visit()
    sheet_id = tried(page)
    assert "Waits until the easel is free" in text(page)
    paint(studio, sheet_id, 4, more=True)
    assert "4 of 9" in text(looked_at(page.run()))
    paint(studio, sheet_id, 9, more=False)
    assert "Start paints it at 720 pixels" in text(looked_at(page.run()))


def test_a_sheet_can_be_cancelled_and_gone_on_with(studio: Standin, visit: Visit) -> None:
    page = visit()
    sheet_id = tried(page)
    paint(studio, sheet_id, 3, more=True)
    looked_at(page.run())
    looked_at(page.button(key="sheet_cancel").click().run())
    assert studio.run_queue.asked[-1] == ("cancel", sheet_id)
    assert "3 of 9 are painted" in text(page)
    looked_at(page.button(key="sheet_rest").click().run())
    assert studio.run_queue.asked[-1] == ("paint", sheet_id)


def test_coming_back_to_a_sheet_sets_the_left_column_as_it_was(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.button_group(key="preset").set_value("fine").run())
    looked_at(page.button(key="blend_add").click().run())
    looked_at(page.file_uploader(key="photo").upload("my_dog.png", picture()).run())
    looked_at(page.select_slider(key="stroke_size").set_value(2.0).run())
    sheet_id = tried(page)
    paint(studio, sheet_id, 9, more=False)
    again = come_back(sheet_id)
    assert "Variations on My dog" in text(again)
    run_id = started(again)
    assert studio.chosen[run_id] == look(studio, sheet_id).settings
    assert studio.runs[run_id].photo_name == "my_dog.png"
    assert len(studio.runs[run_id].painting_names) == 2


@pytest.mark.parametrize(("cell", "stroke"), [("8", 2.0), ("9", 1.0), ("-1", 1.0), ("1" * 5000, 1.0), ("\u0663", 1.0)])
def test_the_cell_that_was_chosen_is_chosen_again(studio: Standin, visit: Visit, cell: str, stroke: float) -> None:
    sheet_id = tried(visit())
    paint(studio, sheet_id, 9, more=False)
    assert come_back(sheet_id, cell).select_slider(key="stroke_size").value == stroke


def test_start_leaves_the_sheet_and_there_is_a_way_back(studio: Standin, visit: Visit) -> None:
    page = visit()
    sheet_id = tried(page)
    paint(studio, sheet_id, 9, more=False)
    page.session_state["submitted"] = 0.0
    studio.paint(started(page), 5)
    looked_at(page.run())
    assert address(page) in studio.runs
    assert "sheet" not in page.query_params
    looked_at(page.button(key="sheet_back").click().run())
    assert "Variations on" in text(page)


def test_a_sheet_that_failed_says_why_and_what_to_do(studio: Standin, visit: Visit) -> None:
    sheet_id = tried(visit())
    paint(studio, sheet_id, 2, more=False)
    studio.run_queue.faults[sheet_id] = Fault("There was not enough memory.", "Close other programs.")
    page = come_back(sheet_id)
    assert "There was not enough memory. Close other programs." in text(page)
    assert page.button(key="sheet_rest")


@pytest.mark.parametrize("sheet_id", ["20990101-000000-abcdef", "../../etc/passwd", "\x00"])
def test_an_address_of_no_sheet_is_a_friendly_note(studio: Standin, visit: Visit, sheet_id: str) -> None:
    assert studio
    assert visit
    page = come_back(sheet_id)
    assert "no painting at this address" in text(page)
    assert not page.button(key="start").disabled


def test_a_sheet_whose_files_are_damaged_is_still_shown(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.file_uploader(key="photo").upload("my_dog.png", picture()).run())
    sheet_id = tried(page)
    paint(studio, sheet_id, 9, more=False)
    folder: Path = studio.home / "sheets" / sheet_id
    (folder / "photo.png").write_bytes(b"damaged")
    assert "Variations on" in text(come_back(sheet_id))
