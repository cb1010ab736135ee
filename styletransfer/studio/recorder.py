"""Writes a run to disk while it is being painted, at a small, fixed share of the painting's time."""

import csv
import time
from dataclasses import replace
from pathlib import Path

from PIL import Image

from styletransfer.frames import Frame
from styletransfer.images import encode, save_image
from styletransfer.recipe import make_recipe
from styletransfer.settings import Weighting
from styletransfer.studio.history import COLUMNS
from styletransfer.studio.messages import Ended
from styletransfer.studio.runs import Run, write_whole
from styletransfer.studio.snapshot import State

PREVIEW_WIDTH = 1024
PREVIEW_QUALITY = 90
FRAMES_KEPT = 200


class Budget:
    """Says when something may be done again that should take at most `share` of the time.

    Args:
        share: Share of all time that it may take, 0 to 1.
        least: Seconds between two times at least.
    """

    def __init__(self, *, share: float, least: float) -> None:
        self._share = share
        self._least = least
        self._next = 0.0

    def due(self) -> bool:
        """Whether it may be done now."""
        return time.monotonic() >= self._next

    def spent(self, seconds: float) -> None:
        """Tell that it was just done and took that long."""
        self._next = time.monotonic() + max(self._least, seconds / self._share)


class Recorder:
    """Keeps the folder of a run up to date with its frames: losses, previews, the newest picture, the state.

    Creating one marks the run as being painted. Everything may raise StyleTransferError or OSError: the disk is full.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._record = replace(run.read(), state=State.PAINTING)
        self._image: Image.Image | None = None
        self._image_epoch = 0
        self._previewed = 0
        self._jpeg = b""
        self._saved = 0
        self._recipe: str | None = None
        self._stride = 1
        self._kept: list[Path] = []
        self._losses = run.losses.open("w", encoding="ascii", newline="", buffering=1)  # every line at once
        self._writer = csv.writer(self._losses, lineterminator="\n")
        self._preview_budget = Budget(share=0.03, least=0.25)
        self._save_budget = Budget(share=0.02, least=5.0)
        self._writer.writerow(COLUMNS)
        run.write(self._record)

    def add(self, frame: Frame, seconds: float) -> bytes | None:
        """Take in a frame; give a preview (JPEG) if it is time for one.

        Args:
            frame: The newest frame.
            seconds: Seconds of painting without pauses.
        """
        losses = frame.losses
        values = (f"{losses[name]:.6g}" for name in ("content", "style", "tv", "total"))
        self._writer.writerow([frame.epoch, f"{seconds:.3f}", *frame.scale, *values])
        self._record = replace(
            self._record,
            epoch=frame.epoch,
            epochs=frame.epochs,
            scale=frame.scale,
            seconds=seconds,
            network=frame.network,
            message=frame.message or self._record.message,
        )
        jpeg = None
        if frame.image is not None:
            self._image, self._image_epoch = frame.image, frame.epoch
            if self._preview_budget.due():
                jpeg = self._preview()
        if self._save_budget.due():
            self.save()
        return jpeg

    def save(self) -> None:
        """Bring everything on disk up to date."""
        began = time.perf_counter()
        self._run.write(self._record)
        if self._image is not None and self._saved != self._image_epoch:
            self._save_result(self._image)
        self._save_budget.spent(time.perf_counter() - began)

    def finish(self, ended: Ended) -> tuple[int, bytes] | None:
        """Write the last picture and how the run ended; give (epoch, JPEG) of that picture if it was not seen yet."""
        last = None
        if self._image is not None:
            if self._previewed != self._image_epoch:
                last = (self._image_epoch, self._preview())
            self._keep(always=True)
            if self._saved != self._image_epoch:
                self._save_result(self._image)
        self._record = replace(
            self._record,
            state=ended.state,
            message=ended.message or self._record.message,
            error=ended.error,
            remedy=ended.remedy,
        )
        self._losses.close()
        self._run.write(self._record)
        return last

    @property
    def epoch(self) -> int:
        """Epochs recorded so far."""
        return self._record.epoch

    def steer(self, weighting: Weighting) -> None:
        """Note that the weights are others from the next epoch on."""
        self._record = replace(self._record, steered=(*self._record.steered, (self.epoch + 1, weighting)))
        self._run.write(self._record)

    def hold(self, *, paused: bool) -> None:
        """Mark the run as paused, or as being painted again, and bring the disk up to date."""
        self._record = replace(self._record, state=State.PAUSED if paused else State.PAINTING)
        self.save()

    def _save_result(self, image: Image.Image) -> None:
        if self._recipe is None:
            inputs = self._run.inputs()
            settings, network = self._run.settings(), self._record.network
            recipe = make_recipe(settings, network=network, photo=inputs.photo, paintings=inputs.paintings)
            self._recipe = recipe.to_json()
        save_image(image, self._run.result, recipe=self._recipe)
        self._saved = self._image_epoch

    def _preview(self) -> bytes:
        assert self._image is not None  # noqa: S101 - the callers have looked
        began = time.perf_counter()
        self._jpeg = encode_preview(self._image)
        self._previewed = self._image_epoch
        self._keep()
        self._preview_budget.spent(time.perf_counter() - began)
        return self._jpeg

    def _keep(self, *, always: bool = False) -> None:
        """Keep the preview on disk; when there are too many, every second one goes and the next come half as often."""
        newest = int(self._kept[-1].stem) if self._kept else -self._stride
        if self._previewed == newest or (self._previewed < newest + self._stride and not always):
            return
        path = self._run.preview_path(self._previewed)
        write_whole(path, self._jpeg)
        self._kept.append(path)
        if len(self._kept) > FRAMES_KEPT:
            for thinned in self._kept[1::2]:
                thinned.unlink(missing_ok=True)
            self._kept = self._kept[::2]
            self._stride = max(2 * self._stride, 2 * (self._previewed // FRAMES_KEPT))


def encode_preview(image: Image.Image) -> bytes:
    """A picture as a JPEG at most `PREVIEW_WIDTH` pixels wide, transparency on white."""
    width, height = image.size
    if width > PREVIEW_WIDTH:
        shape = (PREVIEW_WIDTH, max(1, round(height * PREVIEW_WIDTH / width)))
        image = image.resize(shape, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return encode(image, "jpeg", quality=PREVIEW_QUALITY)
