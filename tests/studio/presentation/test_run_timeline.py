"""The moments of a run are only ever read as what the worker writes."""

from pathlib import Path

import pytest
from finished_runs import hang
from pictures import gradient
from PIL import EpsImagePlugin, UnidentifiedImageError

from styletransfer.studio.presentation import timeline


def test_a_moment_of_another_format_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow gives an EPS to Ghostscript, a program that draws whatever the file says."""
    run = hang(tmp_path)
    preview = run.preview_path(10)
    gradient().save(preview, "EPS")
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_, **__: pytest.fail("it was given to Ghostscript"))
    with pytest.raises(UnidentifiedImageError):
        timeline.tile_size(preview)
