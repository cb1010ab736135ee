"""Loss curves in bounded memory."""

from collections.abc import Mapping
from pathlib import Path

from styletransfer.engine.frames import LossName
from styletransfer.engine.loss_csv import read_rows
from styletransfer.studio.snapshot import LossHistory

POINTS = 400
"""Most points of a curve: what a chart can take once a second."""

Point = tuple[int, float, float, float, float]
"""(epoch, content, style, tv, total)"""


class History:
    """Collects losses of any number of epochs in at most `POINTS` points, evenly spaced.

    When it is full every second point is dropped and from then on only every second epoch is taken, and so on.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._newest: Point | None = None
        self._sizes: list[tuple[int, int]] = []
        self._stride = 1
        self._count = 0

    def add(self, epoch: int, losses: Mapping[LossName, float], scale: tuple[int, int]) -> None:
        """Take in the weighted losses of the next epoch, painted at `scale`, (height, width) in pixels."""
        if not self._sizes or self._sizes[-1][1] != max(scale):
            self._sizes.append((epoch, max(scale)))
        self._newest = (epoch, losses["content"], losses["style"], losses["tv"], losses["total"])
        if self._count % self._stride == 0:
            if len(self._points) == POINTS - 1:
                del self._points[1::2]
                self._stride *= 2
            if self._count % self._stride == 0:
                self._points.append(self._newest)
        self._count += 1

    def cut(self, epoch: int) -> None:
        """Drop what is known of `epoch` and all after it."""
        self._points = [point for point in self._points if point[0] < epoch]
        self._newest = self._points[-1] if self._points else None
        self._sizes = [size for size in self._sizes if size[0] < epoch]
        self._count = len(self._points) * self._stride

    @property
    def epoch(self) -> int:
        """The newest epoch, 0 without one."""
        return self._newest[0] if self._newest else 0

    def curves(self) -> LossHistory:
        """The curves so far, the newest epoch always among them."""
        points = self._points
        if self._newest is None:
            return LossHistory()
        if points[-1] is not self._newest:
            points = [*points, self._newest]
        epochs, content, style, tv, total = zip(*points, strict=True)
        return LossHistory(epochs, content, style, tv, total, tuple(self._sizes))


def read_history(path: Path) -> History:
    """What a losses.csv holds; nothing when there is none."""
    history = History()
    for row in read_rows(path):
        height, width, content, style, tv, total = map(float, row[2:])
        losses: dict[LossName, float] = {"content": content, "style": style, "tv": tv, "total": total}
        history.add(int(row[0]), losses, (round(height), round(width)))
    return history


def read_losses(path: Path) -> LossHistory:
    """The curves of a losses.csv; empty when there is none."""
    return read_history(path).curves()
