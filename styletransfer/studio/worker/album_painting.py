"""The worker's part in an album: paint one of its photos at full size, and go on with it where it was left."""

import logging
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.imaging.images import encode, open_image
from styletransfer.imaging.recipe import make_recipe
from styletransfer.inputs import Inputs
from styletransfer.machine import cost
from styletransfer.settings import Settings
from styletransfer.studio.failure_text import explain
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.album_folder import Album
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.server_lock import writing
from styletransfer.studio.worker.checkpoint_writer import Checkpoints
from styletransfer.studio.worker.command_queue import Gone
from styletransfer.studio.worker.engine_interface import Engine
from styletransfer.studio.worker.recorder import encode_preview
from styletransfer.support.throttle import Throttle

logger = logging.getLogger(__name__)


def paint_photo(
    paint: Engine, folder: Path, number: int, go_on: Callable[[], bool], show: Callable[[bytes, float], None]
) -> State:
    """Paint a photo and keep it; what is painted until `go_on`, asked after every epoch, says no, is gone on with.

    A photo that cannot be painted is put down as that, and is no reason not to paint the others.

    Args:
        paint: The engine.
        folder: The album's.
        number: The photo's, from 1.
        go_on: Whether to paint on; may raise Gone.
        show: Takes the picture now and then as it is so far, a JPEG, and how much of its work is done, 0 to 1.

    Raises:
        StyleTransferError: The album is damaged, or nothing can be written in it.
        Gone: As `go_on` does.
    """
    with writing(folder):
        album = Album(Run(folder))
        paintings = _paintings(folder)
        try:
            photo = open_image(album.run.album_photo(number), name=album.record.album[number - 1])
            last = _paint(paint, album, number, replace(paintings, photo=photo), go_on, show)
        except Gone:
            raise
        except Exception as error:
            if not isinstance(error, StyleTransferError):
                logger.error("photo %s of album %s broke off", number, folder.name, exc_info=error)
            album.fail(number, explain(error)[0])
            return State.FINISHED
        if last is None or last.image is None:
            return State.STOPPED
        _keep(album, number, last, last.image)
        album.checkpoint(number).unlink(missing_ok=True)
    return State.FINISHED


def give_up(folder: Path, number: int, reason: str) -> None:
    """Put a photo down as one that cannot be painted. Raises StyleTransferError if that cannot be written."""
    with writing(folder):
        Album(Run(folder)).fail(number, reason)


def _paint(
    paint: Engine,
    album: Album,
    number: int,
    inputs: Inputs[Image.Image],
    go_on: Callable[[], bool],
    show: Callable[[bytes, float], None],
) -> Frame | None:
    """The last frame, or None if it was stopped before that."""
    path = album.checkpoint(number)
    try:
        return _frames(paint, album, path, inputs, go_on, show)
    except DamagedStateError:
        path.unlink(missing_ok=True)
        return _frames(paint, album, path, inputs, go_on, show)


def _frames(
    paint: Engine,
    album: Album,
    checkpoint: Path,
    inputs: Inputs[Image.Image],
    go_on: Callable[[], bool],
    show: Callable[[bytes, float], None],
) -> Frame | None:
    settings = replace(album.run.settings(), preview_every=1)
    checkpoints, throttle = Checkpoints(checkpoint), Throttle(share=0.03, least=0.4)
    painting = paint(
        inputs.photo,
        inputs.paintings,
        settings,
        steer=lambda: settings.weighting,
        resume=checkpoint if checkpoint.is_file() else None,
    )
    try:
        with closing(painting) as frames:
            for frame in frames:
                if frame.epoch >= frame.epochs:
                    return frame
                if frame.image is not None and throttle.due():
                    with throttle.timed():
                        show(encode_preview(frame.image), _share(inputs, settings, frame.epoch))
                if not _goes_on(frame, checkpoints, go_on):
                    return None
    finally:
        checkpoints.wait()
    return None


def _share(inputs: Inputs[Image.Image], settings: Settings, epoch: int) -> float:
    """How much of a photo's work is done after so many epochs, of which the last take longest."""
    size, paintings = inputs.photo.size, len(inputs.paintings)
    return cost.work(size, settings, paintings, last=epoch) / cost.work(size, settings, paintings)


def _goes_on(frame: Frame, checkpoints: Checkpoints, go_on: Callable[[], bool]) -> bool:
    """Whether to paint on. What a later start needs is kept now and then, and at once when it is to stop.

    That it cannot be kept is no reason to stop: a full disk is told of when the picture is to be kept.
    """
    stops = True
    try:
        stops = not go_on()
    finally:
        if frame.checkpoint is not None:
            with suppress(OSError, StyleTransferError):
                (checkpoints.keep if stops else checkpoints.offer)(frame.checkpoint)
    return not stops


def _keep(album: Album, number: int, last: Frame, image: Image.Image) -> None:
    settings, inputs = album.run.settings(), album.inputs(number)
    recipe = make_recipe(settings, network=last.network, bfloat16=last.bfloat16, inputs=inputs)
    record = replace(album.record, scale=last.scale, network=last.network)
    png = encode(image, "png", recipe=recipe.to_json())
    album.keep(number, png, encode_preview(image), seconds=last.seconds, last=record)


@lru_cache(maxsize=1)
def _paintings(folder: Path) -> Inputs[Image.Image]:
    """The pictures of the album that is at work, which all of its photos share; large ones take a while to open."""
    return Run(folder).inputs().map(open_image)
