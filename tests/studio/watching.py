"""What tests of a real studio wait for and look at. Its worker paints with one of the engines made for tests."""

import os
import time
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from styletransfer.studio.studio import Snapshot, State, Studio

FAKE = "tests.studio.fake_engines:stylize"
"""An engine that needs no network."""
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def picture(color: str = "red", size: tuple[int, int] = (120, 80)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


def look(studio: Studio, run_id: str) -> Snapshot:
    snapshot = studio.snapshot(run_id)
    assert snapshot is not None
    return snapshot


def wait_for(studio: Studio, run_id: str, *states: State) -> Snapshot:
    until(lambda: look(studio, run_id).state in states)
    return look(studio, run_id)


def wait_for_epoch(studio: Studio, run_id: str, epoch: int) -> None:
    until(lambda: look(studio, run_id).epoch >= epoch or look(studio, run_id).state.over)
