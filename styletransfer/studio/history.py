"""Loss curves in bounded memory, and as they lie on disk."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from styletransfer.frames import LossName
from styletransfer.studio.snapshot import LossHistory

POINTS = 400
"""Most points of a curve: what a chart can take once a second."""

COLUMNS = ("epoch", "seconds", "height", "width", "content", "style", "tv", "total")

Point = tuple[int, float, float, float, float]
"""(epoch, content, style, tv, total)"""


class History:
    """Collects losses of any number of epochs in at most `POINTS` points, evenly spaced.

    When it is full every second point is dropped and from then on only every second epoch is taken, and so on.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._newest: Point | None = None
        self._stride = 1
        self._count = 0

    def add(self, epoch: int, losses: Mapping[LossName, float]) -> None:
        """Take in the weighted losses of the next epoch."""
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
        return LossHistory(epochs, content, style, tv, total)


def read_history(path: Path) -> History:
    """What a losses.csv holds; nothing when there is none."""
    history = History()
    for row in read_rows(path):
        content, style, tv, total = map(float, row[4:])
        history.add(int(row[0]), {"content": content, "style": style, "tv": tv, "total": total})
    return history


def read_losses(path: Path) -> LossHistory:
    """The curves of a losses.csv; empty when there is none."""
    return read_history(path).curves()


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a losses.csv, without the heading. A last line that was cut off is left out."""
    rows = []
    try:
        with path.open(newline="", encoding="ascii", errors="replace") as lines:
            for row in csv.reader(_whole(lines)):
                if len(row) == len(COLUMNS) and row[0] != COLUMNS[0]:
                    _ = [int(row[0]), *map(float, row[1:])]  # raises where the file is damaged
                    rows.append(row)
    except (OSError, ValueError, csv.Error):
        pass  # a damaged file: what stands before the damage is still worth showing
    return rows


def _whole(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if line.endswith("\n"))
