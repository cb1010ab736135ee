"""Runs that are over, as they lie on disk, without having been painted."""

import os
import time
from dataclasses import replace
from pathlib import Path

from pictures import gradient, saved
from run_inputs import given

from styletransfer.imaging.images import encode
from styletransfer.imaging.recipe import make_recipe
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.worker.recorder import encode_preview

DAY = 24 * 3600.0


def hang(
    home: Path, *, days: float = 0, bulk: int = 0, state: State = State.FINISHED, server: str = "", **settings: object
) -> Run:
    """A run that was painted so many days ago and takes `bulk` bytes more than it must."""
    photo, painting = saved(gradient(90, 60), "PNG"), saved(gradient(60, 60), "JPEG")
    wanted = Submission(
        inputs=given(photo, (("blue_hour.jpg", painting),), photo_name="harbour.png"),
        settings=Settings(size=128, epochs=10, **settings),
    )
    home.mkdir(parents=True, exist_ok=True)
    then = time.time() - days * DAY
    run = Run.create(home, wanted, server=server)
    run = Run(run.folder.rename(home / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(then))}-{run.run_id[-6:]}"))
    recipe = make_recipe(run.settings(), network="vgg16", inputs=Inputs(photo=photo, paintings=(painting,))).to_json()
    run.result.write_bytes(encode(gradient(128, 85), "png", recipe=recipe))
    run.preview_path(10).write_bytes(encode_preview(gradient(128, 85)))
    if bulk:
        run.preview_path(5).write_bytes(bytes(bulk))
    run.write(replace(run.read(), state=state, epoch=10, scale=(85, 128), network="vgg16", created=then))
    os.utime(run.folder / "state.json", (then, then))
    return run
