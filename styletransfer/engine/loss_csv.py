"""The losses of every epoch as a table, a CSV file."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from styletransfer.engine.frames import LOSS_NAMES, Frame

COLUMNS = ("epoch", "seconds", "height", "width", *LOSS_NAMES)

Row = Sequence[object]


def row(frame: Frame) -> Row:
    """A frame's values, in the order of `COLUMNS`."""
    losses = (f"{frame.losses[name]:.6g}" for name in LOSS_NAMES)
    return (frame.epoch, f"{frame.seconds:.3f}", *frame.scale, *losses)


def to_csv(rows: Iterable[Row]) -> str:
    """The rows as the text of a file, with the heading."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue()


def read_rows(path: Path) -> list[list[str]]:
    """The rows of such a file, without the heading. A last line that was cut off is left out."""
    rows = []
    try:
        with path.open(newline="", encoding="ascii", errors="replace") as lines:
            for values in csv.reader(_whole(lines)):
                if len(values) == len(COLUMNS) and values[0] != COLUMNS[0]:
                    numbers = [int(values[0]), *map(float, values[1:])]
                    if not all(map(math.isfinite, numbers)):
                        break
                    rows.append(values)
    except (OSError, ValueError, OverflowError, csv.Error):
        pass  # a damaged file: what stands before the damage is still worth showing
    return rows


def _whole(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if line.endswith("\n"))
