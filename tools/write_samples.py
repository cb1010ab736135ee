"""Write samples of all that this version puts on disk: `python -m tools.write_samples tests/samples/VERSION`.

The tests open every folder of samples there, and go on with what is in it; so what a user has painted with an earlier
version is never lost by a change of the code. A version that writes something new adds a folder, and none is changed.

    photo.png painting.png    what all of it is painted from
    runs/                     the studio's folder, with one run that was steered and stopped after two epochs
    painted.png               what the command line has painted, with its recipe
    state.safetensors         what it can be gone on from (`--state`)
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.inputs import Inputs
from styletransfer.settings import SMALLEST_SIDE, SMALLEST_SIZE, Settings, Weighting
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.studio import State, Studio
from styletransfer.support.paths import HOME_VARIABLE

OPTIONS = "--size 64 --epochs 2 --optimizer adam --seed 7 --style-loss gram --precision full"
"""What is painted on the command line."""
SETTINGS = Settings(size=SMALLEST_SIZE, epochs=4, precision="half")
"""What is painted in the studio."""


def stylize(
    content: Image.Image,
    style: Sequence[Image.Image],
    settings: Settings,
    *,
    steer: Callable[[], Weighting],
    **more: Any,
) -> Iterator[Frame]:
    """Paint as the engine does, and wait after every epoch, so that a stop comes in time."""
    from styletransfer.engine.stylize import stylize as real

    for frame in real(content, style, settings, steer=steer, **more):
        time.sleep(1.0)
        yield frame


def write(folder: Path) -> None:
    """Write all samples into a new folder."""
    folder.mkdir(parents=True)
    photo, painting = folder / "photo.png", folder / "painting.png"
    Image.linear_gradient("L").resize((SMALLEST_SIZE, SMALLEST_SIDE)).convert("RGB").save(photo)
    Image.radial_gradient("L").resize((SMALLEST_SIZE, SMALLEST_SIZE)).convert("RGB").save(painting)
    _paint(photo, painting, folder)
    _stop_a_run(photo, painting, folder / "runs")


def _paint(photo: Path, painting: Path, folder: Path) -> None:
    from styletransfer.cli import main

    state = folder / "state.safetensors"
    if main([str(photo), str(painting), "-o", str(folder / "painted.png"), "--state", str(state), *OPTIONS.split()]):
        sys.exit("nothing was painted")


def _stop_a_run(photo: Path, painting: Path, runs: Path) -> None:
    inputs = Inputs(
        photo=PictureFile("photo.png", photo.read_bytes()),
        paintings=(PictureFile("painting.png", painting.read_bytes()),),
    )
    with (
        tempfile.TemporaryDirectory() as home,
        closing(Studio(Path(home), engine="tools.write_samples:stylize").start()) as studio,
    ):
        run_id = studio.submit(inputs, SETTINGS)
        _wait(studio, run_id, lambda epoch: epoch == 1)
        studio.steer(run_id, Weighting(content=2.0, style=5e3, tv=1.0))
        studio.stop(run_id)
        _wait(studio, run_id, lambda _: False)
        runs.mkdir()
        (Path(home) / run_id).rename(runs / run_id)


def _wait(studio: Studio, run_id: str, reached: Callable[[int], bool]) -> None:
    """Wait until a run has reached an epoch, or is over."""
    while True:
        snapshot = studio.snapshot(run_id)
        if snapshot is None or snapshot.state is State.FAILED:
            sys.exit("the run failed")
        if snapshot.state.over or reached(snapshot.epoch):
            return
        time.sleep(0.01)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:  # nothing that this machine has downloaded or measured
        os.environ[HOME_VARIABLE] = empty
        write(Path(sys.argv[1]))
