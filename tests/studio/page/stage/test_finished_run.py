"""A run that is over, as the page shows it: any moment saved in any colours, painted on from, or made into a film."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from run_inputs import given
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import address, looked_at, picture, text

from styletransfer.engine.scales import split_epochs
from styletransfer.imaging.color import with_photo_colors
from styletransfer.imaging.images import encode, open_image
from styletransfer.imaging.recipe import make_recipe, read_recipe
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.components.viewer import Look
from styletransfer.studio.page.sidebar import advanced
from styletransfer.studio.page.stage import branches, run_review
from styletransfer.studio.page.stage.save_picture import described, picture_file
from styletransfer.studio.presentation.timeline import Moment, moment
from styletransfer.studio.snapshot import State

RECIPE = make_recipe(
    Settings(epochs=60), network="vgg16", inputs=Inputs(photo=b"the photo", paintings=(b"the painting",))
)
Visit = Callable[..., AppTest]


@pytest.fixture
def run(studio: Standin) -> str:
    """A run of 60 epochs, over, with a preview of every fifth."""
    wave = ("wave.jpg", picture(size=(240, 240)))
    run_id = studio.submit(given(picture(size=(640, 320)), [wave], photo_name="cat.jpg"), Settings(epochs=60))
    for epoch in range(5, 61, 5):
        studio.paint(run_id, epoch, State.FINISHED)
    return run_id


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[[Look], None]:
    """Looks at a moment, as a hand on the timeline does in a browser."""

    def at(what: Look) -> None:
        monkeypatch.setattr(run_review, "viewer", lambda *_, **__: what)

    return at


def captions(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption)


def test_painting_on_is_a_run_of_its_own_that_begins_with_the_moment(
    studio: Standin, visit: Visit, run: str, look: Callable[[Look], None]
) -> None:
    look(Look(epoch=15))
    page = visit(run)
    assert "Epoch 15, a preview of 640 × 320 px" in text(page)
    looked_at(page.select_slider(key="epochs").set_value(20).run())
    looked_at(page.button(key="branch_here").click().run())
    branch = address(page)
    assert studio.runs[branch].parent == (run, 15)
    assert (studio.home / f"{branch}-start").read_bytes() == dict(studio.timeline(run))[15].read_bytes()
    assert (studio.chosen[branch].epochs, studio.chosen[branch].scales) == (20, 1)
    assert studio.runs[branch].photo_name == studio.runs[run].photo_name
    assert "Painted on from" in text(page)
    looked_at(page.button(key="parent").click().run())
    assert address(page) == run


def test_the_finished_picture_can_be_painted_larger_in_few_epochs(studio: Standin, visit: Visit, run: str) -> None:
    page = visit(run)
    looked_at(page.button(key="branch_larger").click().run())
    branch = address(page)
    assert studio.runs[branch].parent == (run, 60)
    assert studio.chosen[branch].size == 2 * 640
    assert studio.chosen[branch].epochs == branches.ENLARGED_EPOCHS
    result_path = studio.result_path(run)
    assert result_path is not None
    assert (studio.home / f"{branch}-start").read_bytes() == result_path.read_bytes()


def test_a_moment_from_the_past_cannot_be_made_larger_only(
    visit: Visit, run: str, look: Callable[[Look], None]
) -> None:
    look(Look(epoch=15))
    assert "branch_larger" not in [button.key for button in visit(run).button]


def test_painting_on_in_the_photos_colours_begins_in_them(
    studio: Standin, visit: Visit, run: str, look: Callable[[Look], None]
) -> None:
    look(Look(colors=100))
    page = visit(run)
    assert "in the colours it has now" in captions(page)
    looked_at(page.button(key="branch_here").click().run())
    start = open_image((studio.home / f"{address(page)}-start").read_bytes())
    result_path, photo_path = studio.result_path(run), studio.photo_path(run)
    assert result_path is not None
    assert photo_path is not None
    expected = with_photo_colors(open_image(result_path), open_image(photo_path), 1)
    assert np.array_equal(np.asarray(start), np.asarray(expected))


def test_a_branch_whose_parent_is_gone_says_so(studio: Standin, visit: Visit, run: str) -> None:
    orphan = studio.submit(
        given(picture(), [("wave.jpg", picture())], photo_name="cat.jpg"),
        Settings(),
        parent=("20200101-000000-000000", 9),
    )
    studio.paint(orphan, 60, State.FINISHED)
    assert run
    assert "a painting that is no longer there" in text(visit(orphan))


def test_what_cannot_be_painted_on_is_a_sentence(
    studio: Standin, visit: Visit, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(run)
    monkeypatch.setattr(studio, "inputs", lambda _run: None)
    looked_at(page.button(key="branch_here").click().run())
    assert page.error[0].value == "The photo of this run is no longer there."
    assert address(page) == run


def test_settings_that_do_not_go_together_leave_only_painting_on_out(
    visit: Visit, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, together = visit(run), advanced.chosen
    monkeypatch.setattr(advanced, "chosen", lambda: together() | {"seed": -1})
    looked_at(page.run())
    assert "Choose settings that go together" in captions(page)
    assert len(page.get("download_button")) == 4


def test_what_a_browser_claims_to_look_at_is_checked(
    studio: Standin, visit: Visit, run: str, look: Callable[[Look], None]
) -> None:
    assert studio
    look(Look(epoch=-7))
    assert "full resolution" in text(visit(run))


def test_a_run_that_is_being_painted_can_be_looked_back_at_and_branched(
    studio: Standin, visit: Visit, look: Callable[[Look], None]
) -> None:
    run_id = studio.submit(given(picture(size=(640, 320)), [("wave.jpg", picture())], photo_name="cat.jpg"), Settings())
    studio.paint(run_id, 3)
    page = visit(run_id)
    looked_at(page.toggle(key="look_back").set_value(True).run())
    assert "nothing to look back at yet" in text(page)
    studio.paint(run_id, 6)
    look(Look(epoch=3))
    assert "Epoch 3, a preview of" in text(looked_at(page.run()))
    look(Look())
    assert "Epoch 6, a preview of" in text(looked_at(page.run()))
    looked_at(page.button(key="branch_here").click().run())
    assert studio.runs[address(page)].parent == (run_id, 6)
    assert studio.runs[address(page)].place == 1


def saved(tmp_path: Path, size: tuple[int, int] = (48, 32)) -> tuple[Path, Path]:
    """A painted picture with a recipe, and a photo of other colours."""
    gradient = Image.linear_gradient("L").resize(size)
    painted, photo = tmp_path / "result.png", tmp_path / "photo.jpg"
    colors = [gradient, gradient.rotate(90), Image.new("L", size, 60)]
    painted.write_bytes(encode(Image.merge("RGB", colors), "png", recipe=RECIPE.to_json()))
    photo.write_bytes(encode(Image.merge("RGB", colors[::-1]), "jpeg"))
    return painted, photo


@pytest.mark.parametrize("colors", [0, 40, 100])
@pytest.mark.parametrize("fmt", ["png", "jpeg", "webp"])
def test_a_file_has_the_colours_that_are_looked_at_and_the_recipe(tmp_path: Path, colors: int, fmt: str) -> None:
    painted, photo = saved(tmp_path)
    data = picture_file(Moment(60, painted, (32, 48), final=True, colors=colors), photo, painted, fmt).getvalue()  # type: ignore[arg-type]
    expected = with_photo_colors(open_image(painted), open_image(photo), colors / 100)
    difference = np.abs(np.asarray(open_image(data), float) - np.asarray(expected, float))
    assert difference.max() == 0 or fmt != "png"
    assert difference.mean() < 3
    assert read_recipe(data) == replace(RECIPE, photo_colors=colors / 100)


def test_a_moment_on_the_way_has_the_recipe_until_there(tmp_path: Path) -> None:
    painted, photo = saved(tmp_path)
    data = picture_file(Moment(20, painted, (32, 48), final=False, colors=0), photo, painted, "jpeg").getvalue()
    recipe = read_recipe(data)
    assert recipe is not None
    assert recipe.parts == ((RECIPE.settings.epochs, 20),)


def test_a_moment_is_saved_as_the_preview_it_is_and_said_to_be_one(studio: Standin, run: str) -> None:
    path = studio.result_path(run)
    assert path is not None
    past = moment(studio, run, path, epoch=20, colors=30)  # type: ignore[arg-type]
    assert (past.epoch, past.final) == (20, False)
    assert described(past) == "Epoch 20, a preview of 640 × 320 px, 30 % photo’s colours"
    data = picture_file(past, None, path, "jpeg").getvalue()
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.size == (640, 320)


@pytest.mark.parametrize("epoch", [None, 60, 61, 0, -1])
def test_whatever_is_no_moment_is_the_finished_picture(studio: Standin, run: str, epoch: int | None) -> None:
    path = studio.result_path(run)
    assert path is not None
    now = moment(studio, run, path, epoch=epoch, colors=0)  # type: ignore[arg-type]
    assert (now.epoch, now.final, now.path) == (60, True, path)


def test_a_moment_of_a_coarse_scale_goes_through_the_scales_again(studio: Standin, run: str, tmp_path: Path) -> None:
    coarse = tmp_path / "coarse.jpg"
    Image.new("RGB", (320, 214)).save(coarse)
    early = Moment(5, coarse, (214, 320), final=False, colors=0)
    assert branches.onward(Settings(scales=3), studio, run, early).scales == 3  # type: ignore[arg-type]


def test_a_decided_picture_gets_only_the_epochs_of_its_own_size(studio: Standin, run: str, tmp_path: Path) -> None:
    """All of them at the full size would take several times as long as the painting itself did."""
    end = Moment(60, tmp_path, (320, 640), final=True, colors=0)
    on = branches.onward(Settings(epochs=1000), studio, run, end)  # type: ignore[arg-type]
    assert (on.scales, on.epochs) == (1, 1000 - sum(split_epochs(1000, 4)[:3]))
    for epochs, expected in ((10, 10), (30, branches.ENLARGED_EPOCHS)):
        on = branches.onward(Settings(epochs=epochs), studio, run, end)  # type: ignore[arg-type]
        assert on.epochs == expected
    small = branches.onward(Settings(size=64), studio, run, replace(end, size=(100, 640)))  # type: ignore[arg-type]
    assert small.scales == 1  # too small to be painted, which is said elsewhere


def test_the_largest_pictures_cannot_be_made_larger(tmp_path: Path) -> None:
    assert branches.enlarged(Settings(), Moment(60, tmp_path, (3000, 4500), final=True, colors=0)) is None
    notebook = branches.enlarged(Settings(shape=(300, 450)), Moment(60, tmp_path, (300, 450), final=True, colors=0))
    assert notebook is not None
    assert (notebook.size, notebook.shape) == (900, (600, 900))
