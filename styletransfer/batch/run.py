"""A batch as it goes on: what is there is kept, the rest is painted and saved, and the report tells of each."""

import errno
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from styletransfer.batch.folder import Folder
from styletransfer.batch.painter import Order, Painted
from styletransfer.batch.plan import Item, same_picture
from styletransfer.batch.report import Report, Row
from styletransfer.engine.frames import Frame
from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.imaging.recipe import read_recipe
from styletransfer.imaging.sixteen_bit import has_16_bits
from styletransfer.support.files import replacing
from styletransfer.texts import say

_DISK_IS_FULL = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}


class DiskFullError(StyleTransferError):
    """There is no room for a picture, and so for none of those to come."""


@dataclass(frozen=True)
class Standing:
    """How far a batch is.

    Attributes:
        pictures: How many there are in all.
        painted, kept, failed: How many are.
        work_done: What has been painted of it, in the unit of `cost.epoch_work`.
        work: All of that there is, without the pictures that were there or have failed.
        seconds_left: That the rest will take, as what has been painted so far took; None before anything has.
        newest: The picture that something became of last, or None before the first.
    """

    pictures: int
    painted: int
    kept: int
    failed: int
    work_done: float
    work: float
    seconds_left: float | None
    newest: Row | None

    @property
    def finished(self) -> int:
        """How many pictures nothing more will become of."""
        return self.painted + self.kept + self.failed


class Watcher(Protocol):
    """Is told how far a batch is."""

    def whole(self, standing: Standing) -> None:
        """Something became of a picture, or of a part of it."""

    def picture(self, item: Item, frame: Frame) -> None:
        """The picture at hand has one epoch more."""

    def say(self, sentence: str) -> None:
        """Something that the user should know."""


class Batch:
    """The pictures, what became of them, and the folder that they go to.

    Args:
        items: What is to be painted.
        folder: Where; this batch is alone in it.
        network: Name of the network.
        watcher: Is told how far it is.

    Raises:
        StyleTransferError: The folder has another file in the place of the report.
    """

    def __init__(self, items: Sequence[Item], folder: Folder, network: str, watcher: Watcher) -> None:
        self.folder = folder
        self._items, self._network, self._watcher = items, network, watcher
        self._report = Report(folder.report)
        self._report.expect(
            Row(picture=_name(item), photo=str(item.pair.photo.path), painting=str(item.pair.painting))
            for item in items
        )
        self._counts = {"painted": 0, "kept": 0, "failed": 0}
        self._work = sum(item.pair.work for item in items)
        self._work_done = 0.0
        self._began: float | None = None
        self._newest: Row | None = None

    def to_paint(self) -> Iterator[tuple[Item, Order]]:
        """The pictures that are not there yet, each with what it is painted from. Those that cannot be read fail."""
        self._report.write()
        for item in self._items:
            try:
                self.folder.make_room(item.name)
                order = Order.of(item, self._network)
                there = self._is_there(item, order)
            except StyleTransferError as error:
                self.failed(item, error)
                continue
            if there:
                self._report.keep(_name(item))
                self._count("kept", item)
                continue
            if self._began is None:
                self._began = time.monotonic()
            yield item, order

    def begun(self, item: Item, seconds: float) -> None:
        """The picture at hand is interrupted, and there is a checkpoint to go on from."""
        row = self._report[_name(item)]
        self._report.set(replace(row, state="begun", seconds=f"{seconds:.3f}"))

    def painted(self, item: Item, painted: Painted) -> None:
        """Save a picture.

        Raises:
            DiskFullError: There is no room for it.
        """
        path = self.folder.path / item.name
        try:
            with replacing(path, settled=True) as temporary:  # before its checkpoint goes
                temporary.write_bytes(painted.data)
        except StyleTransferError as error:
            self.failed(item, error)
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in _DISK_IS_FULL:
                raise DiskFullError(error.text) from error
            return
        self._report.set(self._report[_name(item)].painted(painted.seconds, painted.losses, painted.where))
        self._work_done += item.pair.work
        self._count("painted", item)

    def failed(self, item: Item, error: Exception, where: str = "") -> None:
        """A picture cannot be painted; the others go on."""
        row = self._report[_name(item)]
        self._report.set(replace(row, state="failed", reason=reason(error), where=where))
        self._count("failed", item)

    def standing(self, part: float = 0.0) -> Standing:
        """How far it is, with `part` of the work of a picture at hand."""
        done, left = self._work_done + part, None
        if done > 0 and self._began is not None:
            left = (time.monotonic() - self._began) * max(0.0, self._work - done) / done
        return Standing(
            len(self._items),
            self._counts["painted"],
            self._counts["kept"],
            self._counts["failed"],
            done,
            self._work,
            left,
            self._newest,
        )

    def frame(self, item: Item, frame: Frame, share: float) -> None:
        """The picture at hand has one epoch more, and with it so much of its work, 0 to 1, was done by this batch."""
        self._watcher.picture(item, frame)
        self._watcher.whole(self.standing(share * item.pair.work))

    def tell(self, sentence: str) -> None:
        """Tell the user something."""
        self._watcher.say(sentence)

    def close(self) -> None:
        """Write the report for the last time. Raises StyleTransferError if that cannot be."""
        if self._counts["painted"] + self._counts["kept"] == len(self._items):
            self.folder.forget_checkpoints()
        self._report.write()

    def _count(self, state: str, item: Item) -> None:
        self._counts[state] += 1
        if state != "painted":
            self._work -= item.pair.work
        self._newest = self._report[_name(item)]
        self._watcher.whole(self.standing())

    def _is_there(self, item: Item, order: Order) -> bool:
        path = self.folder.path / item.name
        if not path.exists():
            return False
        there = read_recipe(path)
        if there is None or not same_picture(there, order.recipe):
            return False
        return has_16_bits(path) == (order.bits == 16)


def _name(item: Item) -> str:
    return item.name.as_posix()


def reason(error: Exception) -> str:
    """Why a picture could not be painted, in the user's language where it is nobody's mistake in the code."""
    if is_out_of_memory(error):
        return say(NO_MEMORY)
    if isinstance(error, StyleTransferError):
        return say(error.text)
    return f"{type(error).__name__}: {error}"
