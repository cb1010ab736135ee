"""What a sheet of variations varies: two settings, a few values of each, around what is chosen. No Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from styletransfer.controls import VARIED
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.texts import Text, say

Axis = str
"""A setting's name in `VARIED`."""

SMALL_SIZE, SMALL_EPOCHS = 192, 20
"""A cell's long side in pixels and its epochs: enough to see palette, boldness and breadth of stroke by."""
LARGEST_SIDE = 5
"""Values that a setting may have on one sheet."""


@dataclass(frozen=True)
class Plan:
    """Which values a sheet tries; its cells are numbered row by row from 0.

    Attributes:
        across: What differs from column to column.
        down: What differs from row to row.
        columns: Its values from left to right.
        rows: Its values from top to bottom.

    Raises:
        StyleTransferError: That is no sheet.
    """

    across: Axis
    down: Axis
    columns: tuple[float, ...]
    rows: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.across not in VARIED or self.down not in VARIED or self.across == self.down:
            raise StyleTransferError("A sheet needs two different settings to vary.")
        for values in (self.columns, self.rows):
            if not 1 <= len(values) <= LARGEST_SIDE:
                raise StyleTransferError("A sheet has 1 to {most} rows and columns.", most=LARGEST_SIDE)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.columns) * len(self.rows)

    def values(self, cell: int) -> dict[Axis, float]:
        """What the two settings are in a cell."""
        row, column = divmod(cell, len(self.columns))
        return {self.across: self.columns[column], self.down: self.rows[row]}

    def settings(self, base: Settings, cell: int) -> Settings:
        """What a cell stands for, at full size."""
        return replace(base, **cast("dict[str, Any]", self.values(cell)))

    def find(self, across: float, down: float) -> int | None:
        """The cell with these two values, or None."""
        if across not in self.columns or down not in self.rows:
            return None
        return self.rows.index(down) * len(self.columns) + self.columns.index(across)

    def to_dict(self) -> dict[str, Any]:
        """All values as plain JSON types, for `from_dict`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Plan":
        """A plan from what `to_dict` gave. Raises StyleTransferError."""
        try:
            columns, rows = (tuple(float(value) for value in values[name]) for name in ("columns", "rows"))
            return cls(values["across"], values["down"], columns, rows)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise StyleTransferError("This sheet cannot be read.") from error


def small(settings: Settings) -> Settings:
    """How a cell is painted that stands for `settings`.

    The same objective at a small size, with the default solver whatever is set: it needs the fewest epochs.
    """
    shape = settings.shape
    if shape is not None:
        height, width = (max(1, round(side * SMALL_SIZE / max(shape))) for side in shape)
        shape = (max(height, 64), max(width, 64))
    default = Settings()
    return replace(
        settings,
        size=SMALL_SIZE,
        shape=shape,
        epochs=SMALL_EPOCHS,
        optimizer=default.optimizer,
        pyramid=default.pyramid,
        preview_every=1,
    )


def spread(steps: Sequence[float], present: float, stride: int) -> tuple[float, ...]:
    """Three of a slider's steps: the present one and those `stride` steps below and above it.

    At an end of the slider all three lie to one side.
    """
    place = min(range(len(steps)), key=lambda index: abs(steps[index] - present))
    middle = min(max(place, stride), len(steps) - 1 - stride)
    return tuple(steps[middle + offset] for offset in (-stride, 0, stride))


def described(axis: Axis, values: Sequence[float], present: float) -> list[str]:
    """What to call each of the values, seen from the present one: "calmer", "unchanged", "bolder"."""
    below = sorted((value for value in values if value < present), reverse=True)
    above = sorted(value for value in values if value > present)
    varied, names = VARIED[axis], {present: Text("unchanged")}
    for side, some, much in ((below, varied.less, varied.much_less), (above, varied.more, varied.much_more)):
        names.update({value: much if far else some for far, value in enumerate(side)})
    return [say(names[value]) for value in values]
