"""Whether the left column follows a run that is opened: it does as long as nothing of the user's is in it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import looked_at, picture, started

from styletransfer.settings import PRESETS, Weighting
from styletransfer.studio.snapshot import State

Visit = Callable[..., AppTest]
STYLE = 47_000.0


@pytest.fixture
def run_id(studio: Standin, visit: Visit) -> str:
    """A finished run of another preset, with a photo of the user's own, that was steered on its way."""
    page = visit()
    looked_at(page.file_uploader(key="photo").upload("harbour.png", picture()).run())
    looked_at(page.button_group(key="preset").set_value("draft").run())
    run_id = started(page)
    studio.paint(run_id, PRESETS["draft"].epochs, State.FINISHED, steered=((3, Weighting(1.0, STYLE, 3.0)),))
    return run_id


def offered(page: AppTest) -> bool:
    return any(button.key == "take_up" for button in page.button)


def opened(page: AppTest, run_id: str) -> AppTest:
    """As from the gallery: the page is told to show the run by a link on it."""
    page.session_state["submitted"] = 0.0
    page.query_params["run"] = run_id
    return looked_at(page.run())


def test_a_run_that_one_comes_to_first_brings_its_settings(studio: Standin, visit: Visit, run_id: str) -> None:
    page = visit(run_id)
    assert not offered(page)
    again = started(page)
    assert studio.runs[again].photo_name == "harbour.png"
    assert studio.chosen[again] == replace(PRESETS["draft"], style_weight=STYLE, content_weight=1.0, tv_weight=3.0)


def test_what_was_chosen_stays_until_the_settings_of_the_run_are_asked_for(visit: Visit, run_id: str) -> None:
    page = visit()
    looked_at(page.select_slider(key="epochs").set_value(100).run())
    opened(page, run_id)
    assert page.select_slider(key="epochs").value == 100
    assert offered(page)
    looked_at(page.button(key="take_up").click().run())
    assert page.select_slider(key="epochs").value == PRESETS["draft"].epochs
    assert page.select_slider(key="style_weight").value == STYLE
    assert not offered(looked_at(page.run()))
    looked_at(page.select_slider(key="style_weight").set_value(PRESETS["draft"].style_weight).run())
    assert offered(page)


@pytest.mark.usefixtures("studio")
def test_what_is_watched_brings_its_settings_unless_something_was_chosen(visit: Visit) -> None:
    first = visit()
    looked_at(first.button_group(key="preset").set_value("draft").run())
    started(first)
    page = visit()
    looked_at(page.button(key="watch").click().run())
    assert page.select_slider(key="epochs").value == PRESETS["draft"].epochs

    page = visit()
    looked_at(page.select_slider(key="stroke_size").set_value(2.0).run())
    looked_at(page.button(key="watch").click().run())
    assert page.select_slider(key="stroke_size").value == 2.0
    assert page.select_slider(key="epochs").value == PRESETS["balanced"].epochs
