"""Contact sheets as the page uses them: filled while nothing else is painted, kept on disk, bounded in number."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from run_inputs import given
from watching import picture, until, wait_for

from styletransfer.errors import StyleTransferError
from styletransfer.machine import cost
from styletransfer.settings import PRESETS, Settings
from styletransfer.studio import variation_sheets
from styletransfer.studio.studio import State, Studio
from styletransfer.studio.variation_plan import SMALL_SIZE, Plan, described, small, spread
from styletransfer.studio.variation_sheets import VariationSheetView

TINTS = "tests.studio.fake_engines:tints"
SETTINGS = Settings(size=1024, epochs=500, style_weight=100.0)
PLAN = Plan("style_weight", "stroke_size", (50.0, 100.0, 200.0), (0.5, 1.0, 2.0))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path, engine=TINTS).start()) as studio:
        until(lambda: studio.worker_ready)
        yield studio


def begin(studio: Studio, plan: Plan = PLAN, settings: Settings = SETTINGS) -> str:
    paintings = [("one.png", picture("blue")), ("two.png", picture("green"))]
    return studio.sheets.submit(given(picture(), paintings, photo_name="photo.png"), settings, plan)


def look(studio: Studio, sheet_id: str) -> VariationSheetView:
    view = studio.sheets.view(sheet_id)
    assert view is not None
    return view


def filled(studio: Studio, sheet_id: str) -> Callable[[], bool]:
    return lambda: (view := look(studio, sheet_id)).progress is None and len(view.cells) == PLAN.cells


def tint(path: Path) -> tuple[int, int, int]:
    with Image.open(BytesIO(path.read_bytes())) as opened:
        red, green, blue = opened.convert("RGB").getpixel((5, 5))
        assert opened.size == (SMALL_SIZE, 128)
    return red, green, blue


def test_a_sheet_that_cannot_be_written_whole_leaves_nothing_behind(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise StyleTransferError("The disk is full.")

    monkeypatch.setattr("styletransfer.studio.storage.variation_folder.write_whole", full)
    with pytest.raises(StyleTransferError, match="full"):
        begin(studio)
    assert list((tmp_path / "sheets").iterdir()) == []
    assert studio.sheets.newest() is None


def test_a_damaged_sheet_is_not_the_one_to_go_back_to(studio: Studio, tmp_path: Path) -> None:
    first, second = begin(studio), begin(studio)
    (tmp_path / "sheets" / second / "sheet.json").unlink()
    assert studio.sheets.newest() == first


def test_every_cell_is_painted_small_with_its_own_two_settings(studio: Studio) -> None:
    sheet_id = begin(studio)
    until(filled(studio, sheet_id))
    view = look(studio, sheet_id)
    assert (view.progress, view.fault) == (None, None)
    assert (view.photo_name, view.painting_names) == ("photo.png", ("one.png", "two.png"))
    for cell, path in view.cells.items():
        wanted = view.plan.settings(view.settings, cell)
        assert (wanted.size, wanted.epochs) == (1024, 500)
        assert tint(path) == pytest.approx((wanted.style_weight, 10 * wanted.stroke_size, 2), abs=4)


def test_the_present_choice_is_painted_first_and_seen_on_the_way(studio: Studio) -> None:
    sheet_id = begin(studio)
    until(lambda: (progress := look(studio, sheet_id).progress) is not None and progress.draft is not None)
    progress = look(studio, sheet_id).progress
    assert progress is not None
    assert progress.cell == PLAN.cells // 2


def test_a_run_is_painted_at_once_and_the_sheet_goes_on_afterwards(studio: Studio) -> None:
    sheet_id = begin(studio)
    until(lambda: len(look(studio, sheet_id).cells) == 1)
    run_id = studio.submit(given(picture(), [("", picture())]), Settings(size=96, epochs=30))
    wait_for(studio, run_id, State.FINISHED)
    assert len(look(studio, sheet_id).cells) <= 2
    until(filled(studio, sheet_id))


def test_a_sheet_waits_for_the_run_on_the_easel(studio: Studio) -> None:
    run_id = studio.submit(given(picture(), [("", picture())]), Settings(size=96, epochs=2000))
    wait_for(studio, run_id, State.PAINTING)
    sheet_id = begin(studio)
    progress = look(studio, sheet_id).progress
    assert progress is not None
    assert progress.cell is None
    studio.stop(run_id)
    until(filled(studio, sheet_id))


def test_what_is_cancelled_keeps_its_cells_and_can_be_gone_on_with(studio: Studio) -> None:
    sheet_id = begin(studio)
    until(lambda: len(look(studio, sheet_id).cells) == 2)
    studio.sheets.cancel(sheet_id)
    assert look(studio, sheet_id).progress is None
    assert 2 <= len(look(studio, sheet_id).cells) < PLAN.cells
    studio.sheets.carry_on(sheet_id)
    until(filled(studio, sheet_id))


def test_a_sheet_outlives_its_server_and_is_filled_by_the_next(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=TINTS).start()) as first:
        sheet_id = begin(first)
        until(lambda: len(look(first, sheet_id).cells) == 1)
    with closing(Studio(tmp_path, engine=TINTS).start()) as second:
        assert look(second, sheet_id).progress is None
        second.sheets.carry_on(sheet_id)
        until(filled(second, sheet_id))
        assert second.sheets.newest() == sheet_id


def test_a_worker_that_dies_ends_the_sheet_with_a_reason_and_the_next_thing_is_painted(studio: Studio) -> None:
    sheet_id = begin(studio)
    until(lambda: len(look(studio, sheet_id).cells) == 1)
    assert studio.worker_pid is not None
    os.kill(studio.worker_pid, signal.SIGKILL)
    until(lambda: look(studio, sheet_id).fault is not None)
    assert look(studio, sheet_id).progress is None
    studio.sheets.carry_on(sheet_id)
    assert look(studio, sheet_id).fault is None
    until(filled(studio, sheet_id))


def test_a_sheet_that_cannot_be_read_says_so_and_the_worker_lives(studio: Studio, tmp_path: Path) -> None:
    run_id = studio.submit(given(picture(), [("", picture())]), Settings(size=96, epochs=2000))
    sheet_id = begin(studio)
    (tmp_path / "sheets" / sheet_id / "painting.png").write_bytes(b"damaged")
    studio.stop(run_id)
    until(lambda: look(studio, sheet_id).fault is not None)
    wait_for(studio, studio.submit(given(picture(), [("", picture())]), Settings(size=96, epochs=2)), State.FINISHED)


def test_sheets_are_no_runs_and_only_the_newest_are_kept(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variation_sheets, "KEPT", 2)
    first, second, third = begin(studio), begin(studio), begin(studio)
    assert studio.recent() == []
    assert studio.snapshot(third) is None
    assert studio.sheets.view(first) is None
    assert studio.sheets.newest() == third
    until(filled(studio, second))


@pytest.mark.parametrize("sheet_id", ["", "..", "../../etc", "20990101-000000-abcdef", "\x00", "x" * 3000])
def test_an_id_of_no_sheet_is_none(studio: Studio, sheet_id: str) -> None:
    assert studio.sheets.view(sheet_id) is None
    studio.sheets.cancel(sheet_id)
    studio.sheets.carry_on(sheet_id)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"across": "seed", "down": "size", "columns": [1], "rows": [1]}'])
def test_a_damaged_sheet_is_none(studio: Studio, tmp_path: Path, text: str) -> None:
    sheet_id = begin(studio)
    studio.sheets.cancel(sheet_id)
    (tmp_path / "sheets" / sheet_id / "sheet.json").write_text(text)
    assert studio.sheets.view(sheet_id) is None


def test_a_picture_that_cannot_be_used_begins_no_sheet(studio: Studio) -> None:
    with pytest.raises(StyleTransferError, match="not a picture"):
        studio.sheets.submit(given(b"nothing", [("", picture())], photo_name="notes.txt"), SETTINGS, PLAN)
    assert studio.sheets.newest() is None


@pytest.mark.parametrize("preset_name", list(PRESETS))
def test_a_cell_has_the_same_objective_as_what_it_stands_for(preset_name: str) -> None:
    preset = PRESETS[preset_name]
    cell = small(preset)
    assert cell.weighting == preset.weighting
    for name in ("style_layers", "style_loss", "padding", "bounded", "tv_loss", "normalized", "palette"):
        assert getattr(cell, name) == getattr(preset, name)
    assert max(cell.shape or (0, cell.size)) == SMALL_SIZE
    assert (cell.shape is None) == (preset.shape is None)


def test_a_cell_takes_a_fraction_of_the_time_of_what_it_stands_for() -> None:
    cell = cost.work((1500, 1000), small(Settings()))
    assert 0 < 9 * cell < cost.work((1500, 1000), Settings()) / 2


@pytest.mark.parametrize(("present", "expected"), [(1, (0.25, 1, 4)), (0.25, (0.25, 1, 4)), (16, (1, 4, 16))])
def test_the_values_surround_the_present_one_or_lie_beside_it(present: float, expected: tuple[float, ...]) -> None:
    steps = (0.25, 0.5, 1, 2, 4) if present < 16 else (1, 2, 4, 8, 16)
    assert spread(steps, present, 2) == expected


def test_values_are_called_what_a_painter_calls_them() -> None:
    assert described("style_weight", (1, 2, 3), 2) == ["calmer", "unchanged", "bolder"]
    assert described("stroke_size", (1, 2, 4), 1) == ["unchanged", "broader", "much broader"]
    assert described("tv_weight", (0, 2, 4), 4) == ["much rougher", "rougher", "unchanged"]
