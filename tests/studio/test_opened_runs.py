"""Runs and recipes that a version has written are opened by every later one: shown, gone on with, painted again."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import APP, looked_at, started, text
from watching import look, wait_for

from styletransfer.engine.loss_csv import read_rows
from styletransfer.imaging.images import embedded_recipe, open_image
from styletransfer.imaging.recipe import read_recipe
from styletransfer.settings import Weighting
from styletransfer.studio.server import lifespan
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.studio import State, Studio
from styletransfer.support.paths import HOME_VARIABLE

SAMPLES = sorted(path for path in (Path(__file__).parents[1] / "samples").iterdir() if path.is_dir())
STEERED = ((3, Weighting(2.0, 5e3, 1.0)),)


@pytest.fixture(params=SAMPLES, ids=lambda path: path.name)
def samples(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a version has written, on a computer that has nothing else."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    path: Path = request.param
    shutil.copytree(path / "runs", tmp_path / "runs")
    return path


@pytest.fixture
def run(samples: Path, tmp_path: Path) -> Run:
    (folder,) = (tmp_path / "runs").iterdir()
    assert (samples / "runs" / folder.name).is_dir()
    return Run(folder)


@pytest.fixture
def opened(run: Run) -> Iterator[Studio]:
    """The studio on the folder of the runs, with the real engine."""
    with closing(Studio(run.folder.parent).start()) as studio:
        yield studio


def embedded_settings(picture: Path) -> dict[str, object]:
    """The settings that a picture's recipe holds, as they are written."""
    settings: dict[str, object] = json.loads(embedded_recipe(picture) or "")["settings"]
    return settings


def test_it_is_shown_with_all_that_was_kept_of_it(opened: Studio, run: Run) -> None:
    assert opened.recent() == [run.run_id]
    shown = look(opened, run.run_id)
    assert (shown.state, shown.epoch, shown.epochs, shown.scale) == (State.STOPPED, 2, 4, (32, 64))
    assert (shown.network, shown.photo_name, shown.painting_names) == ("vgg16", "photo.png", ("painting.png",))
    assert shown.steered == STEERED
    assert shown.losses.epochs == (1, 2)
    assert shown.preview == run.preview_path(2).read_bytes()
    assert opened.gallery.ids() == [run.run_id]
    settings, written = opened.settings(run.run_id), json.loads((run.folder / "settings.json").read_text())
    assert settings is not None
    assert (written["size"], written["precision"]) == (64, "half")
    assert written == {name: settings.to_dict()[name] for name in written}
    result = opened.result_path(run.run_id)
    assert result == run.result
    recipe = read_recipe(result)
    assert recipe is not None
    assert recipe.parts == ((4, 2),)


def test_continue_on_the_page_paints_it_to_its_end(opened: Studio, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifespan, "studio", lambda: opened)
    before = run.losses.read_text()
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params["run"] = run.run_id
    looked_at(looked_at(page.run()).button(key="continue").click().run())
    finished = wait_for(opened, run.run_id, State.FINISHED, State.FAILED, State.STOPPED)
    assert (finished.state, finished.error) == (State.FINISHED, None)
    assert finished.steered == STEERED
    assert run.losses.read_text().startswith(before)
    assert [row[0] for row in read_rows(run.losses)] == ["1", "2", "3", "4"]
    assert open_image(run.result).size == (64, 32)


def test_continue_from_a_checkpoint_of_another_format_says_so(opened: Studio, run: Run) -> None:
    kept = run.checkpoint.read_bytes()
    run.checkpoint.write_bytes(re.sub(rb'(format\\": )\d+', rb"\g<1>3", kept))
    assert run.checkpoint.read_bytes() != kept
    opened.carry_on(run.run_id)
    failed = wait_for(opened, run.run_id, State.FINISHED, State.FAILED, State.STOPPED)
    assert failed.state is State.FAILED
    assert str(failed.error) == f"{run.checkpoint} was saved by another version of the program; paint anew."
    assert (failed.epoch, run.result.is_file()) == (2, True)  # what was painted is still there


def test_a_run_of_a_layout_to_come_is_refused_in_a_sentence(opened: Studio, run: Run) -> None:
    state = run.folder / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"version": 1000}))
    assert str(look(opened, run.run_id).error) == f"Run {run.run_id} was made by another version of the program."


def test_a_recipe_brings_its_settings_back_on_the_page(
    samples: Path, studio: Standin, visit: Callable[..., AppTest]
) -> None:
    page = visit()
    uploader = next(each for each in page.file_uploader if str(each.key).startswith("recipe_"))
    page = looked_at(uploader.upload("painted.png", (samples / "painted.png").read_bytes(), "image/png").run())
    assert "The recipe of Painted is back." in text(page)
    settings, written = studio.chosen[started(page)].to_dict(), embedded_settings(samples / "painted.png")
    assert (written["optimizer"], written["seed"], written["style_loss"]) == ("adam", 7, "gram")
    assert written == {name: settings[name] for name in written}
