"""Where things lie: what comes along is there, and one variable moves all that is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from styletransfer.support import paths


def test_what_comes_along_is_there() -> None:
    assert paths.vgg16_path().is_file()
    assert len(paths.sample_photos()) >= 5
    assert all(path.suffix == ".jpg" for path in paths.sample_photos())


def test_one_variable_moves_all_that_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    assert paths.runs_dir() == tmp_path / "runs"
    assert paths.vgg19_path() == tmp_path / "weights" / "vgg19.safetensors"
    assert not paths.vgg19_available()
    assert paths.automatic_network() == "vgg16"
    assert not list(tmp_path.iterdir())


def test_without_it_the_systems_usual_places_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    assert "styletransfer" in paths.runs_dir().parts
    assert "styletransfer" in paths.vgg19_path().parts


def test_a_missing_folder_has_no_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "assets_dir", lambda: tmp_path)
    assert paths.sample_paintings() == []


def test_finding_things_needs_no_torch() -> None:
    code = "import sys, styletransfer.support.paths; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
