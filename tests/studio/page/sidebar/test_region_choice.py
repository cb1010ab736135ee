"""Regions in the left column: they go with a run and come back with it, and rest on photos of another shape."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from test_restore import drop, painted
from visits import address, looked_at, picture, started, text

from styletransfer.imaging.recipe import make_recipe
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.regions import COLORS, Region, Regions
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.run_folder import Run, Submission

Visit = Callable[..., AppTest]
SIZE = (360, 720)
"""(height, width) of the first sample photo."""


def mask(left: int, right: int, size: tuple[int, int] = SIZE) -> bytes:
    levels = np.zeros(size, np.uint8)
    levels[:, left:right] = 255
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


FACE = Region("Face", COLORS[0], None, 1.0, mask(0, 200))
SKY = Region("Sky", COLORS[1], "painting_2", 0.5, mask(300, 500))


def painted_on(page: AppTest, *regions: Region, size: tuple[int, int] = SIZE) -> AppTest:
    """As the editor leaves the session."""
    page.session_state["regions"] = Regions(size, 0.0, regions)
    return looked_at(page.run())


def test_regions_go_with_the_run_and_come_back_with_it(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    painted_on(page, FACE, SKY)
    assert not [slider for slider in page.select_slider if slider.label == "Share"]
    run_id = started(page)
    given, settings = studio.given[run_id], studio.chosen[run_id]
    assert (len(given.masks), settings.region_weights, settings.style_shares) == (2, (1.0, 0.5), None)
    assert given.keep is not None

    again = visit(run_id)
    shown = text(again)
    assert "Region 1" in shown
    assert "Region 2" in shown
    repeated = started(again)
    assert studio.chosen[repeated] == settings
    assert [path.read_bytes() for path in studio.given[repeated]] == [path.read_bytes() for path in given]


def test_what_only_stays_leaves_the_mixture(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    painted_on(page, FACE)
    assert [slider for slider in page.select_slider if slider.label == "Share"]
    run_id = started(page)
    assert studio.chosen[run_id].shares(2) == pytest.approx((0.5, 0.5))
    assert studio.given[run_id].masks == ()
    assert studio.given[run_id].keep is not None


def test_one_painting_in_two_strengths_is_chosen_once_when_it_comes_back(studio: Standin, visit: Visit) -> None:
    page = painted_on(visit(), replace(SKY, painting="painting", weight=3.0))
    run_id = started(page)
    assert studio.runs[run_id].painting_names == ("wave.jpg", "wave.jpg")
    again = visit(run_id)
    assert not [button for button in again.button if button.key == "remove_painting_2"]
    assert studio.chosen[started(again)].region_weights == (1.0, 3.0)


def test_on_a_photo_of_another_shape_they_rest_until_they_are_stretched(studio: Standin, visit: Visit) -> None:
    page = painted_on(visit(), FACE)
    looked_at(page.file_uploader(key="photo").upload("square.png", picture(size=(300, 300))).run())
    assert "those of a photo of another shape" in text(page)
    assert studio.given[started(page)].keep is None
    page = visit()
    painted_on(page, FACE)
    looked_at(page.file_uploader(key="photo").upload("square.png", picture(size=(300, 300))).run())
    looked_at(page.button(key="regions_stretch").click().run())
    keep = studio.given[started(page)].keep
    assert keep is not None
    with Image.open(keep) as opened:
        assert opened.size == (300, 300)


def test_regions_that_do_not_go_together_say_why_and_hold_start_back(visit: Visit) -> None:
    page = painted_on(visit(), replace(FACE, mask=mask(0, 720)))
    assert "nothing is left to paint" in text(page)
    assert page.button(key="start").disabled


def test_a_recipe_brings_regions_back_if_they_are_here(studio: Standin, visit: Visit, tmp_path: Path) -> None:
    pictures = Inputs(
        photo=tmp_path / "photo.png",
        paintings=(tmp_path / "one.png", tmp_path / "two.png"),
        masks=(tmp_path / "mask.png", tmp_path / "mask-2.png"),
        keep=tmp_path / "keep.png",
    )
    for path, data in zip(
        pictures,
        [
            picture(size=(72, 36)),
            picture(size=(90, 60)),
            picture(size=(90, 61)),
            mask(1000, 2000, (1000, 2000)),
            mask(200, 1000, (1000, 2000)),
            mask(0, 200, (1000, 2000)),
        ],
        strict=True,
    ):
        path.write_bytes(data)
    settings = Settings(region_weights=(1.0, 2.0))
    recipe = make_recipe(settings, network="vgg16", inputs=pictures)
    page = drop(visit(), painted(recipe))
    assert "Its regions are not on this computer" in text(page)

    files = pictures.map(lambda path: PictureFile(path.name, path.read_bytes()))
    studio.gallery.home.mkdir(parents=True, exist_ok=True)
    Run.create(studio.gallery.home, Submission(inputs=files, settings=settings), server="")
    page = drop(visit(), painted(recipe))
    assert "Its regions" not in text(page)
    run_id = started(page)
    assert studio.chosen[run_id].region_weights == (1.0, 2.0)
    kept = [path.read_bytes() for path in (*studio.given[run_id].masks, studio.given[run_id].keep or Path())]
    assert kept == [path.read_bytes() for path in (*pictures.masks, pictures.keep or Path())]


@pytest.fixture
def run(studio: Standin, visit: Visit) -> str:
    """A run with regions that is being painted."""
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    painted_on(page, FACE, SKY)
    run_id = started(page)
    studio.paint(run_id, 5)
    return run_id


def test_the_strength_of_a_region_can_be_changed_while_it_is_painted(studio: Standin, visit: Visit, run: str) -> None:
    page = visit(run)
    assert page.select_slider(key="region_weight_1").value == 0.5
    looked_at(page.select_slider(key="region_weight_1").set_value(2.0).run())
    assert studio.asked[-1] == ("steer", run, "1.0", "10000.0", "5.0", "1.0", "2.0")
    looked_at(page.select_slider(key="style_weight").set_value(15000.0).run())
    assert studio.asked[-1] == ("steer", run, "1.0", "15000.0", "5.0", "1.0", "2.0")
    assert studio.chosen[started(page)].region_weights == (1.0, 2.0)


def test_painting_on_and_variations_are_painted_in_the_same_regions(studio: Standin, visit: Visit, run: str) -> None:
    for epoch in range(5, 101, 5):
        studio.paint(run, epoch, State.FINISHED)
    masks = [path.read_bytes() for path in studio.given[run].masks]
    page = visit(run)
    looked_at(page.button(key="branch_here").click().run())
    branch = address(page)
    assert [path.read_bytes() for path in studio.given[branch].masks] == masks
    assert studio.chosen[branch].region_weights == (1.0, 0.5)
    assert studio.given[branch].keep is not None

    page = visit(branch)
    looked_at(page.button(key="variations").click().run())
    sheet = studio.sheets.view(str(studio.run_queue.asked[-1][1]))
    assert sheet is not None
    assert [path.read_bytes() for path in sheet.inputs.masks] == masks
    assert sheet.settings.region_weights == (1.0, 0.5)


def test_the_editor_is_a_view_that_one_leaves_again(visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="regions_open").click().run())
    assert "Each part of the photo in its own manner" in text(page)
    looked_at(page.button(key="regions_done").click().run())
    assert "Press Start, and watch it being painted." in text(page)
