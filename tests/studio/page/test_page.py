"""The page without a browser and without an engine: what it shows, and what it asks the studio for."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import APP, address, looked_at, picture, started, text

from styletransfer.controls import weight_steps
from styletransfer.errors import StyleTransferError
from styletransfer.settings import PRESETS, Settings, Weighting
from styletransfer.studio.failure_text import SMALLER
from styletransfer.studio.page.sidebar import advanced
from styletransfer.studio.snapshot import State
from styletransfer.studio.weights_download import Download


def test_start_works_at_once_with_the_pair_that_is_chosen_beforehand(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    run_id = started(visit())
    assert studio.runs[run_id].photo_name == "mountains.jpg"
    assert studio.chosen[run_id] == PRESETS["balanced"]


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_is_handed_on_as_it_is(studio: Standin, visit: Callable[..., AppTest], name: str) -> None:
    page = visit()
    looked_at(page.button_group(key="preset").set_value(name).run())
    assert studio.chosen[started(page)] == PRESETS[name]


def test_a_style_layer_may_go_from_the_preset_that_weighs_each(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    looked_at(page.button_group(key="preset").set_value("notebook").run())
    left = PRESETS["notebook"].style_layers[1:]
    looked_at(page.multiselect(key="style_layers").set_value(list(left)).run())
    settings = studio.chosen[started(page)]
    assert (settings.style_layers, settings.style_layer_weights) == (left, (1.0,) * len(left))


def test_sliders_and_advanced_settings_reach_the_run(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    page.select_slider(key="style_weight").set_value(weight_steps(PRESETS["balanced"].style_weight)[-1])
    page.select_slider(key="tv_weight").set_value(0.0)
    page.select_slider(key="resolution").set_value(128)
    page.select_slider(key="epochs").set_value(20)
    page.selectbox(key="style_loss").set_value("gram")
    page.selectbox(key="optimizer").set_value("adam")
    page.number_input(key="seed").set_value(7)
    looked_at(page.run())
    settings = studio.chosen[started(page)]
    assert settings.style_weight == pytest.approx(100 * PRESETS["balanced"].style_weight)
    assert (settings.tv_weight, settings.size, settings.epochs) == (0.0, 128, 20)
    assert (settings.style_loss, settings.optimizer, settings.seed) == ("gram", "adam", 7)


def test_what_is_moved_and_started_in_one_breath_is_what_is_painted(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    """A slow page hears of both at once, before it has drawn Start anew."""
    page = visit()
    page.select_slider(key="epochs").set_value(20)
    page.file_uploader(key="photo").upload("my_dog.png", picture(), "image/png")
    run_id = started(page)
    assert studio.chosen[run_id].epochs == 20
    assert studio.runs[run_id].photo_name == "my_dog.png"


def test_a_size_that_does_not_fit_into_memory_is_not_begun_even_if_it_was_just_chosen(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    studio.free = 3 * 10**9
    page = visit()
    page.select_slider(key="resolution").set_value(4096)
    looked_at(page.button(key="start").click().run())
    assert studio.runs == {}
    assert "choose a resolution of at most" in text(page)


def test_the_notebook_keeps_its_shape_at_another_resolution(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    looked_at(page.button_group(key="preset").set_value("notebook").run())
    looked_at(page.select_slider(key="resolution").set_value(384).run())
    assert studio.chosen[started(page)].shape == (256, 384)


def test_settings_that_do_not_go_together_are_a_sentence_beside_start(
    visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = advanced.chosen
    monkeypatch.setattr(advanced, "chosen", lambda: together() | {"seed": -1})
    page = visit()
    assert "seed must be a whole number" in text(page)
    assert page.button(key="start").disabled


def test_the_weights_of_a_recipe_stay_with_their_layers(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run_id = started(visit())
    studio.paint(run_id, 60, State.FINISHED)
    studio.chosen[run_id] = replace(studio.chosen[run_id], style_layer_weights=(1.0, 2.0, 3.0, 4.0, 5.0))
    page = visit(run_id)
    looked_at(page.multiselect(key="style_layers").set_value(["relu2_1", "relu4_1", "relu4_2"]).run())
    assert studio.chosen[started(page)].style_layer_weights == (2.0, 4.0, 3.0)  # a new one counts as the others do


def test_the_default_of_every_weight_is_on_its_slider_with_two_decades_either_way() -> None:
    for preset in PRESETS.values():
        for default in (preset.content_weight, preset.style_weight, preset.tv_weight):
            steps = weight_steps(default)
            assert steps[0] == 0
            assert default in steps
            assert steps[1] == pytest.approx(default / 100)
            assert steps[-1] == pytest.approx(default * 100)
            assert list(steps) == sorted(set(steps))


def test_an_uploaded_picture_is_what_is_painted(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    data = picture()
    looked_at(page.file_uploader(key="photo").upload("my_dog.png", data, "image/png").run())
    run_id = started(page)
    assert studio.runs[run_id].photo_name == "my_dog.png"
    path = studio.photo_path(run_id)
    assert path is not None
    assert path.read_bytes() == data


@pytest.mark.parametrize("kind", ["photo", "painting"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("notes.jpg", b"This is not a picture."),
        ("nothing.png", b""),
        ("half.png", picture(size=(400, 300))[:300]),
        ("tiny.png", picture(size=(8, 8))),
        ("huge.png", picture("1", (20_000, 20_000))),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence_and_nothing_else_changes(
    studio: Standin, visit: Callable[..., AppTest], kind: str, name: str, data: bytes
) -> None:
    page = visit()
    looked_at(page.select_slider(key="epochs").set_value(20).run())
    looked_at(page.file_uploader(key=kind).upload(name, data).run())
    assert len(page.error) == 1
    assert page.error[0].value.count(".") <= 3
    run = studio.runs[started(page)]
    assert (run.photo_name, run.painting_names) == ("mountains.jpg", ("wave.jpg",))
    assert run.epochs == 20


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("moving.gif", picture("P", fmt="GIF", save_all=True, append_images=[Image.new("P", (60, 40))])),
        ("print.jpg", picture("CMYK", fmt="JPEG")),
        ("glass.png", picture("LA")),
    ],
)
def test_unusual_pictures_are_welcome(studio: Standin, visit: Callable[..., AppTest], name: str, data: bytes) -> None:
    page = visit()
    looked_at(page.file_uploader(key="painting").upload(name, data).run())
    assert not page.error
    assert studio.runs[started(page)].painting_names == (name,)


def test_the_same_picture_may_be_both(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    for kind in ("photo", "painting"):
        looked_at(page.file_uploader(key=kind).upload("same.png", picture()).run())
    assert studio.runs[started(page)].painting_names == ("same.png",)


def test_a_file_name_is_shown_as_text_and_never_as_markup(visit: Callable[..., AppTest]) -> None:
    page = visit()
    looked_at(page.file_uploader(key="photo").upload("<img src=x onerror=alert(1)>.png", picture()).run())
    assert "<img src=x" not in text(page)
    assert "&lt;img src=x" in text(page)


@pytest.mark.parametrize("run", ["20990101-000000-abcdef", "../../etc/passwd", "\x00", "x" * 5000])
def test_an_address_of_no_run_is_a_friendly_note_and_the_empty_stage(visit: Callable[..., AppTest], run: str) -> None:
    page = visit(run)
    assert "no painting at this address" in text(page)
    assert not page.button(key="start").disabled


def test_coming_back_to_a_run_shows_it_with_its_own_settings(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    looked_at(page.button_group(key="preset").set_value("fine").run())
    looked_at(page.file_uploader(key="photo").upload("my_dog.png", picture()).run())
    run_id = started(page)
    studio.paint(run_id, 12)
    again = visit(run_id)
    assert "Epoch 12 of" in text(again)
    assert again.button_group(key="preset").value == "fine"
    assert studio.runs[started(again)].photo_name == "my_dog.png"


def test_moving_a_slider_during_a_run_asks_for_nothing(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    run_id = started(page)
    studio.paint(run_id, 5)
    before = list(studio.asked)
    looked_at(page.select_slider(key="epochs").set_value(20).run())
    looked_at(page.select_slider(key="resolution").set_value(128).run())
    assert studio.asked == before
    assert address(page) == run_id


def test_a_weight_moved_during_a_run_steers_it(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    run_id = started(page)
    studio.paint(run_id, 5)
    looked_at(page.run())
    looked_at(page.select_slider(key="tv_weight").set_value(0.0).run())
    chosen = PRESETS["balanced"]
    assert studio.asked[-1] == ("steer", run_id, str(chosen.content_weight), str(chosen.style_weight), "0.0")


def test_weights_that_mean_something_else_do_not_steer_and_the_page_says_so(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    page = visit()
    run_id = started(page)
    studio.paint(run_id, 5)
    assert "Weights act at once" in text(looked_at(page.run()))
    looked_at(page.button_group(key="preset").set_value("notebook").run())
    assert "all acts in the next painting" in text(page)
    before = list(studio.asked)
    looked_at(page.select_slider(key="tv_weight").set_value(0.0).run())
    assert studio.asked == before


def test_coming_back_to_a_steered_run_shows_the_weights_that_hold(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    run_id = started(visit())
    chosen = PRESETS["balanced"]
    studio.paint(run_id, 9, steered=((5, Weighting(chosen.content_weight, chosen.style_weight, 0.0)),))
    assert visit(run_id).select_slider(key="tv_weight").value == 0.0


def test_a_weight_moved_after_a_run_is_for_the_next_one(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    run_id = started(page)
    studio.paint(run_id, 60, State.FINISHED)
    looked_at(page.run())
    looked_at(page.select_slider(key="tv_weight").set_value(0.0).run())
    assert [what for what, *_ in studio.asked] == ["submit"]


def test_a_double_click_on_start_begins_one_run(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    started(page)
    started(page)
    assert len(studio.runs) == 1


def test_pause_resume_and_stop_reach_the_studio(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    run_id = started(page)
    studio.paint(run_id, 5)
    looked_at(page.run())
    looked_at(page.button(key="pause").click().run())
    assert page.button(key="pause").label == "Resume"
    looked_at(page.button(key="pause").click().run())
    looked_at(page.button(key="stop").click().run())
    assert [what for what, *_ in studio.asked] == ["submit", "pause", "resume", "stop"]
    assert f"Stopped after 5 of {Settings().epochs} epochs" in text(page)
    assert [button.label for button in page.get("download_button")]
    looked_at(page.button(key="continue").click().run())
    assert studio.asked[-1] == ("carry_on", run_id)


def test_a_run_that_cannot_go_on_says_so(
    studio: Standin, visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit()
    run_id = started(page)
    studio.paint(run_id, 5, State.STOPPED)
    looked_at(page.run())

    def refuse(_: str) -> None:
        raise StyleTransferError("There is no room on the disk.")

    monkeypatch.setattr(studio, "carry_on", refuse)
    looked_at(page.button(key="continue").click().run())
    assert [error.value for error in page.error] == ["There is no room on the disk."]


def test_a_finished_run_has_nothing_to_go_on_with(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    studio.paint(started(page), 60, State.FINISHED)
    looked_at(page.run())
    assert "continue" not in [button.key for button in page.button]


def test_a_second_start_queues_and_can_be_taken_out(studio: Standin, visit: Callable[..., AppTest]) -> None:
    studio.paint(started(visit()), 5)
    page = visit()
    assert page.button(key="start").label == "Paint next"
    run_id = started(page)
    assert "Next in line" in text(page)
    assert "On the easel now" in text(page)
    looked_at(page.button(key="stop").click().run())
    assert ("stop", run_id) in studio.asked


def test_a_failure_says_why_and_what_to_do_and_leaves_what_was_painted(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    run_id = started(visit())
    studio.paint(run_id, 3, State.FAILED, error="The memory ran out.", remedy="Choose a smaller resolution.")
    page = visit(run_id)
    assert page.error[0].value == "The memory ran out."
    assert "Choose a smaller resolution." in text(page)
    assert len(page.get("download_button")) == 4  # three pictures, one table
    assert not page.button(key="start").disabled


def test_what_another_studio_paints_can_be_watched_but_not_held(
    studio: Standin, visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = started(visit())
    studio.paint(run_id, 3)
    monkeypatch.setattr(studio, "active", list)
    page = visit(run_id)
    assert "Being painted" in text(page)
    assert not {"pause", "stop"} & {button.key for button in page.button}
    looked_at(page.select_slider(key="content_weight").set_value(2.2).run())
    assert not [asked for asked in studio.asked if asked[0] == "steer"]


def test_what_can_go_on_is_told_so_first(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run_id = started(visit())
    studio.paint(run_id, 3, State.FAILED, error="There was not enough memory.", remedy=SMALLER)
    page = visit(run_id)
    assert "Continue to go on where it was, or start again at a smaller resolution." in text(page)
    looked_at(page.button(key="continue").click().run())
    assert ("carry_on", run_id) in studio.asked


def test_a_failure_before_the_first_stroke_offers_no_picture(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run_id = started(visit())
    studio.paint(run_id, 0, State.FAILED, error="The weights of VGG-19 are not on this machine.")
    page = visit(run_id)
    assert not page.get("download_button")
    assert "Nothing was painted" in text(page)


def test_a_run_with_damaged_files_is_still_shown(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    looked_at(page.file_uploader(key="photo").upload("my_dog.png", picture()).run())
    run_id = started(page)
    studio.paint(run_id, 60, State.FINISHED)
    for path in (studio.photo_path(run_id), studio.result_path(run_id)):
        assert path is not None
        path.write_bytes(b"damaged")
    page = visit(run_id)
    assert "The finished picture is damaged" in text(page)
    assert len(page.get("download_button")) == 4  # the newest moment in three formats, and the losses
    assert not page.button(key="start").disabled


def test_vgg19_can_be_fetched_and_the_fetching_cancelled(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    assert "548 MB" in text(page)
    looked_at(page.button(key="fetch").click().run())
    assert "120 MB of 548 MB" in text(page)
    looked_at(page.button(key="cancel_fetch").click().run())
    assert studio.asked == [("fetch",), ("cancel",)]
    assert page.button(key="fetch")


def test_without_a_network_the_download_says_so(studio: Standin, visit: Callable[..., AppTest]) -> None:
    studio.download = Download("failed", error="There is no connection to the internet.")
    page = visit()
    assert page.error[0].value == "There is no connection to the internet."
    assert not page.button(key="start").disabled


def test_the_expected_time_stands_next_to_start(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    assert "About " in text(page)
    assert "GB of memory." in text(page)
    studio.pace, studio.worker_ready = None, False
    assert "once the brushes are warm" in text(looked_at(page.run()))


def test_a_size_that_does_not_fit_into_memory_is_said_before_start(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    studio.free = 2_500_000_000
    page = visit()
    assert not page.button(key="start").disabled
    assert "GB of memory." in text(page)
    looked_at(page.select_slider(key="resolution").set_value(4096).run())
    assert page.button(key="start").disabled
    largest = re.search(r"at most (\d+) pixels", text(page))
    assert largest
    assert 1024 <= int(largest[1]) < 4096
    looked_at(page.select_slider(key="resolution").set_value(1024).run())
    assert not page.button(key="start").disabled
    studio.free = 500_000_000
    assert "close other programs" in text(page.run())


def test_the_page_never_imports_torch() -> None:
    script = "import sys, app, styletransfer.studio.page.main; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=APP.parent, check=False).returncode == 0
