"""The left column: a blend of paintings, stroke size and palette, and their return with a run."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import looked_at, picture, started, text

Visit = Callable[..., AppTest]


def test_one_painting_needs_no_shares(studio: Standin, visit: Visit) -> None:
    page = visit()
    assert not [slider for slider in page.select_slider if slider.label == "Share"]
    assert studio.chosen[started(page)].style_shares is None


def test_another_painting_is_blended_in_with_its_share(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    looked_at(page.select_slider(key="share_painting").set_value(75.0).run())
    looked_at(page.select_slider(key="share_painting_2").set_value(25.0).run())
    assert "The mixture: Wave 75 %, " in text(page)
    run_id = started(page)
    first, second = studio.runs[run_id].painting_names
    assert first == "wave.jpg"
    assert second != first
    assert studio.chosen[run_id].shares(2) == pytest.approx((0.75, 0.25))
    assert len(studio.given[run_id].paintings) == 2


def test_no_more_than_four_paintings_are_offered(studio: Standin, visit: Visit) -> None:
    page = visit()
    for _ in range(3):
        looked_at(page.button(key="blend_add").click().run())
    assert not [button for button in page.button if button.key == "blend_add"]
    names = studio.runs[started(page)].painting_names
    assert len(set(names)) == len(names) == 4


def test_the_painting_that_is_taken_out_is_the_one_that_goes(studio: Standin, visit: Visit) -> None:
    page = visit()
    for place in ("painting_2", "painting_3"):
        looked_at(page.button(key="blend_add").click().run())
        looked_at(page.file_uploader(key=place).upload(f"{place}.png", picture()).run())
    looked_at(page.button(key="remove_painting_2").click().run())
    assert studio.runs[started(page)].painting_names == ("wave.jpg", "painting_3.png")


def test_a_bad_file_in_a_blend_is_a_sentence_at_its_place(visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    looked_at(page.file_uploader(key="painting_2").upload("notes.png", b"no picture").run())
    assert len(page.error) == 1
    assert "notes.png is not a picture" in page.error[0].value
    assert not page.button(key="start").disabled


def test_stroke_size_and_palette_reach_the_run_and_come_back_with_it(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    looked_at(page.file_uploader(key="painting_2").upload("mine.png", picture()).run())
    looked_at(page.select_slider(key="share_painting").set_value(25.0).run())
    looked_at(page.select_slider(key="stroke_size").set_value(2.0).run())
    looked_at(page.button_group(key="palette").set_value("photo").run())
    run_id = started(page)
    settings = studio.chosen[run_id]
    assert (settings.stroke_size, settings.palette) == (2.0, "photo")

    again = visit(run_id)
    repeated = started(again)
    assert studio.runs[repeated].painting_names == ("wave.jpg", "mine.png")
    assert studio.chosen[repeated].shares(2) == pytest.approx(settings.shares(2))
    assert (studio.chosen[repeated].stroke_size, studio.chosen[repeated].palette) == (2.0, "photo")


def test_settings_between_the_steps_of_the_sliders_come_back_as_they_are(studio: Standin, visit: Visit) -> None:
    page = visit()
    run_id = started(page)
    odd = {**studio.chosen[run_id].to_dict(), "style_weight": 12345.0, "stroke_size": 1.23, "epochs": 77, "size": 333}
    studio.chosen[run_id] = type(studio.chosen[run_id]).from_dict(odd)
    again = visit(run_id)
    assert studio.chosen[started(again)] == studio.chosen[run_id]


def test_a_blend_is_named_on_the_stage(visit: Visit) -> None:
    page = visit()
    looked_at(page.button(key="blend_add").click().run())
    assert "Mountains, after Wave and " in text(page)


def test_another_picture_to_start_from_goes_with_the_run_and_comes_back(studio: Standin, visit: Visit) -> None:
    page = visit()
    looked_at(page.selectbox(key="init").set_value("other").run())
    assert page.button(key="start").disabled
    assert "Choose the picture to start from" in text(page)
    looked_at(page.file_uploader(key="start_picture").upload("sketch.png", picture()).run())
    run_id = started(page)
    kept = studio.given[run_id].start
    assert kept is not None
    assert kept.read_bytes() == picture()
    assert studio.chosen[run_id].init == "photo"

    repeated = studio.given[started(visit(run_id))].start
    assert repeated is not None
    assert repeated.read_bytes() == picture()

    page.session_state["submitted"] = 0.0  # long ago: this is no double click
    looked_at(page.selectbox(key="init").set_value("noise").run())
    assert studio.given[started(page)].start is None


def test_a_bad_picture_to_start_from_is_a_sentence_at_its_place(visit: Visit) -> None:
    page = visit()
    looked_at(page.selectbox(key="init").set_value("other").run())
    looked_at(page.file_uploader(key="start_picture").upload("sketch.png", picture()).run())
    looked_at(page.file_uploader(key="start_picture").upload("notes.png", b"no picture").run())
    assert "notes.png is not a picture" in page.error[0].value
    assert not page.button(key="start").disabled  # the sketch is still chosen


def test_what_a_browser_leaves_empty_stays_as_it_was(studio: Standin, visit: Visit) -> None:
    page = visit()
    layers = page.multiselect(key="content_layers").value
    looked_at(page.multiselect(key="content_layers").set_value([]).run())
    assert page.multiselect(key="content_layers").value == layers
    looked_at(page.multiselect(key="style_layers").set_value(["relu1_1"]).run())
    looked_at(page.multiselect(key="style_layers").set_value([]).run())
    chosen = studio.chosen[started(page)]
    assert (list(chosen.content_layers), chosen.style_layers) == (layers, ("relu1_1",))
