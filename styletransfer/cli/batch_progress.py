"""What the command line shows of a batch: a bar for all pictures and one for the picture at hand."""

from collections.abc import Iterator
from contextlib import contextmanager

from styletransfer.batch.plan import Item
from styletransfer.batch.run import Standing
from styletransfer.cli.console import Display, Report
from styletransfer.engine.frames import Frame
from styletransfer.support import units
from styletransfer.texts import _, local


class BatchProgress:
    """Tells a display how far a batch is; a `Watcher`.

    Args:
        display: Where it is shown. Where that is no terminal, there is a line for each picture.
        whole: Told how far the batch is.
        picture: Told how far the picture at hand is.
    """

    def __init__(self, display: Display, whole: Report, picture: Report) -> None:
        self._display, self._whole, self._picture = display, whole, picture
        self._told = 0

    def whole(self, standing: Standing) -> None:
        """See `Watcher`."""
        left = standing.seconds_left
        said = _("{done} of {pictures}", done=standing.finished, pictures=standing.pictures)
        if standing.failed:
            said += ", " + _("{count} failed", count=standing.failed)
        if left is not None and standing.finished < standing.pictures:
            said += ", " + _("about {time} left", time=units.duration(left))
        self._whole(standing.work_done, max(standing.work, 1e-9), said)
        self._tell(standing, said)

    def picture(self, item: Item, frame: Frame) -> None:
        """See `Watcher`."""
        state = _(
            "epoch {epoch} of {epochs}, total {total}",
            epoch=frame.epoch,
            epochs=frame.epochs,
            total=local(f"{frame.losses['total']:.3g}"),
        )
        self._picture(frame.epoch, frame.epochs, f"{item.name.name}: {state}")

    def say(self, sentence: str) -> None:
        """See `Watcher`."""
        self._display.say(sentence)

    def _tell(self, standing: Standing, said: str) -> None:
        row = standing.newest
        if row is None or standing.finished == self._told:
            return
        self._told = standing.finished
        if row.state == "failed":
            self._display.say(_("{picture} failed: {reason}", picture=row.picture, reason=row.reason))
        elif row.state == "painted" and not self._display.live:
            self._display.say(f"{row.picture}: {said}")


@contextmanager
def batch_progress(display: Display) -> Iterator[BatchProgress]:
    """Shows the two bars inside."""
    with display.two_bars(_("All pictures"), _("At hand")) as (whole, picture):
        yield BatchProgress(display, whole, picture)
