"""Writes a run to disk while it is being painted, at a small, fixed share of the painting's time."""

import csv
from contextlib import suppress
from dataclasses import replace
from typing import TextIO

from PIL import Image

from styletransfer.engine.frames import Frame, Savable
from styletransfer.engine.loss_csv import read_rows, row, to_csv
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import encode
from styletransfer.imaging.recipe import Recipe, make_recipe
from styletransfer.settings import Weighting
from styletransfer.studio.failure_text import explain
from styletransfer.studio.snapshot import Ended, State
from styletransfer.studio.storage.run_files import unlink_link, write_whole
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_record import gone_on, newest, until
from styletransfer.studio.worker.checkpoint_writer import Checkpoints
from styletransfer.studio.worker.preview_keeper import PreviewKeeper
from styletransfer.support.throttle import Throttle

PREVIEW_WIDTH = 1024
PREVIEW_QUALITY = 90


class Recorder:
    """Keeps the folder of a run up to date with its frames: losses, previews, newest picture, checkpoint, state.

    Creating one marks the run as being painted. The first frame may be of any epoch: what an earlier attempt has
    painted from there on gives way. Everything may raise StyleTransferError or OSError: the disk is full.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._record = replace(run.read(), state=State.PAINTING, message=None, error=None, remedy=None)
        self._before = 0.0
        self._image: Image.Image | None = None
        self._image_epoch = 0
        self._previewed = 0
        self._jpeg = b""
        self._saved = 0
        self._recipe: Recipe | None = None
        self._bfloat16 = False
        self._checkpoint: Savable | None = None
        self._previews = PreviewKeeper(run)
        self._losses: TextIO | None = None
        self._preview_throttle = Throttle(share=0.03, least=0.25)
        self._save_throttle = Throttle(share=0.01, least=5.0)
        self._checkpoints = Checkpoints(run.checkpoint)
        if run.frames.is_symlink():
            unlink_link(run.frames)
            run.frames.mkdir()
        run.write(self._record)

    def add(self, frame: Frame, seconds: float) -> bytes | None:
        """Take in a frame; give a preview (JPEG) if it is time for one.

        Args:
            frame: The newest frame.
            seconds: Seconds of this attempt's painting without pauses.
        """
        if self._losses is None:
            self._losses = self._opened(frame.epoch)
        seconds += self._before
        csv.writer(self._losses, lineterminator="\n").writerow(row(replace(frame, seconds=seconds)))
        self._checkpoint = frame.checkpoint
        self._bfloat16 = frame.bfloat16
        self._record = replace(
            self._record,
            epoch=frame.epoch,
            epochs=frame.epochs,
            scale=frame.scale,
            seconds=seconds,
            clipped=newest(self._record.clipped, frame.epoch, (frame.clipped_losses or {}).get("total")),
            network=frame.network,
            message=frame.message or self._record.message,
        )
        jpeg = None
        if frame.image is not None:
            self._image, self._image_epoch = frame.image, frame.epoch
            if self._preview_throttle.due():
                jpeg = self._preview()
        if self._save_throttle.due():
            self._save()
        if self._checkpoint is not None:
            self._checkpoints.offer(self._checkpoint)
        return jpeg

    def _save(self) -> None:
        with self._save_throttle.timed():
            self._run.write(self._record)
            if self._image is not None and self._saved != self._image_epoch:
                self._save_result(self._image)

    def finish(self, ended: Ended) -> Ended:
        """Keep what is painted, then write down how the run ended, and give that: it may be that it cannot be kept.

        The picture and the way to go on come first, so that after a power cut at any moment one of the two is there.
        """
        try:
            if self._image is not None and self._saved != self._image_epoch:
                self._save_result(self._image)
            if ended.state is State.STOPPED and self._checkpoint is not None:
                self._checkpoints.keep(self._checkpoint)
        except (OSError, StyleTransferError) as error:
            if ended.state is not State.FAILED:  # else it is told already what went wrong
                reason, remedy = explain(error)
                ended = Ended(run_id=ended.run_id, state=State.FAILED, error=reason, remedy=remedy)
        self._checkpoints.wait()
        self._record = replace(
            self._record,
            state=ended.state,
            message=ended.message or self._record.message,
            error=ended.error,
            remedy=ended.remedy,
        )
        if self._losses is not None:
            with suppress(OSError):  # every line is written already
                self._losses.close()
        self._run.write(self._record)
        if ended.state is State.FINISHED:
            self._checkpoints.remove()
        return ended

    def last_preview(self) -> tuple[int, bytes] | None:
        """Keep the last picture's preview; give (epoch, JPEG) of it if it was not seen yet. Nothing depends on it."""
        if self._image is None:
            return None
        unseen = self._previewed != self._image_epoch
        with suppress(OSError, StyleTransferError):
            if unseen:
                self._preview()
            self._previews.keep(self._previewed, self._jpeg, always=True)
        return (self._image_epoch, self._jpeg) if unseen and self._previewed == self._image_epoch else None

    @property
    def epoch(self) -> int:
        """Epochs recorded so far."""
        return self._record.epoch

    @property
    def seconds(self) -> float:
        """Seconds of painting so far, without pauses, those of earlier attempts among them."""
        return self._record.seconds

    def steer(self, weighting: Weighting) -> None:
        """Note that the weights are others from the next epoch on."""
        change = (self.epoch + 1, weighting)
        self._record = replace(self._record, steered=(*until(self._record.steered, self.epoch + 1), change))
        self._run.write(self._record)

    def hold(self, *, paused: bool) -> None:
        """Mark the run as paused, or as being painted again, and bring the disk up to date."""
        self._record = replace(self._record, state=State.PAUSED if paused else State.PAINTING)
        self._save()
        if paused and self._checkpoint is not None:
            self._checkpoints.keep(self._checkpoint)

    def _opened(self, epoch: int) -> TextIO:
        """The losses, ready for those of `epoch`, the first of this attempt."""
        rows = [values for values in read_rows(self._run.losses) if int(values[0]) < epoch]
        self._before = float(rows[-1][1]) if rows else 0.0
        write_whole(self._run.losses, to_csv(rows).encode("ascii"))
        self._previews.begin(epoch)
        self._record = replace(self._record, steered=gone_on(self._record.steered, epoch))
        return self._run.losses.open("a", encoding="ascii", newline="", buffering=1)  # every line at once

    def _save_result(self, image: Image.Image) -> None:
        if self._recipe is None:
            settings, network = self._run.settings(), self._record.network
            self._recipe = make_recipe(settings, network=network, bfloat16=self._bfloat16, inputs=self._run.inputs())
        recipe = replace(self._recipe, steered=self._record.steered).until(self._image_epoch)
        write_whole(self._run.result, encode(image, "png", recipe=recipe.to_json()), settled=True)
        self._saved = self._image_epoch

    def _preview(self) -> bytes:
        assert self._image is not None  # noqa: S101 - the callers have looked
        with self._preview_throttle.timed():
            self._jpeg = encode_preview(self._image)
            self._previewed = self._image_epoch
            self._previews.keep(self._previewed, self._jpeg)
        return self._jpeg


def encode_preview(image: Image.Image) -> bytes:
    """A picture as a JPEG at most `PREVIEW_WIDTH` pixels wide, transparency on white."""
    width, height = image.size
    if width > PREVIEW_WIDTH:
        shape = (PREVIEW_WIDTH, max(1, round(height * PREVIEW_WIDTH / width)))
        image = image.resize(shape, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return encode(image, "jpeg", quality=PREVIEW_QUALITY)
