"""Recipes and states that a version has written are opened by the command line of every later one."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from styletransfer import cli
from styletransfer.engine.checkpoint import load_checkpoint
from styletransfer.imaging.recipe import Recipe, read_recipe

SAMPLES = sorted(path for path in (Path(__file__).parents[1] / "samples").iterdir() if path.is_dir())


@pytest.fixture(params=SAMPLES, ids=lambda path: path.name)
def samples(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what a version has written, without the studio's runs."""
    copied: Path = shutil.copytree(request.param, tmp_path / "samples", ignore=shutil.ignore_patterns("runs"))
    return copied


def command(samples: Path, out: Path, *options: str) -> int:
    return cli.main([str(samples / "photo.png"), str(samples / "painting.png"), "-o", str(out), *options])


def recipe_of(path: Path) -> Recipe:
    recipe = read_recipe(path)
    assert recipe is not None
    return recipe


def test_a_recipe_paints_with_its_settings_again(samples: Path, out: Path) -> None:
    before = recipe_of(samples / "painted.png")
    assert (before.settings.optimizer, before.settings.seed, before.settings.precision) == ("adam", 7, "full")
    assert command(samples, out, "--recipe", str(samples / "painted.png")) == 0
    again = recipe_of(out)
    assert replace(again.settings, network="auto") == before.settings
    assert again.inputs == before.inputs


def test_a_state_is_gone_on_with(samples: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = samples / "state.safetensors"
    more = ("--recipe", str(samples / "painted.png"), "--state", str(state), "--epochs", "4")
    assert command(samples, out, *more) == 0
    assert f"Going on after epoch 2, from {state}." in " ".join(capsys.readouterr().err.split())
    assert load_checkpoint(state).epoch == 4
    assert recipe_of(out).all_parts == ((2, 2), (4, 4))


def test_a_state_of_another_format_is_refused_in_a_sentence(
    samples: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = samples / "state.safetensors"
    other = re.sub(rb'(format\\": )\d+', rb"\g<1>3", state.read_bytes())
    assert other != state.read_bytes()
    state.write_bytes(other)
    assert command(samples, out, "--recipe", str(samples / "painted.png"), "--state", str(state)) == 2
    assert f"{state} was saved by another version of the program; paint anew." in capsys.readouterr().err
    assert not out.exists()
    assert state.read_bytes() == other
